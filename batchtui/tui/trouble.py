"""What is said when the account's list cannot be read: in the banner, and where the list would be.

Pure functions. On a screen of 80 columns the reason is never cut off, nor when it is tried again as
long as there is room for that, else what can be done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchtui.errors import AuthenticationError, BatchtuiError
from batchtui.tui.figures import span
from batchtui.tui.glyphs import glyphs
from batchtui.tui.widgets.spans import BETWEEN, spans, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchtui.config import Profile
    from batchtui.tui.account import Account
    from batchtui.tui.connection import Connection

WAY_OUT: Final = ":doctor"
MARGINS: Final = 2


def troubles(connections: Sequence[Connection], now_s: float, width: int) -> tuple[str, str]:
    """As `trouble_line`, of all accounts side by side; those that are well keep their place."""
    troubled = [each for each in connections if each.account.trouble is not None]
    if not troubled:
        return "", ""
    first = troubled[0]
    whose = ""
    if len(connections) > 1:
        others = ", ".join(each.name for each in troubled[1:])
        whose = f"{first.name}{f' ({others} too)' if others else ''}: "
    return trouble_line(first.account, first.profile, now_s, width, whose)


def trouble_line(
    account: Account, profile: Profile | None, now_s: float, width: int, whose: str = ""
) -> tuple[str, str]:
    """What is wrong; and the way out, with when it is tried again. Both empty: nothing.

    As much as a line of `width` cells has room for: the advice goes first, then what one can do,
    then the age of what is shown, then the next try.
    """
    trouble = account.trouble
    if trouble is None:
        return "", ""
    short = f"{glyphs().failed} {whose}{reason(account, profile)}"
    error = trouble.error
    full = f"{short}: {error.message}" if isinstance(error, AuthenticationError) else short
    full = BatchtuiError(full, hint=error.hint).sentences
    again = f"next try in {span(max(account.trouble_at_s + trouble.retry_in_s - now_s, 0))}"
    since_s = trouble.since_s
    dated = f"data from {span(now_s - since_s)} ago, " if since_s is not None else ""
    then = f"{again}, r now, {WAY_OUT}"
    choices = [
        (full, f"{dated}{then}"),
        (short, f"{dated}{then}"),
        *([(short, f"{dated}{again}, r now"), (short, f"{dated}{again}")] if dated else ()),
        (short, then),
        (short, f"{again}, {WAY_OUT}"),
    ]
    for what, after in choices:
        if width_of(spans(what)) + BETWEEN + width_of(spans(after)) + MARGINS <= width:
            return what, after
    return short, WAY_OUT


def reason(account: Account, profile: Profile | None) -> str:
    """What is wrong, in few words: the header names the host already."""
    return reason_of(account.trouble.error, profile) if account.trouble is not None else ""


def reason_of(error: BatchtuiError, profile: Profile | None) -> str:
    """As `reason`, of any error of that account's server."""
    if isinstance(error, AuthenticationError):
        source = profile.key_source if profile else None
        return f"key refused ({source or 'none was sent'})"
    message = error.message.rstrip(".")
    return message.replace(profile.host, "the server") if profile else message


def nothing_loaded(connections: Sequence[Connection]) -> str:
    """What stands in place of a list that was never read; "" where every one was, or may be."""
    for each in connections:
        if each.account.trouble is not None and not each.account.is_loaded:
            whose = f" of {each.name}" if len(connections) > 1 else ""
            return nothing_loaded_for(each.account.trouble.error, each.profile, whose)
    return ""


def nothing_loaded_for(error: BatchtuiError, profile: Profile | None, whose: str = "") -> str:
    return f"Nothing{whose} is loaded: {reason_of(error, profile)}. r tries again."
