"""What a job may cost yet and what it has cost: the cap on spend, and actuals by model.

Prices are `workflows.cost`'s. For a thread: the first price takes half a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from batchtui.config import Profile
from batchtui.errors import UsageError
from batchtui.jsonl.lines import blocks
from batchtui.jsonl.source import Source
from batchtui.workflows.jobs.records import Job, ShardRow, Spent
from batchtui.workflows.jobs.states import ShardState


class _Usage(msgspec.Struct, gc=False):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


class _Body(msgspec.Struct, gc=False):
    usage: _Usage | None = None


class _Response(msgspec.Struct, gc=False):
    body: _Body | None = None


class _Line(msgspec.Struct, gc=False):
    response: _Response | None = None


_decode: Final = msgspec.json.Decoder(_Line).decode
_PAID: Final = frozenset(
    {ShardState.CREATING, ShardState.RUNNING, ShardState.FINISHED, ShardState.COLLECTED}
)


def usage_of(path: Path) -> tuple[int, int]:
    """(input, output) tokens that the lines of a result file tell; for servers that sum up none."""
    input_tokens = output_tokens = 0
    with Source.open(path) as source:
        for block in blocks(source):
            for line in block.lines:
                try:
                    response = _decode(line).response
                except (ValueError, RecursionError):
                    continue
                usage = response.body.usage if response and response.body else None
                if usage is not None:
                    input_tokens += usage.input_tokens or usage.prompt_tokens
                    output_tokens += usage.output_tokens or usage.completion_tokens
    return input_tokens, output_tokens


def spent_of(profile: Profile, shards: Sequence[ShardRow]) -> dict[str, Spent]:
    """By model, of the batches whose usage is known."""
    sums: dict[str, list[int]] = {}
    for shard in shards:
        if not (shard.input_tokens or shard.output_tokens):
            continue
        of_model = sums.setdefault(shard.lane.model, [0, 0, 0, 0])
        figures = (shard.completed, shard.input_tokens, shard.output_tokens, shard.cached_tokens)
        for at, figure in enumerate(figures):
            of_model[at] += figure
    found = {}
    for model, (requests, input_tokens, output_tokens, cached_tokens) in sums.items():
        usd = _usd(profile, model, requests, input_tokens, output_tokens, cached_tokens)
        found[model] = Spent(requests, input_tokens, output_tokens, cached_tokens, usd)
    return found


def committed_usd(profile: Profile, job: Job, shards: Sequence[ShardRow]) -> float:
    """What the batches so far may have cost: the usage where it is known, else the estimate."""
    usd = sum(each.usd or 0.0 for each in spent_of(profile, shards).values())
    open_ = (
        each
        for each in shards
        if each.state in _PAID and not (each.input_tokens or each.output_tokens)
    )
    return usd + sum(most_usd(job, shard) for shard in open_)


def most_usd(job: Job, shard: ShardRow) -> float:
    """The share of the estimate that is the shard's, by tokens."""
    estimate = job.estimate
    if estimate is None or not estimate.most_usd:
        return 0.0
    return estimate.most_usd * shard.tokens / max(estimate.input_tokens, 1)


def check_cap(job: Job) -> None:
    """Raises UsageError for a cap that cannot be kept, because no price is known."""
    cap = job.options.max_spend_usd
    if cap is not None and (job.estimate is None or job.estimate.most_usd is None):
        raise UsageError(
            "--max-spend cannot be kept: no price is known for a model of this input",
            hint="leave it out",
        )


def _usd(
    profile: Profile, model: str, requests: int, input_tokens: int, output_tokens: int, cached: int
) -> float | None:
    if profile.kind == "local":
        return 0.0
    from batchtui.workflows.cost import of_usage

    cost = of_usage(
        model,
        input_tokens,
        output_tokens,
        cached_tokens=cached,
        requests=requests,
        provider=profile.provider,
    )
    return None if cost is None else cost.low_usd
