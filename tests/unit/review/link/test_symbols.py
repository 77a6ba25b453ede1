"""Names lead to what they mean, across files."""

from pathlib import Path

import pytest

from tests.reviewing import project_of

TYPESCRIPT = {
    "main.ts": (
        "import express, { Router as R } from 'express'\n"
        "import { helper } from './lib'\n"
        "import thing from './thing'\n"
        "const legacy = require('./legacy')\n"
        "import { Service } from './service'\n"
        "const app = express()\n"
        "const service = new Service()\n"
        "const Store = require('./store')\nconst kept = require('./kept')\nconst store = new Store()\n"
        "const made = require('express-flash')()\n"
        "class Controller { constructor(private readonly svc: Service) {} find() { return this.svc.run() } }\n"
    ),
    "lib/index.ts": "export { original as helper } from './impl'\n",
    "lib/impl.ts": "export function original() {}\n",
    "thing.ts": "export default { deep: { fn: () => 1 } }\n",
    "legacy.js": "function f() {}\nmodule.exports = { f, g: function () {} }\nmodule.exports.h = () => 2\n",
    "store.js": "module.exports = class Store { read() {} }\n",
    "kept.js": "const Store = require('./store')\nmodule.exports = new Store()\n",
    "service.ts": "class Base { shared() {} }\nexport class Service extends Base { run() {} }\n",
}


@pytest.mark.parametrize(
    ("name", "kind", "path"),
    [
        ("helper", "function", "lib/impl.ts"),
        ("thing.deep.fn", "function", "thing.ts"),
        ("legacy.f", "function", "legacy.js"),
        ("legacy.g", "function", "legacy.js"),
        ("legacy.h", "function", "legacy.js"),
        ("service.run", "function", "service.ts"),
        ("service.shared", "function", "service.ts"),
        ("store.read", "function", "store.js"),
        ("kept.read", "function", "store.js"),
        ("Service", "class", "service.ts"),
        ("service", "instance", "service.ts"),
    ],
)
def test_names_in_the_repository(tmp_path: Path, name: str, kind: str, path: str) -> None:
    """Re-exports, default objects, CommonJS, instances and inherited methods."""
    project = project_of(tmp_path, TYPESCRIPT)
    code = project.corpus.code("main.ts")
    assert code is not None
    symbol = project.symbols.name(code, name, len(code.text) - 1)
    assert symbol.kind == kind
    assert symbol.code is not None
    assert symbol.code.path == path


@pytest.mark.parametrize(
    ("name", "qualified"),
    [("R", "express.Router"), ("app", "express()"), ("app.use", "express().use"), ("made", "express-flash()")],
)
def test_names_from_outside(tmp_path: Path, name: str, qualified: str) -> None:
    """What comes from a package keeps its qualified name."""
    project = project_of(tmp_path, TYPESCRIPT)
    code = project.corpus.code("main.ts")
    assert code is not None
    symbol = project.symbols.name(code, name, len(code.text) - 1)
    assert (symbol.kind, symbol.name) == ("external", qualified)


def test_injected_services(tmp_path: Path) -> None:
    """``this.svc.run`` follows the type of the constructor's parameter."""
    project = project_of(tmp_path, TYPESCRIPT)
    code = project.corpus.code("main.ts")
    assert code is not None
    at = code.text.index(b"this.svc.run")
    symbol = project.symbols.name(code, "this.svc.run", at)
    assert symbol.function is not None
    assert (symbol.kind, symbol.function.name) == ("function", "run")


def test_python_names(tmp_path: Path) -> None:
    """Package re-exports, star imports, submodules, self attributes and typed parameters."""
    project = project_of(
        tmp_path,
        {
            "pkg/__init__.py": "from .impl import *\nfrom .impl import hidden as shown\n",
            "pkg/impl.py": "def a(): pass\ndef hidden(): pass\nclass S:\n    def run(self): pass\n",
            "main.py": (
                "from pkg import a, shown, impl\nimport pkg.impl as i\n"
                "class K:\n    def __init__(self):\n        self.s = impl.S()\n"
                "    def go(self):\n        return self.s.run()\n"
                "def f(s: impl.S):\n    s.run()\n"
            ),
        },
    )
    code = project.corpus.code("main.py")
    assert code is not None
    end = len(code.text)
    for name in ("a", "shown", "impl.a", "i.a"):
        assert project.symbols.name(code, name, end).kind == "function", name
    assert project.symbols.name(code, "self.s.run", code.text.index(b"self.s.run")).kind == "function"
    assert project.symbols.name(code, "s.run", code.text.rindex(b"s.run")).kind == "function"


def test_circles_end(tmp_path: Path) -> None:
    """Imports, classes and values that lead back to themselves are unknown, not endless."""
    project = project_of(
        tmp_path,
        {
            "a.ts": "export { x } from './b'\nexport class K extends K {}\nconst v = v\n",
            "b.ts": "export { x } from './a'\n",
        },
    )
    code = project.corpus.code("a.ts")
    assert code is not None
    assert project.symbols.exported("a.ts", "x").kind == "unknown"
    assert project.symbols.name(code, "v", len(code.text)).kind == "unknown"
    assert project.symbols.name(code, "K.method", len(code.text)).kind == "unknown"
