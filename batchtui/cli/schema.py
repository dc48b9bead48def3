"""`batchtui schema`: the JSON schema of every `--json` document."""

from __future__ import annotations

import json
from typing import Any, Final

import click

from batchtui.cli.examples import examples
from batchtui.cli.output import SCHEMA_VERSION, print_json
from batchtui.errors import UsageError

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


@click.command(
    short_help="The JSON schema of every --json document.",
    epilog=examples("batchtui schema batches ls", "batchtui schema > schemas.json"),
)
@click.argument("command", nargs=-1)
def schema(command: tuple[str, ...]) -> None:
    """Print the schema of what COMMAND prints with --json; of all commands, if none is named.

    Every document has a `schema_version`. While that is the same, no field goes away or changes its
    meaning; new ones may come.
    """
    from batchtui.cli.documents.commands import LISTS, ONE

    known = sorted({**ONE, **LISTS})
    name = " ".join(command)
    if not name:
        print_json({"commands": {each: schema_of(each) for each in known}})
    elif name in known:
        click.echo(json.dumps(schema_of(name), indent=2))
    else:
        raise UsageError(
            f"batchtui {name} prints no JSON document", hint=f"these do: {', '.join(known)}"
        )


def schema_of(command: str) -> dict[str, Any]:
    """The schema of what `command`, as "batches ls", prints. Raises KeyError for another."""
    from pydantic import TypeAdapter

    from batchtui.cli.documents.commands import LISTS, ONE

    is_list = command in LISTS
    kind = TypeAdapter(LISTS[command] if is_list else ONE[command])
    item = _plain(kind.json_schema(mode="serialization"))
    definitions = item.pop("$defs", {})
    version: dict[str, Any] = {"const": SCHEMA_VERSION}
    if is_list:
        body = _object({"schema_version": version, "data": {"type": "array", "items": item}})
    else:
        body = item
        for each in [definitions[_name(one)] for one in item.get("anyOf", ())] or [item]:
            each["properties"] = {"schema_version": version, **each["properties"]}
            each["required"] = ["schema_version", *each.get("required", ())]
    found = {"$schema": DIALECT, "title": f"batchtui {command} --json", **body}
    return {**found, "$defs": definitions} if definitions else found


def _name(reference: dict[str, str]) -> str:
    return reference["$ref"].rsplit("/", 1)[-1]


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _plain(value: Any) -> Any:
    """Without the titles that only repeat the names of fields."""
    if isinstance(value, dict):
        return {
            key: _plain(inner)
            for key, inner in value.items()
            if not (key == "title" and isinstance(inner, str))
        }
    return [_plain(each) for each in value] if isinstance(value, list) else value
