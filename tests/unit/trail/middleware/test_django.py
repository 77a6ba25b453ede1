"""Django: requests in both worlds, and every statement on audited tables, bulk operations and raw SQL included."""

import asyncio
from collections.abc import Iterator
from typing import Any

import django
import pytest
from django.conf import settings

from tests.trail_spool import Spooled

if not settings.configured:
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "trustwright.trail.middleware.django.AuditConfig",
        ],
        MIDDLEWARE=["trustwright.trail.middleware.django.AuditMiddleware"],
        ROOT_URLCONF=__name__,
        SECRET_KEY="of the tests",
        USE_TZ=True,
        TRUSTWRIGHT_TRAIL={"models": ["auth.Group", "auth.User"], "ignored": ["/healthz"]},
    )
    django.setup()

from django.contrib.auth.models import Group, Permission, User
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import AsyncClient, Client
from django.urls import path

urlpatterns = [path("orders/<int:number>", lambda request, number: HttpResponse(status=number))]


@pytest.fixture
def tables() -> Iterator[None]:
    with connection.schema_editor() as editor:
        for model in (Permission, Group, User):
            editor.create_model(model)
    yield
    with connection.schema_editor() as editor:
        for model in (User, Group, Permission):
            editor.delete_model(model)


def said(events: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(e["action"], e["resource_type"], e.get("resource_id"), e["metadata"]["rows"]) for e in events]


def test_every_way_to_change_rows_is_seen(spooled: Spooled, tables: None) -> None:
    one = Group.objects.create(name="a")
    key = str(one.pk)
    Group.objects.bulk_create([Group(name="b"), Group(name="c")])
    one.name = "d"
    one.save()
    Group.objects.filter(name="b").update(name="f")
    Group.objects.bulk_update([Group(pk=one.pk, name="g")], ["name"])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE auth_group SET name = %s WHERE name = %s", ["h", "c"])
    one.delete()
    Group.objects.all().delete()
    assert said(spooled()) == [
        ("create", "group", None, 1),
        ("create", "group", None, 2),
        ("update", "group", key, 1),
        ("update", "group", None, 1),
        ("update", "group", key, 1),
        ("update", "group", None, 1),
        ("delete", "group", key, 1),
        ("delete", "group", None, 2),
    ]


def test_what_is_rolled_back_was_not_done(spooled: Spooled, tables: None) -> None:
    with transaction.atomic():
        Group.objects.create(name="a")
        transaction.set_rollback(True)
    with transaction.atomic():
        Group.objects.create(name="b")
    assert len(spooled()) == 1


def test_other_tables_and_reads_are_left_alone(spooled: Spooled, tables: None) -> None:
    list(Group.objects.filter(name="x"))
    Permission.objects.filter(codename="x").delete()
    Group.objects.filter(name="nobody").delete()
    assert spooled() == []


@pytest.mark.parametrize(
    ("method", "number", "recorded"),
    [("post", 200, [("create", "success")]), ("get", 200, []), ("get", 403, [("read", "failure")])],
)
def test_requests(spooled: Spooled, method: str, number: int, recorded: list[tuple[str, str]]) -> None:
    getattr(Client(), method)(f"/orders/{number}", headers={"user-agent": "probe"})
    events = spooled()
    assert [(event["action"], event["outcome"]) for event in events] == recorded
    assert all(event["user_agent"] == "probe" for event in events)


def test_requests_of_the_asynchronous_world(spooled: Spooled) -> None:
    asyncio.run(AsyncClient().post("/orders/201"))
    assert [event["action"] for event in spooled()] == ["create"]
