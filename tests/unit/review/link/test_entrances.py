"""Entrances: what the path of an open route says it is there for."""

from dataclasses import replace

import pytest

from tests.unit.reports import samples
from trustwright.review.link.entrances import Entrance, entrance

CASES = {
    "POST /login": Entrance.SIGNING_IN,
    "POST /api/v2/auth/signup": Entrance.SIGNING_IN,
    "POST /reset-password/{token}": Entrance.SIGNING_IN,
    "POST /password-reset": Entrance.SIGNING_IN,
    "GET /user/password/reset/done/": Entrance.SIGNING_IN,
    "GET /oauth/google": Entrance.SIGNING_IN,
    "POST /saml/callback": Entrance.SIGNING_IN,
    "GET /invitations/{token}": Entrance.SIGNING_IN,
    "GET /healthcheck": Entrance.LIFE,
    "GET /.well-known/webfinger": Entrance.LIFE,
    "GET /themes/{theme}/static/{path}": Entrance.FILES,
    "GET /user/{name}/outbox": Entrance.FEED,
    "POST /setup/admin": Entrance.SETTING_UP,
    "POST /users/{id}/reset-password": None,
    "POST /api/apikey": None,
    "DELETE /login": None,
    "GET /invitations/{id}": None,
    "POST /logins/export": None,
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_path_says(name: str) -> None:
    method, _, path = name.partition(" ")
    route = samples.route()
    route = replace(route, declared=replace(route.declared, method=method, path=path))
    assert entrance(route) is CASES[name]
