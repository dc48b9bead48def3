"""What the parts of a regular expression tell: texts that every match has, how to find one soon.

Owns the reading of Python's own tree of an expression, which is not public: where it is missing or
of another shape there is just no tree, and an expression is tried on every line as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

_NEVER_ESCAPED: Final = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 _-.,:;()[]{}!?#$%*@^|~"
)
"""What all writers of JSON write as it is. Some escape `/`, `<`, `>`, `&`, `'`, `=`, `+`."""

_ONE_CHARACTER: Final = frozenset({"LITERAL", "NOT_LITERAL", "IN", "ANY"})
_REPEATS: Final = frozenset({"MAX_REPEAT", "MIN_REPEAT"})
_EDGES: Final = frozenset({"AT_BOUNDARY", "AT_NON_BOUNDARY"})


def tree_of(pattern: str, flags: int) -> Any | None:
    """The tree of a `pattern` that can be compiled; None where there is none to be had."""
    try:
        tree = import_module("re._parser").parse(pattern, flags)
        sum(1 for _ in _items(tree))
    except (ImportError, AttributeError, TypeError, ValueError, RecursionError):
        return None
    return tree


def compiled(pattern: str, flags: int) -> re.Pattern[str]:
    """What matches wherever `pattern` does, where it begins with a repeat perhaps further right.

    `.*error` is found where `error` is, and `\\S+@` where `\\S@` is: to try each beginning of such
    a run takes a time that grows with the square of its length.
    """
    tree = tree_of(pattern, flags)
    if tree is not None:
        try:
            shorter = _begun_later(tree)
            if shorter is not None:
                found: re.Pattern[str] = import_module("re._compiler").compile(shorter, flags)
                return found
        except (ImportError, AttributeError, TypeError, ValueError):
            pass
    return re.compile(pattern, flags)


def required_texts(tree: Any) -> list[list[str]]:
    """Every match contains all the texts of one of these lists, one behind the other, as any writer
    of JSON spells them. None: nothing is known to be in every match."""
    parts = list(tree)
    while len(parts) == 1 and parts[0][0].name == "SUBPATTERN":
        parts = list(parts[0][1][3])
    is_branch = len(parts) == 1 and parts[0][0].name == "BRANCH"
    ways = parts[0][1][1] if is_branch else [parts]
    found = []
    for way in ways:
        runs = _Runs()
        runs.read(way)
        runs.end()
        found.append(runs.found)
    return found if all(found) else []


def ignores_case(tree: Any) -> bool:
    """Also where the expression says so itself, for all of it or for a part."""
    if tree.state.flags & re.IGNORECASE:
        return True
    return any(op == "SUBPATTERN" and argument[1] & re.IGNORECASE for op, argument in _items(tree))


def sees_ends(tree: Any) -> bool:
    """Whether it may match a text alone but not the same text within quotes."""
    for op, argument in _items(tree):
        if op == "AT":
            if argument.name not in _EDGES:
                return True
        elif op not in _REPEATS | _ONE_CHARACTER | {"SUBPATTERN", "BRANCH", "ASSERT", "GROUPREF"}:
            return True
    return False


class _Runs:
    def __init__(self) -> None:
        self.found: list[str] = []
        self._run = ""

    def end(self) -> None:
        if self._run:
            self.found.append(self._run)
        self._run = ""

    def read(self, tree: Any) -> None:
        for code, argument in tree:
            op = code.name
            if op == "LITERAL" and chr(argument) in _NEVER_ESCAPED:
                self._run += chr(argument)
            elif op == "SUBPATTERN":
                self.read(argument[3])
            elif op == "ATOMIC_GROUP":
                self.read(argument)
            elif op in _REPEATS or op == "POSSESSIVE_REPEAT":
                least, most, part = argument
                if least:
                    self.read(part)
                if most != 1 or not least:
                    self.end()
            elif op not in ("AT", "ASSERT", "ASSERT_NOT"):
                self.end()


def _items(tree: Any) -> Iterator[tuple[str, Any]]:
    """The name and the argument of each part, at any depth."""
    for code, argument in tree:
        op = code.name
        yield op, argument
        if op == "SUBPATTERN":
            yield from _items(argument[3])
        elif op == "ATOMIC_GROUP":
            yield from _items(argument)
        elif op in _REPEATS or op == "POSSESSIVE_REPEAT":
            yield from _items(argument[2])
        elif op in ("ASSERT", "ASSERT_NOT"):
            yield from _items(argument[1])
        elif op == "BRANCH":
            for each in argument[1]:
                yield from _items(each)


def _begun_later(tree: Any) -> Any | None:
    """`tree` without the repeats of one character that it begins with; None if it has none."""
    parts = list(tree)
    count = 0
    while count < len(parts) and (found := _repeated(parts[count])) is not None:
        code, least, most, part = found
        if least:
            if least == most:
                break
            parts[count] = (code, (least, least, part))
            return type(tree)(tree.state, parts[count:])
        count += 1
    return type(tree)(tree.state, parts[count:]) if count else None


def _repeated(item: tuple[Any, Any]) -> tuple[Any, int, int, Any] | None:
    code, argument = item
    if code.name not in _REPEATS:
        return None
    least, most, part = argument
    if len(part) != 1 or part[0][0].name not in _ONE_CHARACTER:
        return None
    return code, least, most, part
