"""LINE's own API description, as a judge of what is said between a bot and the platform.

Reads `line_openapi/`; tests hand over webhooks and journal entries of the emulated LINE. OpenAPI 3.0 is JSON Schema
but for a few words (https://spec.openapis.org/oas/v3.0.3#schema-object): a `discriminator` chooses the schema,
`allOf` there means inheritance, and `nullable` adds null. Properties that the description does not know are errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

Json = Mapping[str, Any]

_HERE = Path(__file__).parent / "line_openapi"
_SCHEMAS = "#/components/schemas/"


class Description:
    """One file of the description."""

    def __init__(self, file: str) -> None:
        whole = yaml.load((_HERE / file).read_text(), yaml.CSafeLoader)
        self._raw: dict[str, Any] = whole["components"]["schemas"]
        self._schemas = {_SCHEMAS + name: self._schema(schema) for name, schema in self._raw.items()}
        # Following references by hand is several times faster than jsonschema's own registry.
        words = {"$ref": self._reference, "discriminator": self._discriminator}
        self._validator = extend(Draft202012Validator, words)
        self._paths = {_anonymous(path): item for path, item in whole["paths"].items()}

    def check(self, schema: Json, value: Any) -> None:
        """Raise jsonschema's ValidationError unless the value is what the schema says."""
        self._validator(self._schema(schema)).validate(value)

    def operation(self, method: str, path: str) -> Json:
        """What the description says of an endpoint; KeyError when it has none."""
        found: Json = self._paths[_anonymous(path)][method.lower()]
        return found

    def _reference(self, validator: Any, ref: str, instance: Any, schema: Json) -> Iterator[ValidationError]:
        yield from validator.descend(instance, self._schemas[ref])

    def _discriminator(self, validator: Any, how: Json, instance: Any, schema: Json) -> Iterator[ValidationError]:
        name, mapping = how["propertyName"], how["mapping"]
        kind = instance.get(name) if isinstance(instance, dict) else None
        if kind in mapping:
            yield from validator.descend(instance, self._schemas[mapping[kind]])
        else:
            yield ValidationError(f"{name} {kind!r} is none of {sorted(mapping)}")

    def _schema(self, schema: Json) -> dict[str, Any]:
        """The schema as JSON Schema."""
        if "discriminator" in schema:
            return {"discriminator": schema["discriminator"]}
        schema = _merged(schema, self._raw)
        made = {key: value for key, value in schema.items() if key in _KEPT}
        if "properties" in schema:
            made["properties"] = {name: self._schema(part) for name, part in schema["properties"].items()}
            made.setdefault("additionalProperties", False)
        if "items" in schema:
            made["items"] = self._schema(schema["items"])
        if isinstance(schema.get("additionalProperties"), dict):
            made["additionalProperties"] = self._schema(schema["additionalProperties"])
        if schema.get("nullable"):
            made["type"] = [schema["type"], "null"]
        return made


_KEPT = frozenset(
    {"$ref", "type", "enum", "required", "pattern", "oneOf", "additionalProperties"}
    | {"minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"}
)


def check_request(method: str, path: str, body: Any) -> None:
    """A bot's request is as described; an empty body stands for none."""
    described = _api().operation(method, path).get("requestBody", {}).get("content", {}).get("application/json")
    if described is not None:
        _api().check(described["schema"], body)
    elif body:
        raise ValidationError(f"{method} {path} takes no body")


def check_response(method: str, path: str, status: int, body: Any) -> None:
    """The platform's answer is as described; any refusal that an endpoint does not name is an ErrorResponse."""
    described = _api().operation(method, path)["responses"].get(str(status))
    if status >= 400:
        described = described or {"content": {"application/json": {"schema": {"$ref": f"{_SCHEMAS}ErrorResponse"}}}}
    if described is None:
        raise ValidationError(f"{method} {path} never answers {status}")
    for content in described.get("content", {}).values():
        if content["schema"].get("format") != "binary":
            _api().check(content["schema"], body)


def check_webhook(body: Any) -> None:
    """What the platform delivers is as described."""
    _webhooks().check({"$ref": f"{_SCHEMAS}CallbackRequest"}, body)


def check_traffic(entries: Iterable[Json], *, requests: bool = True) -> set[str]:
    """Check every request, answer and event in a journal; gives the endpoints (and "webhook") that it has seen.

    `requests` False leaves out the requests, where a test sends wrong ones on purpose.
    """
    seen = set()
    for entry in entries:
        if entry["kind"] == "request":
            method, path = entry["method"], entry["path"]
            if requests:
                check_request(method, path, entry["body"])
            check_response(method, path, entry["status"], entry["response"])
            seen.add(f"{method} {path}")
        if entry["kind"] == "event":
            check_webhook({"destination": entry["account"], "events": [entry["event"]]})
            seen.add("webhook")
    return seen


@cache
def _api() -> Description:
    return Description("messaging-api.yml")


@cache
def _webhooks() -> Description:
    return Description("webhook.yml")


def _anonymous(path: str) -> str:
    """The path without the names of its parameters, which are ours and theirs."""
    return re.sub(r"\{\w+\}", "{}", path)


def _merged(schema: Json, schemas: Mapping[str, Json]) -> dict[str, Any]:
    """The schema with what it inherits."""
    merged = {key: value for key, value in schema.items() if key != "allOf"}
    properties, required = dict(schema.get("properties", {})), list(schema.get("required", ()))
    for part in schema.get("allOf", ()):
        parent = _merged(schemas[part["$ref"].removeprefix(_SCHEMAS)] if "$ref" in part else part, schemas)
        properties = parent.get("properties", {}) | properties
        required += parent.get("required", ())
    if properties:
        merged["properties"] = properties
    if required:
        merged["required"] = sorted(set(required))
    return merged
