"""A folder called vendors is often about suppliers: own TypeScript and Python in it is not left out."""

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
    ],
)
def test_the_role_of_a_vendor_folder(path: str, role: str) -> None:
    assert role_of(path) == role
