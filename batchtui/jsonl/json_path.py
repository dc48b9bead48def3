"""One value out of a JSON document by its path, as `$.response.body.choices[0].message.content`.

A path is `$` and then `.name`, `['any name']`, `[0]`, `[-1]`, or `[*]` for a list of all; these are
the parts of RFC 9535 that name one place, or one place in each item of a list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from batchtui.errors import UsageError

_STEP: Final = re.compile(
    r"""\.(?P<name>[^\W\d][\w-]*) | \[(?P<index>-?\d{1,9})\] | (?P<each>\[\*\]|\.\*)
        | \['(?P<single>(?:[^'\\]|\\.)*)'\] | \["(?P<double>(?:[^"\\]|\\.)*)"\]""",
    re.VERBOSE,
)
_ESCAPE: Final = re.compile(r"\\(.)")
_EACH: Final = None

Step = str | int | None


@dataclass(frozen=True, slots=True)
class JsonPath:
    """`steps`: a name, a place in a list, or None for each item."""

    text: str
    steps: tuple[Step, ...]

    @property
    def last_name(self) -> str | None:
        """The last name in it: what a column of its values may be called."""
        names = [step for step in self.steps if isinstance(step, str)]
        return names[-1] if names else None

    def pick(self, value: Any) -> Any:
        """The value at this path; None where there is none. `[*]` makes a list."""
        return _pick(value, self.steps)


def parse(text: str) -> JsonPath:
    """Raises UsageError, with the place, for a text that is no path."""
    steps: list[Step] = []
    at = 1
    if not text.startswith("$"):
        raise UsageError(f"{text!r} is no JSON path", hint="a path begins with $, as $.response")
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            raise UsageError(
                f"{text!r} is no JSON path: character {at + 1} is not understood",
                hint="steps are .name, ['any name'], [0], [-1] and [*]",
            )
        steps.append(_step(found))
        at = found.end()
    return JsonPath(text, tuple(steps))


def _step(found: re.Match[str]) -> Step:
    if found["each"]:
        return _EACH
    if found["index"]:
        return int(found["index"])
    if found["name"]:
        return found["name"]
    quoted = found["single"] if found["single"] is not None else found["double"]
    return _ESCAPE.sub(r"\1", quoted)


def _pick(value: Any, steps: tuple[Step, ...]) -> Any:
    for number, step in enumerate(steps):
        if step is _EACH:
            items = list(value.values()) if isinstance(value, dict) else value
            if not isinstance(items, list):
                return None
            return [_pick(item, steps[number + 1 :]) for item in items]
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        elif isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value
