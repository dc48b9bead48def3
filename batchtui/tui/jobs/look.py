"""A job and its shards as cells of a list: state with sign and word, progress, what waits and why.

Pure functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchtui.tui.batch_cells import bar
from batchtui.tui.figures import NONE, count, dollars, short_count, span
from batchtui.tui.glyphs import glyphs
from batchtui.tui.plain_ids import plain_id
from batchtui.tui.widgets.spans import Span, Tone
from batchtui.visible import id_tail

if TYPE_CHECKING:
    from batchtui.workflows.jobs.records import ShardRow
    from batchtui.workflows.jobs.view import JobView

BAR_CELLS: Final = 7
SHARDS_CELLS: Final = 7
RETRY_CELLS: Final = 7
ID_CELLS: Final = 14
_ORDER: Final = (
    *("running", "cancelling", "waiting", "planned", "paused", "stopped"),
    *("incomplete", "done", "cancelled"),
)


def look(view: JobView, *, is_driven_here: bool = False) -> tuple[str, str, Tone]:
    """Sign, word and tone of a job's state. `is_driven_here`: it is about to be driven, or is."""
    signs, state = glyphs(), str(view.state)
    if view.is_interrupted and not is_driven_here:
        return signs.partly, "not driven", "trouble"
    if view.job.wanted and state in ("planned", "running", "waiting"):
        return signs.moving, "pausing" if view.job.wanted == "pause" else "cancelling", "accent"
    known: dict[str, tuple[str, str, Tone]] = {
        "planned": (signs.unknown, "planned", "accent"),
        "running": (signs.moving, "running", "accent"),
        "waiting": (signs.unknown, "waiting", "accent"),
        "paused": (signs.expired, "paused", "muted"),
        "stopped": (signs.failed, "stopped", "trouble"),
        "cancelling": (signs.moving, "cancelling", "accent"),
        "cancelled": (signs.cancelled, "cancelled", "muted"),
        "done": (signs.done, "done", "success"),
        "incomplete": (signs.partly if view.answered else signs.failed, "done", "trouble"),
    }
    return known.get(state, (signs.unknown, state, ""))


def state_order(view: JobView) -> int:
    state = str(view.state)
    return _ORDER.index(state) if state in _ORDER else len(_ORDER)


def shards_cell(view: JobView) -> str:
    """`7/12`; of very many, how much of them is done."""
    if not view.shards_all:
        return NONE
    told = f"{view.shards_done}/{view.shards_all}"
    return told if len(told) <= SHARDS_CELLS else f"{100 * view.shards_done // view.shards_all}%"


def answered_cell(view: JobView) -> list[Span]:
    drawn = bar(view.answered, view.total, BAR_CELLS)
    full = drawn.rstrip(glyphs().empty)
    tone: Tone = "accent" if view.pending else "muted"
    of = f"{short_count(view.answered)}/{short_count(view.total)}"
    return [(full, tone), (drawn[len(full) :], "muted"), (f" {of:>9}", "")]


def retry_cell(view: JobView) -> list[Span]:
    """How often it was retried; where it has ended with some not answered, how many."""
    left = view.total - view.answered
    if str(view.state) in ("incomplete", "cancelled") and left:
        told = f"{short_count(left)} left"
        is_short = len(told) <= RETRY_CELLS
        return [(told if is_short else f"{glyphs().failed} {short_count(left)}", "trouble")]
    return [(str(view.retries), "" if view.retries else "muted")]


def cost_cell(view: JobView) -> list[Span]:
    return [(NONE, "muted")] if view.cost_usd is None else [(short_dollars(view.cost_usd), "")]


def short_dollars(usd: float) -> str:
    """As `dollars`, without the cents from $10 on: for a narrow column."""
    return f"${usd:,.0f}" if usd >= 9.995 else dollars(usd)


def left_cell(view: JobView) -> list[Span]:
    return [(NONE, "muted") if view.eta_s is None else (f"~{span(view.eta_s)}", "")]


# Shards.


