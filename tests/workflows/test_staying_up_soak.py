"""The soak in short, bounded by what happened and not by time: `tests/bench/soak.py` is long."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from batchtui.gateway.server import Gateway
from tests.soaking import soak

WriteInput = Callable[..., Path]


async def test_no_update_is_lost_and_the_list_is_right_at_the_end(
    gateway: Gateway, write_input: WriteInput
) -> None:
    figures = await soak(
        gateway,
        write_input(10, model="echo-slow-20"),
        goes_on=lambda so_far: so_far.faults.total() < 60,
        share=0.4,
    )
    assert figures.lost == []
    assert figures.is_list_right
    assert figures.tasks_left == 0
    assert figures.batches >= 4
    assert figures.troubles > 0
    assert figures.refreshes > 4
