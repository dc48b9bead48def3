"""Tokens and cost of an input file, said in a line. Pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchtui.tui.figures import count, dollars, plural
from batchtui.tui.widgets.spans import Span

if TYPE_CHECKING:
    from batchtui.jsonl.statistics import Statistics
    from batchtui.workflows.cost import Cost


def tokens(statistics: Statistics) -> list[Span]:
    """`tokens about 6.2M in, up to 12.3M out`."""
    if not statistics.estimated_input_tokens:
        return []
    said = f"tokens about {count(statistics.estimated_input_tokens)} in"
    if statistics.max_output_tokens and not statistics.uncapped_requests:
        said = f"{said}, up to {count(statistics.max_output_tokens)} out"
    return [(said, "muted")]


def price(cost: Cost | None) -> list[Span]:
    """`cost $0.46 to $4.15 (batch price)`; `cost unknown`."""
    if cost is None:
        return [("cost unknown, as is the price of the model", "muted")]
    return [(f"cost {amount(cost)} ", ""), (f"({basis(cost)})", "muted")]


def amount(cost: Cost) -> str:
    low = dollars(cost.low_usd)
    if cost.high_usd is None:
        return f"from {low}, no limit on answers"
    high = dollars(cost.high_usd)
    if low == high:
        return low if low.startswith("<") else f"about {low}"
    return f"up to {high}" if low.startswith("<") else f"{low} to {high}"


def in_short(cost: Cost) -> str:
    """As `amount`, without the reason why there is no upper end."""
    return amount(cost) if cost.high_usd is not None else f"from {dollars(cost.low_usd)}"


def basis(cost: Cost) -> str:
    return "batch price" if cost.is_batch_price else "no batch discount"


def question(what: str, cost: Cost, requests: int, limit_usd: float) -> str:
    """What is asked before so much is spent on `what`, a file or several."""
    return (
        f"Submit {what}, {plural(requests, 'request')}? "
        f"Estimated cost: {amount(cost)} ({basis(cost)}). "
        f"That is above the {dollars(limit_usd)} that may be spent without a question."
    )
