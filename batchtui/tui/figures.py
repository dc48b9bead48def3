"""Numbers, sizes, times, durations and paths as people read them in a narrow column."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

NONE: Final = "-"
EXACT_BELOW: Final = 10_000
_UNITS: Final = ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k"))
_SIZES: Final = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))
_SPANS: Final = ((86_400, "d"), (3_600, "h"), (60, "m"))


def count(number: int | None) -> str:
    """`4`, `9,312`, then `31k`, `1.2M`; `-` for None."""
    if number is None:
        return NONE
    if abs(number) < EXACT_BELOW:
        return f"{number:,}"
    return _scaled(number, _UNITS)


def short_count(number: int | None) -> str:
    """As `count`, short from 1,000 on: `1.0k`, for two numbers in one cell."""
    if number is None:
        return NONE
    return str(number) if abs(number) < 1_000 else _scaled(number, _UNITS)


def rate(per_second: float) -> str:
    """`12.6/s`, from 100 on without a fraction, `11k/s`."""
    return f"{per_second:.1f}/s" if per_second < 99.95 else f"{count(round(per_second))}/s"


def size(size_bytes: int | None) -> str:
    """`312 B`, `1.2 kB`, `48.2 MB`; `-` for None."""
    if size_bytes is None:
        return NONE
    if size_bytes < 1_000:
        return f"{size_bytes} B"
    for unit, name in _SIZES:
        if size_bytes >= unit * 0.9995:
            value = size_bytes / unit
            return f"{value:.1f} {name}" if value < 99.95 else f"{value:.0f} {name}"
    return f"{size_bytes} B"


def dollars(usd: float) -> str:
    """`$0.46`, `$4.15`, `$1,230`; `<1c` for less."""
    if 0 < usd < 0.01:
        return "<1c"
    return f"${usd:,.2f}" if usd < 999.995 else f"${usd:,.0f}"


def span(seconds: float | None) -> str:
    """`9s`, `41m`, `3h`, `29d`: the largest unit only; `-` for None."""
    if seconds is None:
        return NONE
    whole = max(int(seconds), 0)
    for unit, name in _SPANS:
        if whole >= unit:
            return f"{whole // unit}{name}"
    return f"{whole}s"


def long_span(seconds: float | None) -> str:
    """`12s`, `41m 10s`, `23h 19m`, `29d 4h`: the two largest units."""
    if seconds is None:
        return NONE
    whole = max(int(seconds), 0)
    units = (*_SPANS, (1, "s"))
    for place, (unit, name) in enumerate(units):
        if whole >= unit:
            rest, below = whole % unit, units[place + 1 : place + 2]
            first = f"{whole // unit}{name}"
            if below and rest // below[0][0]:
                return f"{first} {rest // below[0][0]}{below[0][1]}"
            return first
    return "0s"


def clock(at_s: float | None) -> str:
    """The time of day here, `14:03:12`; `-` for None."""
    return NONE if at_s is None else _local(at_s).strftime("%H:%M:%S")


def moment(at_s: float | None) -> str:
    """Date and time of day here, `2026-11-22 09:14:03`; `-` for None."""
    return NONE if at_s is None else _local(at_s).strftime("%Y-%m-%d %H:%M:%S")


def _local(at_s: float) -> datetime:
    try:
        return datetime.fromtimestamp(at_s).astimezone()
    except (OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(0).astimezone()


def plural(number: int, noun: str, nouns: str | None = None) -> str:
    """`1 batch`, `3 batches`: the number exact, the noun to fit."""
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


def short_path(path: str) -> str:
    """`~/data/in.jsonl`: below one's home without its name."""
    home = str(Path.home())
    return f"~{path[len(home) :]}" if path.startswith(f"{home}/") else path


def _scaled(number: int, units: tuple[tuple[int, str], ...]) -> str:
    for unit, name in units:
        if abs(number) >= unit * 0.9995:
            value = number / unit
            return f"{value:.1f}{name}" if abs(value) < 9.95 else f"{value:.0f}{name}"
    return str(number)
