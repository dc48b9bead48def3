"""What fits into the server's queue now: enqueued tokens and open batches, by account and model.

Owns the sums and what refusals have taught. The open batches of all jobs of an account count, of
whichever process: they are in the store. Must not ask a server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from batchtui.config import Profile
from batchtui.workflows.jobs.records import JobOptions, ShardRow
from batchtui.workflows.waiting import clock, jittered

FIRST_WAIT_S: Final = 2.0
LONGEST_WAIT_S: Final = 60.0
REFUSALS_TO_SPLIT: Final = 2
"""A shard that is refused so often while none of ours is in the queue may be too large."""


class Room:
    """For a job with `options` at the server of `profile`. `limits`: tokens by model, as it told.

    What the profile bounds counts for all jobs together, what the options bound for this one.
    """

    def __init__(self, profile: Profile, options: JobOptions, limits: Mapping[str, int]) -> None:
        self._profile = profile
        self._options = options
        self._told = dict(limits)
        self._not_before: dict[str, float] = {}
        self._refused_beside: dict[str, frozenset[str]] = {}

    def limit(self, model: str) -> int | None:
        """Tokens that may be in the queue for `model`: as set, or as the server has told."""
        set_ = self._options.max_enqueued_tokens, self._profile.max_enqueued_tokens
        known = (*set_, self._told.get(model))
        return min((each for each in known if each is not None), default=None)

    def lacks(self, shard: ShardRow, open_shards: Sequence[ShardRow]) -> str:
        """Why `shard` has to wait, in words; "" when it fits."""
        ours = [each for each in open_shards if each.job_id == shard.job_id]
        for most, those in (
            (self._options.max_open_batches, ours),
            (self._profile.max_open_batches, open_shards),
        ):
            if most is not None and len(those) >= most:
                return f"waits: {len(those):,} of {most:,} batches are open"
        model = shard.lane.model
        beside = _of_model(model, open_shards, shard)
        before = self._refused_beside.get(model)
        ids = frozenset(each.content for each in beside)
        if before is not None and clock() < self._not_before.get(model, 0.0) and before <= ids:
            return "waits for room in the token limit"
        limit = self.limit(model)
        tokens = sum(each.tokens for each in beside)
        if limit is not None and beside and tokens + shard.tokens > limit:
            return f"waits for room in the token limit: {tokens:,} of {limit:,} are in use"
        return ""

    def is_too_large(self, shard: ShardRow) -> bool:
        """It can never fit, as it is, and could be in two."""
        limit = self.limit(shard.lane.model)
        return shard.lines > 1 and limit is not None and shard.tokens > limit

    def learn(self, model: str, limit_tokens: int) -> None:
        """The server has told its limit."""
        self._told[model] = limit_tokens

    def refused(self, shard: ShardRow, open_shards: Sequence[ShardRow]) -> bool:
        """The server had no room for `shard`; True: it is to be split.

        It waits until one of the batches beside it has ended, a minute at the most; where there is
        none, ever longer.
        """
        model = shard.lane.model
        beside = _of_model(model, open_shards, shard)
        if not beside and shard.refusals >= REFUSALS_TO_SPLIT and shard.lines > 1:
            return True
        wait_s = LONGEST_WAIT_S
        if not beside:
            wait_s = min(FIRST_WAIT_S * 2.0 ** min(shard.refusals, 10), LONGEST_WAIT_S)
        self._refused_beside[model] = frozenset(each.content for each in beside)
        self._not_before[model] = clock() + jittered(wait_s)
        return False


def _of_model(model: str, open_shards: Sequence[ShardRow], other_than: ShardRow) -> list[ShardRow]:
    return [
        each
        for each in open_shards
        if each.lane.model == model and each.content != other_than.content
    ]
