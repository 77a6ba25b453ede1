"""Imports lead to files."""

from pathlib import Path

import pytest

from tests.reviewing import project_of

FILES = {
    "package.json": '{"name": "root", "workspaces": ["packages/*"]}',
    "tsconfig.json": '{"compilerOptions": {"baseUrl": ".", "paths": {"@/*": ["src/*"], "~lib": ["src/lib/index.ts"]}}}',
    "src/a.ts": "",
    "src/b.js": "",
    "src/lib/index.ts": "",
    "src/compiled.ts": "",
    "packages/x/package.json": '{"name": "@acme/x", "exports": {".": "./src/main.ts", "./sub/*": "./src/sub/*.ts"}}',
    "packages/x/src/main.ts": "",
    "packages/x/src/sub/y.ts": "",
    "packages/z/package.json": '{"name": "z", "main": "dist/index.js"}',
    "packages/z/src/index.ts": "",
    "app/__init__.py": "",
    "app.py": "",
    "run.py": "",
    "app/api/deps.py": "",
    "app/api/routes.py": "",
    "backend/core/models.py": "",
    "backend/core/views.py": "",
}


@pytest.mark.parametrize(
    ("path", "module", "expected"),
    [
        ("src/a.ts", "./b", "src/b.js"),
        ("src/a.ts", "./lib", "src/lib/index.ts"),
        ("src/a.ts", "./compiled.js", "src/compiled.ts"),
        ("src/a.ts", "@/lib", "src/lib/index.ts"),
        ("src/a.ts", "~lib", "src/lib/index.ts"),
        ("src/a.ts", "src/lib", "src/lib/index.ts"),
        ("src/a.ts", "@acme/x", "packages/x/src/main.ts"),
        ("src/a.ts", "@acme/x/sub/y", "packages/x/src/sub/y.ts"),
        ("src/a.ts", "z", "packages/z/src/index.ts"),
        ("src/a.ts", "express", None),
        ("src/a.ts", "../../outside", None),
        ("app/api/routes.py", "app.api.deps", "app/api/deps.py"),
        ("app/api/routes.py", ".deps", "app/api/deps.py"),
        ("app/api/routes.py", "..", "app/__init__.py"),
        ("run.py", "app", "app/__init__.py"),
        ("backend/core/views.py", "core.models", "backend/core/models.py"),
        ("app/api/routes.py", "fastapi", None),
    ],
)
def test_resolution(tmp_path: Path, path: str, module: str, expected: str | None) -> None:
    """Relative, aliased, by workspace, by package; what is elsewhere is external."""
    project = project_of(tmp_path, FILES)
    assert project.symbols.modules.resolve(path, module) == expected
