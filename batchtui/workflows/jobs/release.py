"""Which shard of an attempt is sent next: what was begun first, then in order, as there is room.

Owns the canary's turn, the room in the server's limits, the cap on spend, and the splitting of what
is too large. It sends nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from batchtui.jsonl.join import join
from batchtui.jsonl.outcomes import ANSWERED
from batchtui.jsonl.progress import Steps
from batchtui.workflows.background import in_thread
from batchtui.workflows.jobs.course import Course
from batchtui.workflows.jobs.events import ShardMoved
from batchtui.workflows.jobs.halves import halves
from batchtui.workflows.jobs.records import Attempt, ShardRow
from batchtui.workflows.jobs.refusal import StoppedError
from batchtui.workflows.jobs.room import Room
from batchtui.workflows.jobs.spend import committed_usd, most_usd
from batchtui.workflows.jobs.states import SETTLED, UNSENT, ShardState

CANARY_TOLERATED: Final = 0.1
"""The share of a canary's requests that may fail without stopping the job."""

_BEGUN: Final = (ShardState.CREATING, ShardState.UPLOADED, ShardState.UPLOADING)


class Queue:
    """The shards of one attempt by number; `shards` is changed by who drives them."""

    def __init__(
        self, course: Course, attempt: Attempt, room: Room, shards: dict[int, ShardRow]
    ) -> None:
        self.shards = shards
        self._course = course
        self._attempt = attempt
        self._room = room
        self._canary_checked = False

    @property
    def unsent(self) -> list[ShardRow]:
        """Those that are to be sent, or looked for, in their turn."""
        begun = [each for each in self.shards.values() if each.state in _BEGUN]
        begun.sort(key=lambda each: _BEGUN.index(each.state))
        rest = [
            each
            for each in self.shards.values()
            if each.state in UNSENT and each.state not in _BEGUN
        ]
        return begun + sorted(rest, key=lambda each: each.number)

    async def next(self) -> ShardRow | None:
        """The shard to send now, None while there is none.

        Raises StoppedError when nothing may be sent any more: the canary failed, or the cap on
        spend is reached. What is open already is not touched by that.
        """
        turn = self.unsent
        if not turn:
            return None
        if turn[0].state is ShardState.CREATING:
            return turn[0]  # it must be known what became of it, whatever room there is
        if not await self._canary_passed():
            turn = [each for each in turn if each.is_canary]
        open_shards = await self._open_shards()
        full: set[str] = set()
        for shard in turn:
            model = shard.lane.model
            if model in full:
                continue
            if self._room.is_too_large(shard) and shard.state is not ShardState.UPLOADED:
                await self.split(shard)
                return await self.next()
            why = self._room.lacks(shard, open_shards)
            if not why:
                await self._check_cap(shard)
                return shard
            full.add(model)
            if (shard.state, shard.why) != (ShardState.WAITING, why):
                moved = await self._course.move_shard(shard, ShardState.WAITING, why=why)
                self.shards[shard.number] = moved
        return None

    async def refused(self, shard: ShardRow, told: int | None) -> None:
        """There was no room for it: it waits, or, where it is too large, is split."""
        if told is not None:
            model, course = shard.lane.model, self._course
            self._room.learn(model, told)
            await asyncio.to_thread(course.store.tell_limit, course.job.account, model, told)
        open_shards = await self._open_shards()
        if self._room.is_too_large(shard) or self._room.refused(shard, open_shards):
            await self.split(shard)
            return
        self.shards[shard.number] = await self._course.move_shard(
            shard,
            ShardState.WAITING,
            why="waits for room in the token limit",
            refusals=shard.refusals + 1,
        )

    async def split(self, shard: ShardRow) -> None:
        """Two shards of half the size in its place."""
        course = self._course
        spans = await asyncio.to_thread(course.store.spans, shard)
        pieces = await in_thread(halves(Path(self._attempt.path), shard, spans))
        rows = await asyncio.to_thread(course.store.split_shard, shard, pieces)
        self.shards[shard.number] = await asyncio.to_thread(course.store.shard, shard)
        course.emit(ShardMoved(self.shards[shard.number]))
        for row in rows:
            self.shards[row.number] = row
            course.emit(ShardMoved(row))

    async def _open_shards(self) -> list[ShardRow]:
        store, account = self._course.store, self._course.job.account
        return await asyncio.to_thread(store.at_server, account)

    async def _canary_passed(self) -> bool:
        """Whether the rest may be sent. Raises StoppedError when too much of it failed."""
        canaries = [each for each in self.shards.values() if each.is_canary]
        if self._canary_checked or not canaries or self._course.job.options.canary_lines is None:
            return True
        if any(each.state not in SETTLED for each in canaries):
            return False
        answered = await in_thread(_answered(canaries))
        lines = sum(each.lines for each in canaries if each.state is not ShardState.SPLIT)
        if answered < lines * (1 - CANARY_TOLERATED):
            raise StoppedError(
                f"the canary failed: {lines - answered:,} of its {lines:,} requests have no answer",
                hint=f"batchtui jobs export {self._course.job.id} shows them; "
                "resume sends the rest all the same",
            )
        self._canary_checked = True
        return True

    async def _check_cap(self, shard: ShardRow) -> None:
        course = self._course
        cap = course.job.options.max_spend_usd
        if cap is None:
            return
        shards = await asyncio.to_thread(course.store.shards, course.job.id)
        profile = course.session.profile
        committed = await asyncio.to_thread(committed_usd, profile, course.job, shards)
        if committed + most_usd(course.job, shard) > cap:
            raise StoppedError(
                f"the cap on spend is reached: ${committed:.2f} of ${cap:.2f} are spent or "
                f"committed, and the next batch may cost ${most_usd(course.job, shard):.2f}",
                hint=f"batchtui jobs resume {course.job.id} --max-spend with a higher cap",
            )


def all_settled(shards: Mapping[int, ShardRow]) -> bool:
    """Whether nothing is left to do for any of them."""
    return all(each.state in SETTLED for each in shards.values())


def _answered(canaries: list[ShardRow]) -> Steps[int]:
    files = [
        Path(path) for each in canaries for path in (each.output_path, each.error_path) if path
    ]
    with (yield from join(None, files)) as records:
        return sum(count for outcome, count in records.counts.items() if outcome in ANSWERED)
