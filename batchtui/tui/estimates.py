"""What a checked file would cost at a server, asked for beside the loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batchtui.jsonl.validation import Validation
    from batchtui.workflows.cost import Cost
    from batchtui.workflows.session import Session


async def estimate_of(
    session: Session | None, validation: Validation, endpoint: str | None, provider: str | None
) -> Cost | None:
    await asyncio.to_thread(_import_cost)
    from batchtui.workflows.cost import estimate
    from batchtui.workflows.rates import proxy_rates

    rates = await proxy_rates(session) if session is not None else {}
    return await asyncio.to_thread(
        estimate, validation.statistics, endpoint=endpoint, provider=provider, rates=rates
    )


def _import_cost() -> None:
    from batchtui.workflows import cost, rates  # noqa: F401
