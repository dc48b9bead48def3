"""A value that fits a JSON schema: what the echo model answers to `json_schema`."""

from __future__ import annotations

from typing import Any, Final

_DEEPEST: Final = 12


def sample_of(schema: Any, text: str, depth: int = 0) -> Any:
    """A value of `schema`'s first type, with `text` for every free string.

    Knows type, properties, items, minItems, minLength, minimum, enum, const and anyOf. A schema
    that it can not follow gets `{}` at the top and null below.
    """
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return {} if depth == 0 else None
    if "const" in schema:
        return schema["const"]
    for name in ("enum", "anyOf", "oneOf"):
        options = schema.get(name)
        if isinstance(options, list) and options:
            return options[0] if name == "enum" else sample_of(options[0], text, depth + 1)
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = kind[0] if kind else None
    if kind == "object" or (kind is None and "properties" in schema):
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            return {}
        return {name: sample_of(each, text, depth + 1) for name, each in properties.items()}
    if kind == "array":
        count = schema.get("minItems")
        count = min(count, 16) if isinstance(count, int) else 1
        return [sample_of(schema.get("items"), text, depth + 1) for _ in range(count)]
    if kind in ("integer", "number"):
        least = schema.get("minimum")
        return least if isinstance(least, int | float) else 0
    if kind == "boolean":
        return True
    if kind == "string":
        return text
    return {} if depth == 0 else None
