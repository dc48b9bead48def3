"""The first line of a tab: which account is meant, what is safe there, how fresh the list is.

Pure functions. Where there is no room, what matters least goes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchtui.tui.figures import clock, span
from batchtui.tui.widgets.spans import Cell, Span

if TYPE_CHECKING:
    from batchtui.tui.connection import Connection

Choice = tuple[Cell, Cell]


def header(connection: Connection, of: int, *, is_paused: bool) -> list[Choice]:
    """Left and right, the fullest first. `of`: how many accounts are side by side.

    A profile that may change nothing says so as long as one can read anything: then whose account
    it is, the host, the provider, and last how fresh the list is.
    """
    profile = connection.profile
    app: Span = ("batchtui", "strong")
    if profile is None:
        return [([app, ("  not connected", "muted")], "")]
    name = profile.name
    safety: list[Span] = [("  read-only", "accent")] if profile.read_only else []
    several: list[Span] = [(f"  1 of {of} profiles", "accent")] if of > 1 else []
    few: list[Span] = [(f"  1 of {of}", "accent")] if of > 1 else []
    via = f" via {profile.provider}" if profile.provider else ""
    at: Span = (f"  {name} @ ", "muted")
    account = connection.account
    rhythm = "paused" if is_paused else f"auto {span(connection.rhythm_s)}"
    updated = f"  updated {clock(account.answered_at_s)}" if account.is_loaded else ""
    full = [app, at, (f"{profile.host}{via}", ""), *several, *safety]
    fuller = [app, at, (f"{profile.host}{via}", ""), *few, *safety]
    short = [app, at, (profile.host, ""), *few, *safety]
    return [
        (full, [(f"{rhythm}{updated}", "muted")]),
        (full, [(rhythm, "muted")]),
        (fuller, [(rhythm, "muted")]),
        (full, ""),
        (fuller, ""),
        (short, ""),
        ([(f"{name} @ ", "muted"), (profile.host, ""), *few, *safety], ""),
        ([(f"{name} @ ", "muted"), (profile.host, ""), *safety], ""),
        ([*_at_the_left(safety), (f"{name} @ ", "muted"), (profile.host, "")], ""),
    ]


def _at_the_left(safety: list[Span]) -> list[Span]:
    """Where nothing is cut."""
    return [(f"{text.strip()}  ", tone) for text, tone in safety]
