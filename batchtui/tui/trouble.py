"""What the banner says when the account's list cannot be read. Pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchtui.errors import AuthenticationError
from batchtui.tui.figures import span
from batchtui.tui.glyphs import glyphs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchtui.config import Profile
    from batchtui.tui.account import Account
    from batchtui.tui.connection import Connection


def troubles(connections: Sequence[Connection], now_s: float) -> tuple[str, str]:
    """As `trouble_line`, of all accounts side by side; those that are well keep their place."""
    troubled = [each for each in connections if each.account.trouble is not None]
    if not troubled:
        return "", ""
    first = troubled[0]
    what, then = trouble_line(first.account, first.profile, now_s)
    if len(connections) > 1:
        others = ", ".join(each.name for each in troubled[1:])
        also = f" ({others} too)" if others else ""
        what = f"{glyphs().failed} {first.name}{also}: {what.partition(' ')[2]}"
    return what, then


def trouble_line(account: Account, profile: Profile | None, now_s: float) -> tuple[str, str]:
    """What is wrong; and how old the data is and when it is tried again. Both empty: nothing."""
    trouble = account.trouble
    if trouble is None:
        return "", ""
    error = trouble.error
    what = f"{error.message.rstrip('.')}. {error.hint}" if error.hint else error.message
    if isinstance(error, AuthenticationError):
        source = profile.key_source if profile else None
        what = f"key refused ({source or 'none was sent'}). {what}"
    left_s = max(account.trouble_at_s + trouble.retry_in_s - now_s, 0)
    then = f"next try in {span(left_s)}, r now"
    if trouble.since_s is not None:
        then = f"data from {span(now_s - trouble.since_s)} ago, {then}"
    return f"{glyphs().failed} {what}", then
