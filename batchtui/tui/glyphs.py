"""The signs on the screens, one cell wide each, with an ASCII twin for terminals without UTF-8.

Owns which of the two sets is used; a meaning never hangs on a glyph or a colour alone.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from typing import Final, NamedTuple


class Glyphs(NamedTuple):
    moving: str
    done: str
    partly: str
    failed: str
    expired: str
    cancelled: str
    truncated: str
    missing: str
    unknown: str
    full: str
    empty: str
    cursor: str
    rule: str
    separator: str
    ellipsis: str
    steps: str
    levels: str


UNICODE: Final = Glyphs(
    moving="●",
    done="✓",
    partly="!",
    failed="✗",
    expired="◌",
    cancelled="−",
    truncated="✂",
    missing="?",
    unknown="·",
    full="█",
    empty="░",
    cursor="▌",
    rule="─",
    separator="│",
    ellipsis="…",
    steps="›",
    levels="▁▂▃▄▅▆▇█",
)
ASCII: Final = Glyphs(
    moving="*",
    done="v",
    partly="!",
    failed="x",
    expired="o",
    cancelled="-",
    truncated="~",
    missing="?",
    unknown=".",
    full="#",
    empty=".",
    cursor=">",
    rule="-",
    separator="|",
    ellipsis="~",
    steps=">",
    levels="_.-=+*%#",
)


@lru_cache(maxsize=1)
def glyphs() -> Glyphs:
    """The set for this process's terminal."""
    encoding = getattr(sys.__stderr__, "encoding", None) or "utf-8"
    return choose(encoding, os.environ)


def choose(encoding: str, environ: os._Environ[str] | dict[str, str]) -> Glyphs:
    """ASCII for another encoding, a locale that says so, and the Linux console's small font."""
    folded = encoding.lower().replace("-", "")
    locale = environ.get("LC_ALL") or environ.get("LANG") or ""
    said = locale.lower().replace("-", "")
    if folded != "utf8" or (said and "utf8" not in said) or environ.get("TERM") == "linux":
        return ASCII
    return UNICODE
