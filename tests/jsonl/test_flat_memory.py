"""What memory grows by with each record: some bytes for its place, whatever is in it."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from batchtui.jsonl.diff import diff
from batchtui.jsonl.export import Form, Wanted, export
from batchtui.jsonl.join import join
from batchtui.jsonl.prepare import Ids, Recipe, prepare
from batchtui.jsonl.progress import run
from batchtui.jsonl.shards import Bounds, plan
from tests.jsonl.support import choice, encode, request, result

FEW, MANY = 1_000, 5_000
MOST_BYTES_A_RECORD = 200
TEXT = "words " * 100


@pytest.fixture(autouse=True)
def small_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a short file is read in many pieces, as a long one is."""
    for module in ("lines", "json_array"):
        monkeypatch.setattr(f"batchtui.jsonl.{module}.CHUNK_BYTES", 32_768)


def peak_bytes(work: Callable[[], object]) -> int:
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def check(work: Callable[[Path, int], object], folder: Path) -> None:
    for count in (FEW, MANY):
        (folder / str(count)).mkdir()
        _write(folder / str(count), count)
    work(folder / str(FEW), FEW)  # what is made once, as regular expressions, is made now
    few, many = (peak_bytes(lambda n=count: work(folder / str(n), n)) for count in (FEW, MANY))  # type: ignore[misc]
    assert (many - few) / (MANY - FEW) < MOST_BYTES_A_RECORD


def _write(folder: Path, count: int) -> None:
    with (folder / "in.jsonl").open("wb") as inputs, (folder / "out.jsonl").open("wb") as outputs:
        for number in range(count):
            inputs.write(encode(request(f"row-{number + 1}")) + b"\n")
            body = {"choices": [choice(TEXT)], "model": "m"}
            outputs.write(encode(result(f"row-{number + 1}", body=body)) + b"\n")
    rows = "".join(f"{number},{TEXT}\n" for number in range(count))
    (folder / "data.csv").write_text(f"n,text\n{rows}")
    items = ",\n".join(f'{{"text": "{number} {TEXT}"}}' for number in range(count))
    (folder / "data.json").write_text(f"[{items}]")


@pytest.mark.parametrize("form", list(Form))
def test_exports(tmp_path: Path, form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batchtui.jsonl.export_parquet.GROUP_ROWS", FEW)

    def work(folder: Path, _: int) -> None:
        with run(join(folder / "in.jsonl", [folder / "out.jsonl"])) as joined:
            run(export(joined, folder / "exported", Wanted(form), form))

    check(work, tmp_path)


def test_back_into_the_source(tmp_path: Path) -> None:
    def work(folder: Path, _: int) -> None:
        wanted = Wanted(into=folder / "data.csv")
        with run(join(None, [folder / "out.jsonl"])) as joined:
            run(export(joined, folder / "merged.csv", wanted, Form.CSV))

    check(work, tmp_path)


@pytest.mark.parametrize("name", ["data.csv", "data.json"])
@pytest.mark.parametrize("ids", list(Ids))
def test_prepared(tmp_path: Path, name: str, ids: Ids) -> None:
    def work(folder: Path, _: int) -> None:
        run(prepare(folder / name, folder / "made.jsonl", Recipe("m", "{text}", ids=ids)))

    check(work, tmp_path)


def test_compared(tmp_path: Path) -> None:
    def work(folder: Path, _: int) -> None:
        path = folder / "out.jsonl"
        with run(join(None, [path])) as a, run(join(None, [path])) as b:
            run(diff(a, b))

    check(work, tmp_path)


def test_laid_out(tmp_path: Path) -> None:
    check(lambda folder, _: run(plan(folder / "in.jsonl", Bounds(lines=500))), tmp_path)
