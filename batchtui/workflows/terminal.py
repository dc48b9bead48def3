"""What this terminal can show, for a person and for a bug report. Asks only the environment."""

from __future__ import annotations

import os
import sys

from batchtui import __version__
from batchtui.workflows.doctor import Finding, Verdict


def findings() -> list[Finding]:
    term = os.environ.get("TERM", "")
    is_known = bool(term) and term != "dumb"
    encoding = getattr(sys.__stdout__, "encoding", None) or "unknown"
    is_utf8 = encoding.lower().replace("-", "") == "utf8"
    where = [name for name in ("TMUX", "SSH_CONNECTION") if os.environ.get(name)]
    inside = f", inside {' and '.join(where)}" if where else ""
    python = ".".join(str(part) for part in sys.version_info[:3])
    return [
        Finding("batchtui", Verdict.OK, f"{__version__} on Python {python}, {sys.platform}"),
        Finding(
            "terminal",
            Verdict.OK if is_known else Verdict.WARNING,
            f"TERM={term or 'not set'}, colours: {_colours(term)}{inside}",
            None if is_known else "the app needs a TERM; the commands do not",
        ),
        Finding(
            "encoding",
            Verdict.OK if is_utf8 else Verdict.WARNING,
            encoding,
            None if is_utf8 else "plain letters stand for the glyphs; set a UTF-8 locale",
        ),
    ]


def _colours(term: str) -> str:
    if os.environ.get("NO_COLOR"):
        return "none (NO_COLOR)"
    if os.environ.get("COLORTERM") in ("truecolor", "24bit"):
        return "true colour"
    return "256" if "256" in term else "16"
