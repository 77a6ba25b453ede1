"""The description of the service that ``/openapi.json`` gives (OpenAPI 3.1)."""

from typing import Any, Final

from trustwright.trail.event import MAX_BYTES
from trustwright.trail.vocabulary import ACTIONS, ACTOR_TYPES, OUTCOMES, RESOURCE_TYPE

_TEXT: Final = {"type": "string"}


def described(version: str, most: int) -> dict[str, Any]:
    """Return the document.

    Args:
        version: of the service.
        most: events in one request.
    """
    reference = {"$ref": "#/components/schemas/Event"}
    body = {"oneOf": [reference, {"type": "array", "items": reference, "minItems": 1, "maxItems": most}]}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Trustwright audit trail", "version": version},
        "paths": {
            "/v1/events": {
                "post": {
                    "operationId": "record",
                    "summary": "Record an event, or several.",
                    "security": [{"key": []}],
                    "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
                    "responses": _answers(),
                }
            },
            "/healthz": {
                "get": {
                    "operationId": "health",
                    "summary": "Say whether events can be taken.",
                    "responses": {"200": {"description": "They can."}},
                }
            },
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Event": _event(),
                "Kept": {
                    "type": "object",
                    "required": ["ids", "kept"],
                    "properties": {
                        "ids": {"type": "array", "items": {**_TEXT, "format": "uuid"}},
                        "kept": {"enum": ["database", "spool"]},
                    },
                },
                "Refused": {
                    "type": "object",
                    "required": ["error"],
                    "properties": {"error": _TEXT, "index": {"type": "integer"}, "field": _TEXT},
                },
            },
        },
    }


def _event() -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["actor_type", "action", "resource_type", "outcome"],
        "description": f"At most {MAX_BYTES} bytes as JSON.",
        "properties": {
            "id": {**_TEXT, "format": "uuid", "description": "A UUIDv7; the same id is recorded once."},
            "actor_type": {"enum": list(ACTOR_TYPES)},
            "actor_id": {**_TEXT, "format": "uuid"},
            "action": {"enum": list(ACTIONS)},
            "resource_type": {**_TEXT, "pattern": f"^{RESOURCE_TYPE.pattern}$"},
            "resource_id": {**_TEXT, "maxLength": 512},
            "outcome": {"enum": list(OUTCOMES)},
            "ip_address": {"anyOf": [{**_TEXT, "format": "ipv4"}, {**_TEXT, "format": "ipv6"}]},
            "user_agent": {**_TEXT, "maxLength": 1024},
            "session_id": {**_TEXT, "maxLength": 256},
            "metadata": {"type": "object", "description": "JSON without floating-point numbers."},
        },
    }


def _answers() -> dict[str, Any]:
    refused = {"application/json": {"schema": {"$ref": "#/components/schemas/Refused"}}}
    return {
        "201": {
            "description": "All events are kept.",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Kept"}}},
        },
        "400": {"description": "The body is no JSON.", "content": refused},
        "401": {"description": "The API key is missing or does not work.", "content": refused},
        "413": {"description": "The body is too long.", "content": refused},
        "422": {"description": "An event is wrong; none of the request is recorded.", "content": refused},
        "429": {"description": "Too much waits; send it again after Retry-After seconds.", "content": refused},
        "503": {"description": "Neither database nor disk can keep it now; send it again.", "content": refused},
    }
