"""Verdicts on routes: what limits a handler to the caller's own, and what only looks like it."""

from pathlib import Path

import pytest

from tests.reviewing import routes_of
from trustwright.review.model import Access

APP = (
    "from fastapi import Depends, FastAPI, HTTPException, Request\napp = FastAPI()\n"
    "def current_user(request: Request):\n    user = find(request.headers.get('authorization'))\n"
    "    if user is None:\n        raise HTTPException(status_code=401)\n    return user\n"
)
OWN = {
    "filtered by the caller": (
        "@app.get('/items')\ndef f(user=Depends(current_user)):\n    return query(Item, owner_id=user.id)\n"
    ),
    "below /me": "@app.delete('/users/me')\ndef f(current_user=Depends(current_user)):\n    delete(current_user)\n",
}
NOT_OWN = {
    "an id out of the path": (
        "@app.get('/items/{user_id}')\ndef f(user_id, caller=Depends(current_user)):\n"
        "    return query(Item, user_id=user_id)\n"
    ),
    "below /me, somebody named": (
        "@app.delete('/me/{user_id}')\ndef f(user_id, current_user=Depends(current_user)):\n    delete(user_id)\n"
    ),
    "below /me, the caller unused": "@app.get('/me')\ndef f(caller=Depends(current_user)):\n    return everything()\n",
}


@pytest.mark.parametrize("text", OWN.values(), ids=OWN.keys())
def test_limited_to_the_caller(tmp_path: Path, text: str) -> None:
    route = next(iter(routes_of(tmp_path, {"main.py": APP + text}).values()))
    assert route.authorization.value is Access.ENFORCED
    assert route.authorization.evidence


@pytest.mark.parametrize("text", NOT_OWN.values(), ids=NOT_OWN.keys())
def test_not_limited_to_the_caller(tmp_path: Path, text: str) -> None:
    route = next(iter(routes_of(tmp_path, {"main.py": APP + text}).values()))
    assert route.authentication.value is Access.ENFORCED
    assert route.authorization.value is Access.ABSENT
