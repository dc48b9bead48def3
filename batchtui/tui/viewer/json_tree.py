"""The values of one JSON text as a flat list of nodes, in the order of the text.

Made from tokens and not by a parser, so a text that is cut or broken still shows what is there, a
duplicate key stays, and a number keeps its digits. Owns structure and paths; draws nothing.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Final, Literal

from batchtui.tui.viewer.json_tokens import tokens

MAX_NODES: Final = 20_000
KEY_CHARS: Final = 200
LONG_VECTOR: Final = 40
"""An array of more bare values than this is folded at first: nobody reads 1,536 floats."""

NodeKind = Literal["object", "array", "string", "number", "word", "other"]

_PAIR: Final = re.compile(
    r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\\u([0-9a-fA-F]{4})|\\(.)",
    re.DOTALL,
)
_SIMPLE: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(slots=True)
class Node:
    """`start` and `end`: its text, brackets and quotes included. `after`: the number of the node
    that follows it and all it holds. `parent` is -1 at the top."""

    kind: NodeKind
    depth: int
    start: int
    end: int
    parent: int
    key: str | None = None
    index: int | None = None
    children: int = 0
    after: int = 0
    bare_children: int = 0
    is_closed: bool = True


@dataclass(slots=True)
class Tree:
    """`text` is what was read; `is_whole` False: there were more values than MAX_NODES."""

    text: str
    nodes: list[Node] = field(default_factory=list)
    is_whole: bool = True

    def path(self, number: int) -> str:
        """Where node `number` is, as `response.body.choices[0].text`."""
        parts: list[str] = []
        while number >= 0:
            node = self.nodes[number]
            if node.index is not None:
                parts.append(f"[{node.index}]")
            elif node.key is not None:
                named = _NAME.match(node.key)
                parts.append(f".{node.key}" if named else f"[{json.dumps(node.key)}]")
            number = node.parent
        return "".join(reversed(parts)).removeprefix(".")

    def raw(self, number: int) -> str:
        """The text of node `number` as it is in the file."""
        node = self.nodes[number]
        return self.text[node.start : node.end]

    def string(self, number: int, limit: int) -> tuple[str, int]:
        """The decoded text of a string, and how many characters of it were left out."""
        node = self.nodes[number]
        start, end = node.start + 1, node.end
        if end > start and self.text[end - 1] == '"':
            end -= 1
        return unescaped(self.text[start : min(end, start + limit)]), max(end - start - limit, 0)

    def plain(self, number: int) -> str:
        """What a person would copy: a string without quotes and escapes, else the text."""
        node = self.nodes[number]
        return self.string(number, node.end)[0] if node.kind == "string" else self.raw(number)


def unescaped(text: str) -> str:
    """The inside of a JSON string, decoded. An escape that is none stays as it is."""
    return _PAIR.sub(_character, text) if "\\" in text else text


def _character(found: re.Match[str]) -> str:
    high, low, unit, simple = found.groups()
    if high:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00)
    if unit:
        return chr(int(unit, 16))
    return _SIMPLE.get(simple, simple if simple in '"\\/' else found[0])


def parsed(text: str) -> Tree:
    tree = Tree(text)
    nodes = tree.nodes
    open_nodes: list[int] = []
    key: str | None = None
    for kind, start, end in tokens(text):
        if kind == "space":
            continue
        if kind == "key":
            inner = text[start + 1 : min(end - 1, start + 1 + KEY_CHARS)]
            key = unescaped(inner)
            continue
        if kind == "mark":
            mark = text[start]
            if mark in "}]":
                if open_nodes:
                    closed = nodes[open_nodes.pop()]
                    closed.end, closed.after = end, len(nodes)
                    closed.is_closed = True
                continue
            if mark in ",:":
                continue
        if len(nodes) >= MAX_NODES:
            tree.is_whole = False
            break
        if kind == "other" and nodes and nodes[-1].kind == "other" and nodes[-1].end == start:
            nodes[-1].end = end
            continue
        number = len(nodes)
        node = Node(_kind(kind, text[start]), len(open_nodes), start, end, -1, key)
        node.after = number + 1
        key = None
        if open_nodes:
            node.parent = open_nodes[-1]
            parent = nodes[node.parent]
            if parent.kind == "array":
                node.index, node.key = parent.children, None
            parent.children += 1
            parent.bare_children += node.kind not in ("object", "array", "string")
        nodes.append(node)
        if node.kind in ("object", "array"):
            node.is_closed = False
            open_nodes.append(number)
    for number in open_nodes:
        nodes[number].after, nodes[number].end = len(nodes), len(text)
    return tree


def folded_at_first(tree: Tree) -> set[int]:
    return {
        number
        for number, node in enumerate(tree.nodes)
        if node.kind == "array" and node.bare_children > LONG_VECTOR
    }


def _kind(kind: str, first: str) -> NodeKind:
    if kind == "mark":
        return "object" if first == "{" else "array"
    if kind in ("string", "number", "word"):
        return kind  # type: ignore[return-value]
    return "other"
