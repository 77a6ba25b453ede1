"""The description of the service that ``/openapi.json`` gives (OpenAPI 3.1)."""

from typing import Any

from trustwright.trail.event import MAX_BYTES
from trustwright.trail.vocabulary import ACTIONS, ACTOR_TYPES, OUTCOMES, RESOURCE_TYPE


def described(version: str, most: int) -> dict[str, Any]:
    """Return the document.

    Args:
        version: of the service.
        most: events in one request.
    """
    text = {"type": "string"}
    event = {
        "type": "object",
        "additionalProperties": False,
        "required": ["actor_type", "action", "resource_type", "outcome"],
        "description": f"At most {MAX_BYTES} bytes as JSON.",
        "properties": {
            "id": {**text, "format": "uuid", "description": "A UUIDv7; the same id is recorded once."},
            "actor_type": {"enum": list(ACTOR_TYPES)},
            "actor_id": {**text, "format": "uuid"},
            "action": {"enum": list(ACTIONS)},
            "resource_type": {**text, "pattern": f"^{RESOURCE_TYPE.pattern}$"},
            "resource_id": {**text, "maxLength": 512},
            "outcome": {"enum": list(OUTCOMES)},
            "ip_address": {"anyOf": [{**text, "format": "ipv4"}, {**text, "format": "ipv6"}]},
            "user_agent": {**text, "maxLength": 1024},
            "session_id": {**text, "maxLength": 256},
            "metadata": {"type": "object", "description": "JSON without floating-point numbers."},
        },
    }
    refused = {"application/json": {"schema": {"$ref": "#/components/schemas/Refused"}}}
    answers = {
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
                    "responses": answers,
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
                "Event": event,
                "Kept": {
                    "type": "object",
                    "required": ["ids", "kept"],
                    "properties": {
                        "ids": {"type": "array", "items": {**text, "format": "uuid"}},
                        "kept": {"enum": ["database", "spool"]},
                    },
                },
                "Refused": {
                    "type": "object",
                    "required": ["error"],
                    "properties": {"error": text, "index": {"type": "integer"}, "field": text},
                },
            },
        },
    }
