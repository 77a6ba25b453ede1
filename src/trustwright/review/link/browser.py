"""Which source files run in a visitor's browser rather than on a server."""

import re

from trustwright.review.source.code import Code

_PATH = re.compile(
    r"(^|/)(frontend|front-end|client|webapp|web-app|www|ui|static|public|assets|components?|hooks|stores?|contexts?|"
    r"browser-extension)/|\.(component|directive|pipe)\.ts$|(^|/)[^/]*[-.]?(client|dialog|button|form|modal)\.tsx$",
    re.IGNORECASE,
)
_SERVER_PATH = re.compile(
    r"(^|/)(api|server|actions?|backend|worker|jobs|trigger|lambda|functions)/|route\.tsx?$|\.server\."
)
_PAGE = re.compile(
    rb"\}\s*=\s*window\b|\b(window|document)\.(location|addEventListener|querySelector|currentScript|on\w+)\b"
)
"""What only a page has; a script that imports nothing and uses it is put into pages."""
_LIBRARIES = frozenset(
    {"react-dom", "react-dom/client", "vue", "vuex", "pinia", "svelte", "jquery", "@angular/core", "preact"}
)
_SERVER_LIBRARIES = frozenset(
    {"express", "fastify", "@nestjs/common", "next/server", "fs", "http", "child_process", "next/headers"}
)


def in_browser(code: Code) -> bool:
    """Tell whether a file is browser code, by its directives, its imports and where it lies."""
    if code.is_python or code.modules & _SERVER_LIBRARIES:
        return False
    head = code.text[:400]
    if re.search(rb"^\s*['\"]use client['\"]", head, re.MULTILINE):
        return True
    if re.search(rb"^\s*['\"]use server['\"]", head, re.MULTILINE) or _SERVER_PATH.search(code.path):
        return False
    if code.modules & _LIBRARIES or _PATH.search(code.path):
        return True
    if _PAGE.search(code.text):
        return True
    return code.path.endswith((".tsx", ".jsx"))
