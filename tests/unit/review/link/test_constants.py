"""A path is often put together from constants of other files."""

from pathlib import Path

import pytest

from tests.reviewing import project_of
from trustwright.review.link.constants import constant_text

FILES = {
    "app.ts": """
import { PREFIX, Route } from './names'
const plain = 'users'
const enumerated = Route.Users
const template = `${PREFIX}/users/${Route.Users}`
const added = PREFIX + '/' + 'users'
const fallback = process.env.PREFIX || 'api'
const runtime = `${process.env.PREFIX}/users`
const circular = circular
""",
    "names.ts": "export const PREFIX = 'api'\nexport enum Route { Users = 'people' }\n",
}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain", "users"),
        ("enumerated", "people"),
        ("template", "api/users/people"),
        ("added", "api/users"),
        ("fallback", "api"),
        ("runtime", None),
        ("circular", None),
    ],
)
def test_a_text_is_constant_or_not(tmp_path: Path, name: str, text: str | None) -> None:
    project = project_of(tmp_path, FILES)
    code = project.corpus.code("app.ts")
    assert code is not None
    value = code.value(next(item for item in code.facts.assignments if item.target == name))
    assert constant_text(project.symbols, code, value) == text
