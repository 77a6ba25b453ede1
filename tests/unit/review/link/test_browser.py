"""Browser code is told from server code by directives, imports and places."""

import pytest

from trustwright.review.link.browser import in_browser
from trustwright.review.source import javascript
from trustwright.review.source.code import Code


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("app/page.tsx", "'use client'\nexport default function P() {}", True),
        ("src/app.component.ts", "import { Component } from '@angular/core'", True),
        ("frontend/src/api.ts", "export const get = () => fetch('/x')", True),
        ("src/users.service.ts", "import { Injectable } from '@nestjs/common'", False),
        ("app/api/users/route.tsx", "export async function GET() {}", False),
        ("src/actions/save.tsx", "'use server'\nexport async function save() {}", False),
        ("src/tracker/index.js", "(window => { const { document } = window; send(document) })(window)", True),
        ("server.ts", "import express from 'express'", False),
    ],
)
def test_in_browser(path: str, text: str, expected: bool) -> None:
    """Each sign, and the one that outweighs it."""
    data = text.encode()
    code = Code(path, "tsx", "production", javascript.extract(data, "tsx"), lambda: data)
    assert in_browser(code) is expected
