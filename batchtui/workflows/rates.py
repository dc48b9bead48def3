"""What a LiteLLM proxy itself says that its models cost: its own prices come before any table.

Any trouble means that nothing is known: an estimate is not worth an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchtui.errors import BatchtuiError

if TYPE_CHECKING:
    from batchtui.models.listing import ModelInfo
    from batchtui.workflows.session import Session


@dataclass(frozen=True, slots=True)
class Rate:
    """US dollars for one token. `is_batch_price`: the proxy names it as that of batches."""

    input_usd: float
    output_usd: float
    is_batch_price: bool


async def proxy_rates(session: Session) -> Mapping[str, Rate]:
    """By the name that requests use; empty for what is no LiteLLM proxy."""
    if session.profile.kind != "litellm":
        return {}
    try:
        client = await session.client()
        infos = await client.models.info()
    except BatchtuiError:
        return {}
    found = {info.model_name: rate for info in infos if (rate := _rate(info)) is not None}
    return {name: rate for name, rate in found.items() if name}


def _rate(info: ModelInfo) -> Rate | None:
    """None where none is told; the proxy writes 0 for what it does not know."""
    batch = info.input_cost_per_token_batches, info.output_cost_per_token_batches
    listed = info.input_cost_per_token, info.output_cost_per_token
    for prices, is_batch_price in ((batch, True), (listed, False)):
        if any(prices):
            return Rate(prices[0] or 0.0, prices[1] or 0.0, is_batch_price)
    return None
