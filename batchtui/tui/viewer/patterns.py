"""What is searched for as regular expressions: one for the bytes of a line, one for the screen.

In a file, one text may be spelled in several ways: `é` as itself or as `\\u00e9`, a quote as `\\"`.
A search finds them all. Case counts as soon as the text has an upper-case letter.
"""

from __future__ import annotations

import re

from batchtui.errors import UsageError
from batchtui.tui.viewer.text import safe
from batchtui.workflows.where import Where


def pattern_of(where: Where) -> re.Pattern[bytes] | None:
    """For raw lines. Raises UsageError for a regular expression that is none."""
    if not where.text:
        return None
    if where.is_regex:
        compiled = _compiled(where.text)
        return re.compile(compiled.pattern.encode(), compiled.flags & ~re.UNICODE)
    spelled = b"".join(_spellings(character) for character in where.text)
    return re.compile(spelled, _case(where.text) | re.DOTALL)


def shown_pattern(where: Where) -> re.Pattern[str] | None:
    """For text on the screen."""
    if not where.text:
        return None
    if where.is_regex:
        return _compiled(where.text)
    return re.compile(re.escape(safe(where.text)), _case(where.text))


def _compiled(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, _case(text))
    except (re.error, OverflowError, RecursionError) as error:
        raise UsageError(
            f"{text!r} is no regular expression: {error}", hint="without re: it is plain text"
        ) from None


def _case(text: str) -> re.RegexFlag:
    return re.NOFLAG if any(map(str.isupper, text)) else re.IGNORECASE


def _spellings(character: str) -> bytes:
    plain = re.escape(character.encode("utf-8", "surrogatepass"))
    if character in '"\\/':
        return b"(?:\\\\)?" + plain
    if character.isascii() and character.isprintable():
        return plain
    units = character.encode("utf-16-be", "surrogatepass").hex()
    escaped = b"".join(b"\\\\u" + units[at : at + 4].encode() for at in range(0, len(units), 4))
    return b"(?:" + plain + b"|(?i:" + escaped + b"))"
