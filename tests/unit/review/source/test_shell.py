"""Shell scripts: the commands they run, as far as a review needs."""

import time

import pytest

from trustwright.review.source.shell import MAX_CHARACTERS, commands


def words(script: str) -> list[tuple[str, ...]]:
    return [command.words for command in commands(script)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("npm ci && npm test", [("npm", "ci"), ("npm", "test")]),
        ("A=1 B='x y' make -C dir all # later", [("make", "-C", "dir", "all")]),
        ("make \\\n  all", [("make", "all")]),
        ("echo 'a && b' \"c | d\"", [("echo", "a && b", "c | d")]),
        ("cat < in > out 2>&1", [("cat",)]),
        ("if [ -n x ]; then a; else b; fi", [("[", "-n", "x", "]"), ("a",), ("b",)]),
        ("echo ${{ github.ref == 'a' || b }}", [("echo", "${{ github.ref == a || b }}")]),
        ("url=$(vercel deploy --prod | tail -1)", [("vercel", "deploy", "--prod"), ("tail", "-1")]),
        ("echo `date -u`", [("date", "-u"), ("echo", "`date -u`")]),
        ('bash -c "cd x && pytest"', [("bash", "-c", "cd x && pytest"), ("cd", "x"), ("pytest",)]),
        ("echo ${A:-b} $HOME", [("echo", "${A:-b}", "$HOME")]),
        ("", []),
        ("# only", []),
    ],
)
def test_commands(script: str, expected: list[tuple[str, ...]]) -> None:
    assert words(script) == expected


def test_lines_count_from_the_start_of_the_script() -> None:
    assert [(one.words[0], one.line) for one in commands("a\n\n# c\nb \\\n  x\nc; d")] == [
        ("a", 0),
        ("b", 3),
        ("c", 5),
        ("d", 5),
    ]


def test_a_failure_that_is_passed_over_is_tolerated() -> None:
    found = {
        one.words[0]: one.tolerated for one in commands("a || true\nb || exit 1\nc || echo failed\nd || exit 0\ne")
    }
    assert [found[name] for name in "abcde"] == [True, False, True, True, False]


def test_a_heredoc_is_no_script_unless_a_shell_reads_it() -> None:
    assert words("cat <<EOF > f\nkubectl apply\nEOF\nnext") == [("cat",), ("next",)]
    remote = commands("ssh host <<'E'\nsystemctl restart app\nE\nafter")
    assert [(one.words[0], one.line, one.remote) for one in remote] == [
        ("ssh", 0, False),
        ("systemctl", 1, True),
        ("after", 3, False),
    ]


def test_what_ssh_is_given_runs_elsewhere() -> None:
    found = commands('ssh user@host "cd /srv && docker compose up -d"')
    assert [(one.words[0], one.remote) for one in found] == [("ssh", False), ("cd", True), ("docker", True)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "script",
    [
        *("$(" * 50_000, '"' * 99_999, "${" * 50_000, "${{" * 50_000, "`" * 99_999, "(" * 99_999, "\\" * 99_999),
        *("<<A " * 9_999, "a" * (2 * MAX_CHARACTERS), "$(()" * 20_000, "$(a" * 50_000),
    ],
    ids=range(11),
)
def test_no_script_takes_long(script: str) -> None:
    began = time.process_time()
    commands(script)
    assert time.process_time() - began < 5
