"""The routes that are not FastAPI's, as the OpenAPI document tells them."""

from __future__ import annotations

from typing import Any

from tynys.centre.api.common import problems

_INTAKE = [{"url": "https://{host}", "description": "The intake listener.", "variables": {"host": {"default": "localhost:8443"}}}]
_PROTOBUF = {"application/x-protobuf": {"schema": {"type": "string", "format": "binary"}}}


def _responses(description: str, content: dict[str, Any], *failures: int) -> dict[str, Any]:
    return {"200": {"description": description, "content": content}} | {str(status): body for status, body in problems(*failures).items()}


def _parameter(name: str, where: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": where, "required": False, "description": description, "schema": {"type": "string"}}


_TEXT: dict[str, Any] = {"type": "string"}
_ENROL = {
    "type": "object",
    "required": ["code", "gateway", "facility", "role", "public_key", "signature"],
    "additionalProperties": False,
    "properties": {
        "code": _TEXT,
        "gateway": {"type": "string", "format": "uuid"},
        "facility": _TEXT,
        "role": {"type": "string", "enum": ["live", "history"]},
        "public_key": {"type": "string", "contentEncoding": "base64"},
        "signature": {"type": "string", "contentEncoding": "base64"},
    },
}
_ENROLLED = {
    "type": "object",
    "required": ["centre_public_key", "simulated", "server_time_ms"],
    "properties": {"centre_public_key": _TEXT, "simulated": {"type": "boolean"}, "server_time_ms": {"type": "integer"}},
}
_TIME = {"type": "object", "required": ["server_time_ms"], "properties": {"server_time_ms": {"type": "integer"}}}

PATHS: dict[str, Any] = {
    "/api/v1/stream": {
        "get": {
            "tags": ["service"],
            "summary": "Stream",
            "operationId": "stream",
            "description": "Live events (SSE): `hello`, `readings`, `source`, `average`, `finding`; `Last-Event-ID` replays.",
            "parameters": [
                _parameter("facility", "query", "Only this facility."),
                _parameter("source", "query", "Only this source."),
                _parameter("last_event_id", "query", "Like the header."),
                _parameter("Last-Event-ID", "header", "The last id seen."),
            ],
            "responses": _responses("Events without end.", {"text/event-stream": {"schema": _TEXT}}, 422),
        }
    },
    "/v1/batches": {
        "post": {
            "tags": ["intake"],
            "summary": "Batches",
            "operationId": "batches",
            "servers": _INTAKE,
            "description": "Up to 64 signed batches, zstd-compressed; the signed reply has a receipt for each, made after it is durable.",
            "requestBody": {"required": True, "content": _PROTOBUF},
            "responses": _responses("A signed reply.", _PROTOBUF, 400, 408, 413, 415, 503),
        }
    },
    "/v1/enrol": {
        "post": {
            "tags": ["intake"],
            "summary": "Enrol",
            "operationId": "enrol",
            "servers": _INTAKE,
            "description": "Let a gateway in with a one-time code.",
            "requestBody": {"required": True, "content": {"application/json": {"schema": _ENROL}}},
            "responses": _responses("Enrolled.", {"application/json": {"schema": _ENROLLED}}, 400, 403, 408, 413),
        }
    },
    "/v1/time": {
        "get": {
            "tags": ["intake"],
            "summary": "Time",
            "operationId": "time",
            "servers": _INTAKE,
            "description": "The centre's time.",
            "responses": _responses("The time.", {"application/json": {"schema": _TIME}}),
        }
    },
}
