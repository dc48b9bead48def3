"""Lists by pages: each id once, newest first, whatever is created in between."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batchtui.gateway import ids
from batchtui.gateway.store.disk import Disk
from batchtui.gateway.store.rows import BatchRow, FileRow
from batchtui.gateway.store.store import Store, insert
from tests.gateway.conftest import StartGateway
from tests.gateway.support import Api

BATCH = BatchRow(
    id="",
    created_at=0,
    status="completed",
    endpoint="/v1/chat/completions",
    input_file_id="file-x",
    completion_window="24h",
    expires_at=1,
    output_name="file-o",
    error_name="file-e",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    disk = Disk(tmp_path_factory.mktemp("store") / "gateway")
    store = Store(disk)
    yield store
    store.close()
    disk.close()


class Account:
    """Batches in a store that is empty at the start of each example."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.created: list[tuple[int, str]] = []
        store.call(lambda db: db.execute("DELETE FROM batches"))

    def create(self, created_at: int) -> None:
        row = replace(BATCH, id=ids.batch_id(), created_at=created_at)
        self.store.call(lambda db: insert(db, "batches", row))
        self.created.append((created_at, row.id))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    before=st.lists(st.integers(0, 5), max_size=30),
    between=st.lists(st.lists(st.integers(6, 9), max_size=3), max_size=10),
    limit=st.integers(1, 12),
)
async def test_paging_gives_each_batch_once_in_order(
    store: Store, before: list[int], between: list[list[int]], limit: int
) -> None:
    account = Account(store)
    for second in sorted(before):
        account.create(second)
    expected = [name for _, name in sorted(account.created, reverse=True)]
    seen: list[str] = []
    after: str | None = None
    creates = iter(between)
    while True:
        rows, more = await store.list_batches(after=after, limit=limit)
        assert len(rows) <= limit
        seen += [row.id for row in rows]
        if not more:
            break
        assert len(rows) == limit
        after = rows[-1].id
        for second in next(creates, []):
            account.create(second)
    assert seen == expected


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    files=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["batch", "vision"])), max_size=20),
    limit=st.integers(1, 7),
    newest_first=st.booleans(),
    purpose=st.sampled_from([None, "batch", "vision"]),
    deleted=st.sets(st.integers(0, 19), max_size=5),
)
async def test_paging_of_files_survives_deletes(
    store: Store,
    files: list[tuple[int, str]],
    limit: int,
    newest_first: bool,
    purpose: str | None,
    deleted: set[int],
) -> None:
    rows = [
        FileRow(ids.file_id(), second, "x", kind, 0, deleted_at=1 if number in deleted else None)
        for number, (second, kind) in enumerate(files)
    ]

    def fill(db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM files")
        for row in rows:
            insert(db, "files", row)

    store.call(fill)
    kept = [r for r in rows if r.deleted_at is None and purpose in (None, r.purpose)]
    kept.sort(key=lambda row: (row.created_at, row.id), reverse=newest_first)
    seen: list[str] = []
    after: str | None = None
    while True:
        page, more = await store.list_files(
            now=5.0, after=after, limit=limit, newest_first=newest_first, purpose=purpose
        )
        seen += [row.id for row in page]
        if not more:
            break
        after = page[-1].id
        await store.delete_file(after, 5.0)
    assert seen == [row.id for row in kept]


def test_the_page_object(start_gateway: StartGateway) -> None:
    def seed(store: Store) -> list[str]:
        for number in range(25):
            row = replace(BATCH, id=ids.batch_id(), created_at=number)
            store.call(lambda db, row=row: insert(db, "batches", row))  # type: ignore[misc]
        return []

    def listed(api: Api, query: str) -> dict[str, Any]:
        page = api.ok(api.http.get(f"/v1/batches?{query}"))
        assert set(page) == {"object", "data", "first_id", "last_id", "has_more"}
        return page

    with start_gateway(seed=seed) as api:
        first = listed(api, "")
        assert len(first["data"]) == 20
        assert first["has_more"] is True
        assert first["object"] == "list"
        assert first["first_id"] == first["data"][0]["id"]
        assert first["last_id"] == first["data"][-1]["id"]
        assert [each["created_at"] for each in first["data"]] == list(range(24, 4, -1))
        rest = listed(api, f"after={first['last_id']}&limit=100")
        assert [each["created_at"] for each in rest["data"]] == [4, 3, 2, 1, 0]
        assert rest["has_more"] is False
        behind = listed(api, f"after={rest['last_id']}")
        assert behind["data"] == []
        assert behind["has_more"] is False
        assert behind["first_id"] is behind["last_id"] is None


def test_ids_of_one_moment_sort_in_the_order_they_were_made(tmp_path: Path) -> None:
    made = [ids.batch_id() for _ in range(1000)]
    assert made == sorted(made)
    assert len(set(made)) == 1000
