"""What a folder is called says what its files are for, but own code has vendors (suppliers) and benchmarks too."""

import pytest

from trustwright.review.source.discovery import role_of


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("api/src/vendors/vendors.controller.ts", "production"),
        ("web/app/vendors/page.tsx", "production"),
        ("shop/external/views.py", "production"),
        ("app/assets/vendor/jquery.js", "vendored"),
        ("third_party/lib/a.ts", "vendored"),
        ("node_modules/vendor/a.ts", "vendored"),
        ("api/src/endpoints/benchmarks/benchmarks.controller.ts", "production"),
        ("benchmarks/speed.py", "example"),
        ("apps/docs/app/page.tsx", "example"),
        ("examples/shop/src/index.ts", "example"),
        ("src/codefixes/fix_1.ts", "example"),
    ],
)
def test_the_role_of_a_folder(path: str, role: str) -> None:
    assert role_of(path) == role
