"""The `trustwright` command: finds its commands, runs one, and turns what went wrong into a sentence and an exit code.

A command is a module of ``trustwright.cli`` that exports ``command``, a ``click.Command``. The module's name, with
dashes, is the command's name, and the first line of its docstring is what ``--help`` says of it, so that listing the
commands imports none of them. A module whose name begins with an underscore is no command. A package is a group whose
commands are its modules. Adding a command edits nothing here.

Exit codes: 0, or what the command documents; 2 for anything the user can put right and for a fault of our own, told
apart by the sentence; 130 after Ctrl-C; 141 when the reader of our output went away; 143 when told to end.
"""

import importlib
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType, ModuleType
from typing import NoReturn

import click
from click.shell_completion import shell_complete

import trustwright.cli
from trustwright import __version__
from trustwright.errors import TrustwrightError

NAME = "trustwright"
MAIN_MODULE = "main"


class Commands(click.Group):
    """A group whose commands are the modules of one package, each imported only when it is needed.

    Args:
        package: the package that holds one module per command.
        help: what the program does, for ``--help``.
    """

    def __init__(self, package: ModuleType, help: str) -> None:  # noqa: A002 - click's own name for it
        super().__init__(NAME, help=help, context_settings={"help_option_names": ["-h", "--help"]})
        self._package = package
        self._folder = package.__path__[0]

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every command, sorted."""
        found = os.listdir(self._folder)
        stems = (file.removesuffix(".py") for file in found if file.endswith(".py") or self._is_package(file))
        return sorted(stem.replace("_", "-") for stem in stems if stem != MAIN_MODULE and not stem.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command called ``cmd_name``; ``None`` when there is none."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{self._package.__name__}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        command.name = cmd_name
        command.short_help = self._summary(cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each command does, without importing it."""
        if rows := [(name, self._summary(name)) for name in self.list_commands(ctx)]:
            with formatter.section("Commands"):
                formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that ``args`` begins with; a misspelt one raises an error that names the nearest."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            names = self.list_commands(ctx)
            raise click.exceptions.NoSuchCommand(error.command_name, possibilities=names, ctx=ctx) from None

    def _is_package(self, name: str) -> bool:
        return os.path.exists(f"{self._folder}/{name}/__init__.py")

    def _summary(self, name: str) -> str:
        stem = name.replace("-", "_")
        file = f"{stem}/__init__.py" if self._is_package(stem) else f"{stem}.py"
        with open(f"{self._folder}/{file}", encoding="utf-8") as source:
            return source.readline().strip().strip('"')


trustwright_command = click.version_option(__version__, prog_name=NAME)(
    Commands(
        trustwright.cli,
        "SOC 2 as software. Reviews a repository the way an auditor would: what is missing, where, and how to mend it.",
    )
)


def run(arguments: Sequence[str], group: click.Group = trustwright_command) -> int:
    """Run one command line and return its exit code.

    Args:
        arguments: the words after the program's name.
        group: the commands to choose from.

    Returns:
        The exit code, as the module's docstring lists them.
    """
    try:
        _complete_shell(group)
        with group.make_context(NAME, list(arguments)) as context:
            group.invoke(context)
        if sys.stdout is not None:  # the caller may have closed it
            sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except TrustwrightError as error:
        return _say(str(error), 2)
    except (KeyboardInterrupt, click.Abort):
        return _say("interrupted.", 130)
    except BrokenPipeError:
        # The interpreter flushes standard output once more when it ends; give it somewhere to write.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        if os.environ.get("TRUSTWRIGHT_DEBUG"):
            raise
        return _say(f"{error.filename or 'the system'}: {error.strerror or error}; put that right and run it again.", 2)
    except Exception as error:
        if _interrupted(error):
            return _say("interrupted.", 130)
        if os.environ.get("TRUSTWRIGHT_DEBUG"):
            raise
        sort = type(error).__name__
        return _say(
            f"stopped by a fault of its own ({sort}); set TRUSTWRIGHT_DEBUG=1, run the same command again and report "
            "what it prints, as CONTRIBUTING.md says.",
            2,
        )
    return 0


def main() -> None:
    """Run the words on the command line and end the process."""
    # Ending by SystemExit lets every `finally` run: no half-written file stays, and no process.
    signal.signal(signal.SIGTERM, _end)
    sys.exit(run(sys.argv[1:]))


def _interrupted(error: BaseException) -> bool:
    """Tell whether an error only wraps Ctrl-C: Python 3.11 does so while it makes a class, during an import."""
    links = [error]
    while (before := links[-1].__cause__ or links[-1].__context__) is not None and before not in links:
        links.append(before)
    return any(isinstance(link, KeyboardInterrupt) for link in links)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _complete_shell(group: click.Group) -> None:
    """Answer a shell that asks for completions (click's protocol) and stop; do nothing otherwise."""
    variable = f"_{NAME.upper()}_COMPLETE"
    instruction = os.environ.get(variable)
    if instruction:
        raise click.exceptions.Exit(shell_complete(group, {}, NAME, variable, instruction))


def _say(sentence: str, exit_code: int) -> int:
    click.echo(f"{NAME}: {sentence}", err=True)
    return exit_code
