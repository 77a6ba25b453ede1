"""Compose files: one resource per service."""

import pytest

from trustwright.review.link import compose
from trustwright.review.link.infrastructure import Resource
from trustwright.review.link.resources import resources

FILE = """x-common: &common
  restart: always
services:
  db:
    <<: *common
    image: postgres:${PG:-16}
    environment:
      - POSTGRES_PASSWORD=secret
      - PLAIN
      - TOKEN=${TOKEN}
    ports: ["5432:5432"]
  api:
    image: ${IMAGE}
    depends_on: [db]
    environment: {URL: "postgres://db:${PORT-5432}/x", PRICE: "$$5"}
  worker:
    depends_on: {db: {condition: service_healthy}}
  broken:
"""


def read() -> dict[str, Resource]:
    found, _ = resources([("docker-compose.yml", FILE.encode())])
    return {resource.name: resource for resource in found}


def test_services_with_their_lines_and_shared_parts() -> None:
    found = read()
    assert sorted(found) == ["api", "db", "worker"]
    assert (found["db"].kind, found["db"].location.line) == ("compose_service", 4)
    assert found["db"].text_at("restart") == "always"


def test_variables_are_their_defaults_or_unresolved() -> None:
    found = read()
    assert found["db"].text_at("image") == "postgres:16"
    assert found["api"].at("image").unresolved == "${IMAGE}"  # type: ignore[union-attr]
    assert found["api"].text_at("environment", "URL") == "postgres://db:5432/x"
    assert found["api"].text_at("environment", "PRICE") == "$5"


def test_the_environment_is_always_a_mapping() -> None:
    database = read()["db"]
    assert database.text_at("environment", "POSTGRES_PASSWORD") == "secret"
    assert database.text_at("environment", "PLAIN") == ""
    assert database.at("environment", "TOKEN").unresolved == "${TOKEN}"  # type: ignore[union-attr]
    assert database.line_of("environment", "POSTGRES_PASSWORD").line == 8


def test_what_a_service_depends_on() -> None:
    found = read()
    assert found["api"].references(found["db"])
    assert found["worker"].references(found["db"])


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("docker-compose.yml", True),
        ("compose.prod.yaml", True),
        ("deploy/docker-compose.override.yml", True),
        ("app.compose.yml", True),
        ("composer.json", False),
        ("decompose.yml", False),
    ],
)
def test_names_of_compose_files(path: str, is_one: bool) -> None:
    assert compose.is_file(path) is is_one
