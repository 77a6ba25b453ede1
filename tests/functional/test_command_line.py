"""What holds for every command: help, misspellings, errors, interruptions and a reader that goes away."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from trustwright import __version__
from trustwright.cli.main import run

COMMAND = Path(sys.executable).parent / "trustwright"

SAMPLE_COMMANDS = {
    "fail_politely": "raise TrustwrightError('trustwright.toml:3: retention is not a number: write one.')",
    "fail_badly": "{}['secret-value']",
    "make_class": "type('Made', (), {'field': type('Field', (), {'__set_name__': interrupted})()})",
    "stop": "click.get_current_context().exit(3)",
    "flood": "[click.echo('x' * 1000) for _ in range(1000)]",
    "wait": "click.echo('waiting'); time.sleep(60)",
}
SAMPLE = '''"""Show how to {name}."""
import time
import click
from trustwright.errors import TrustwrightError

def interrupted(*_):
    raise KeyboardInterrupt

@click.command()
@click.option("--format")
def command(format):
    """Do {name}."""
    {statement}
'''
DRIVER = """
import importlib, sys
from trustwright.cli.main import Commands, run
sys.exit(run(sys.argv[1:], Commands(importlib.import_module("sample_commands"), "Samples.")))
"""


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a package of commands, each of which does one thing that `run` must handle."""
    folder = tmp_path_factory.mktemp("samples")
    package = folder / "sample_commands"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "_shared.py").write_text("raise RuntimeError('never a command')\n")
    for name, statement in SAMPLE_COMMANDS.items():
        (package / f"{name}.py").write_text(SAMPLE.format(name=name, statement=statement))
    (folder / "driver.py").write_text(DRIVER)
    return folder


def start(samples: Path, *arguments: str, debug: bool = False) -> subprocess.Popen[str]:
    """Start the sample program."""
    environment = os.environ | {"PYTHONPATH": str(samples), "TRUSTWRIGHT_DEBUG": "1" if debug else ""}
    command = [sys.executable, str(samples / "driver.py"), *arguments]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=samples
    )


def result(samples: Path, *arguments: str, debug: bool = False) -> tuple[int, str, str]:
    """Run the sample program; return its exit code, standard output and standard error."""
    process = start(samples, *arguments, debug=debug)
    output, errors = process.communicate(timeout=30)
    return process.returncode, output, errors


def test_the_version_is_the_package_s() -> None:
    printed = subprocess.run([COMMAND, "--version"], capture_output=True, text=True, check=True).stdout
    assert printed == f"trustwright, version {__version__}\n"


def test_a_command_is_there_because_its_module_is(samples: Path) -> None:
    code, output, _ = result(samples, "--help")
    assert code == 0
    listed = [line.split(maxsplit=1) for line in output.partition("Commands:")[2].strip().splitlines()]
    assert listed == [[name.replace("_", "-"), f"Show how to {name}."] for name in sorted(SAMPLE_COMMANDS)]


def test_listing_the_commands_imports_none_of_them(samples: Path) -> None:
    (samples / "sample_commands" / "broken.py").write_text('"""Cannot be imported."""\nraise RuntimeError\n')
    code, output, errors = result(samples, "--help")
    (samples / "sample_commands" / "broken.py").unlink()
    assert (code, errors) == (0, "")
    assert "Cannot be imported." in output


def test_a_command_s_exit_code_is_the_program_s(samples: Path) -> None:
    assert result(samples, "stop") == (3, "", "")


@pytest.mark.parametrize(
    ("arguments", "suggestion"),
    [(["fail-badl"], "'fail-badly'"), (["--hlep"], "'--help'"), (["stop", "--fromat=x"], "'--format'")],
    ids=["command", "option", "option of a command"],
)
def test_a_misspelling_is_answered_with_the_nearest(arguments: list[str], suggestion: str, samples: Path) -> None:
    code, output, errors = result(samples, *arguments)
    assert (code, output) == (2, "")
    assert "Did you mean" in errors
    assert suggestion in errors


def test_an_error_for_the_user_is_one_sentence(samples: Path) -> None:
    sentence = "trustwright: trustwright.toml:3: retention is not a number: write one.\n"
    assert result(samples, "fail-politely") == (2, "", sentence)


def test_a_fault_of_our_own_is_one_sentence_that_shows_no_data(samples: Path) -> None:
    code, output, errors = result(samples, "fail-badly")
    assert (code, output) == (2, "")
    assert errors.count("\n") == 1
    assert "KeyError" in errors
    assert "TRUSTWRIGHT_DEBUG=1" in errors
    assert "secret-value" not in errors


def test_a_fault_shows_its_traceback_when_asked(samples: Path) -> None:
    code, _, errors = result(samples, "fail-badly", debug=True)
    assert code == 1
    assert "Traceback" in errors


def test_an_interruption_ends_cleanly(samples: Path) -> None:
    process = start(samples, "wait")
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (130, "trustwright: interrupted.\n")


def test_a_reader_that_goes_away_is_no_error(samples: Path) -> None:
    process = start(samples, "flood")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (141, "")


def test_no_command_prints_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert "--version" in capsys.readouterr().err


def test_a_shell_can_ask_for_completions(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("_TRUSTWRIGHT_COMPLETE", "bash_source")
    assert run([]) == 0
    assert "complete" in capsys.readouterr().out