def shard_look(shard: ShardRow, *, is_at_rest: bool = False) -> tuple[str, Tone]:
    """Sign and tone; the word, where one is needed, is in `shard_facts`."""
    signs, state = glyphs(), str(shard.state)
    if is_at_rest and state in _INTERRUPTED:
        return signs.expired, "muted"
    if state == "collected":
        unanswered = shard.failed or shard.completed < shard.lines
        return (signs.partly, "trouble") if unanswered else (signs.done, "success")
    known: dict[str, tuple[str, Tone]] = {
        "uploading": (signs.moving, "accent"),
        "uploaded": (signs.moving, "accent"),
        "creating": (signs.moving, "accent"),
        "running": (signs.moving, "accent"),
        "finished": (signs.moving, "accent"),
        "failed": (signs.failed, "trouble"),
        "cancelled": (signs.cancelled, "muted"),
        "split": (signs.cancelled, "muted"),
    }
    return known.get(state, (signs.unknown, "muted"))


def shard_name(shard: ShardRow, attempts: int) -> str:
    """`shard 8`, or `shard 2.1`, the first of the second attempt, where there are several."""
    number = f"{shard.attempt}.{shard.number}" if attempts > 1 else f"{shard.number}"
    return f"shard {number}"


def nobody_drives(view: JobView, *, is_driven_here: bool) -> bool:
    """Nobody drives it: of its shards only those move that are batches at the server."""
    return not view.is_driven and not is_driven_here


def shard_line(shard: ShardRow, attempts: int, *, is_at_rest: bool = False) -> list[Span]:
    """The whole of a shard in one line: state, batch, lines, what became of them, or why not.

    `is_at_rest`: nobody drives its job.
    """
    sign, tone = shard_look(shard, is_at_rest=is_at_rest)
    line: list[Span] = [(f"  {sign} ", tone), (shard_name(shard, attempts).ljust(12), "")]
    if shard.is_canary:
        line.append(("canary ", "accent"))
    name = id_tail(plain_id(shard.batch_id), ID_CELLS) if shard.batch_id else ""
    line.append((f"{name:<{ID_CELLS}} ", "muted"))
    return [*line, (f"{count(shard.lines):>6}  ", ""), *shard_facts(shard, attempts, is_at_rest)]


def shard_facts(shard: ShardRow, attempts: int, is_at_rest: bool = False) -> list[Span]:
    state = str(shard.state)
    facts: list[Span] = []
    if shard.completed or state == "collected":
        facts.append((f"{shard.completed:,} ok  ", "success" if shard.completed else "muted"))
    if shard.failed:
        facts.append((f"{shard.failed:,} failed  ", "trouble"))
    if state == "running" and shard.lines:
        facts.append((f"{100 * (shard.completed + shard.failed) // shard.lines}%", ""))
    elif state == "collected":
        unanswered = shard.lines - shard.completed
        if unanswered - shard.failed > 0:
            facts.append((f"{unanswered - shard.failed:,} without a result  ", "trouble"))
        if unanswered and shard.attempt < attempts:
            facts.append((f"{glyphs().steps} retried", "muted"))
    elif is_at_rest and state in _INTERRUPTED:
        facts.append((shard.why or _INTERRUPTED[state], "muted"))
    else:
        facts.append((shard.why or _WORDS.get(state, state), _tone_of(state)))
    if state in ("running", "collected") and shard.why:
        facts.append((f"  {shard.why}", "muted"))
    return facts


_WORDS: Final = {
    "planned": "not sent yet",
    "waiting": "waits",
    "finished": "fetching the results",
    "creating": "creating the batch",
}
_INTERRUPTED: Final = {
    "uploading": "stopped while uploading",
    "uploaded": "stopped after the upload",
    "creating": "stopped while creating the batch",
    "finished": "stopped while fetching the results",
}
"""What a driver does with a shard, where there is none any more."""


def _tone_of(state: str) -> Tone:
    if state == "failed":
        return "trouble"
    return "accent" if state in ("uploading", "uploaded", "creating", "finished") else "muted"


def money(usd: float | None) -> str:
    return "cost not known" if usd is None else dollars(usd)
