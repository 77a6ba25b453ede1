"""Owner files: which files have an owner."""

import pytest

from trustwright.review.link.code_owners import parse


@pytest.mark.parametrize(
    ("text", "owned", "unowned"),
    [
        ("* @acme/all", ["a.py", "app/b.ts"], []),
        ("*.ts @acme/web", ["a.ts", "app/b.ts"], ["a.py"]),
        ("/app/ @acme/app", ["app/a.py", "app/b/c.py"], ["web/app/a.py", "a.py"]),
        ("app/ @acme/app", ["app/a.py", "web/app/a.py"], ["apps/a.py"]),
        ("/app/* @acme/app", ["app/a.py"], ["app/b/c.py"]),
        ("/app/** @acme/app", ["app/a.py", "app/b/c.py"], ["web/a.py"]),
        ("**/migrations/ dba@acme.example", ["migrations/1.sql", "db/migrations/1.sql"], ["db/a.sql"]),
        ("* @acme/all\n/docs/", ["a.py"], ["docs/a.md"]),
        ("* @acme/all # everybody", ["a.py"], []),
        ("# * @acme/all", [], ["a.py"]),
        ("[Web][2] @acme/web\nweb/\n^[Docs]\ndocs/", ["web/a.ts"], ["docs/a.md"]),
        ("my\\ folder/ @acme/all", ["my folder/a.py"], ["my/a.py"]),
    ],
)
def test_the_last_entry_that_fits_decides(text: str, owned: list[str], unowned: list[str]) -> None:
    owners = parse("CODEOWNERS", text)
    assert owners.unowned([*owned, *unowned]) == tuple(unowned)


def test_entries_keep_their_lines() -> None:
    assert parse("CODEOWNERS", "# team\n\n* @acme/all\ndocs/\n").entries == (("*", True, 3), ("docs/", False, 4))
