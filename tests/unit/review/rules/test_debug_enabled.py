"""Debug mode enabled: on is unmet, off is met, development files are nobody's production."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import debug_enabled


def test_python(tmp_path: Path) -> None:
    """Django settings, and applications started with the debugger."""
    check_marks(
        debug_enabled,
        tmp_path,
        {
            "shop/settings.py": "DEBUG = True  # unmet high\n",
            "shop/production.py": "DEBUG = False  # met\n",
            "shop/base.py": "DEBUG = os.environ.get('DEBUG') == '1'  # met\n",
            "shop/other.py": "DEBUG = env.bool('DEBUG', default=True)  # unmet medium\n",
            "shop/odd.py": "DEBUG = compute()  # unknown\n",
            "app.py": "app = FastAPI(debug=True)  # unmet high\n",
            "run.py": "if __name__ == '__main__':\n    app.run(debug=True)  # unmet medium\n",
            "wsgi.py": "app = Flask(__name__)\napp.run(debug=False)  # met\n",
        },
    )


def test_settings_files(tmp_path: Path) -> None:
    """Environment files of production."""
    check_marks(
        debug_enabled,
        tmp_path,
        {"deploy/.env": "DEBUG=true\nPORT=80\n", "deploy/api.env": "DEBUG=0\n"},
        {("deploy/.env", 1): "unmet", ("deploy/api.env", 1): "met"},
    )


def test_development_may_debug(tmp_path: Path) -> None:
    """Files for a developer's machine are left alone."""
    files = {"config/dev.py": "DEBUG = True\n", ".env.local": "DEBUG=1\n", "settings/local.py": "DEBUG = True\n"}
    check_silent(debug_enabled, tmp_path, files)


def test_settings_of_tests_and_of_ones_own_machine(tmp_path: Path) -> None:
    """A class that is named for tests; a server that only this machine reaches."""
    text = "class TestingConfig(Config):\n    DEBUG = True\nclass Config:\n    DEBUG = True # unmet high\n"
    serve = "app.run(debug=True, host='127.0.0.1') # unmet medium\n"
    check_marks(debug_enabled, tmp_path, {"config.py": text, "serve.py": serve})
