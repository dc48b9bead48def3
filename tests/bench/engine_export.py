"""Laying out, exporting and comparing 200,000 requests (1.6 GB) against the plain way in Python.

python -m tests.bench.engine_export [FOLDER] [--scale 1.0]
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

from batchtui.jsonl.diff import diff
from batchtui.jsonl.export import Form, Wanted, export
from batchtui.jsonl.join import join
from batchtui.jsonl.progress import run
from batchtui.jsonl.shards import Bounds, SpanFile, plan
from tests.bench.data import write_inputs, write_results
from tests.bench.engine_measure import folder_for, make, race, show, tool


def copied(folder: Path) -> object:
    tool("cp", str(folder / "in.jsonl"), str(folder / "copy"))
    return (folder / "copy").stat().st_size


def sharded(folder: Path) -> object:
    """What is done to the input before it is sent: laid out, and read as the files of batches."""
    path = folder / "in.jsonl"
    total = 0
    with (folder / "copy").open("wb") as out:
        for shard in run(plan(path, Bounds(lines=50_000))):
            with SpanFile.open(path, shard.spans) as file:
                while data := file.read(1 << 18):
                    total += out.write(data)
    return total


def plain_csv(folder: Path) -> object:
    """Answers to a CSV with the standard library, without looking at the input."""
    count = 0
    with (folder / "out.jsonl").open("rb") as file, (folder / "plain.csv").open("w") as out:
        writer = csv.writer(out)
        for line in file:
            result = json.loads(line)
            body = (result.get("response") or {}).get("body") or {}
            choices, usage = body.get("choices"), body.get("usage") or {}
            message = choices[0]["message"]["content"] if choices else None
            tokens = usage.get("prompt_tokens"), usage.get("completion_tokens")
            writer.writerow([result["custom_id"], message, body.get("model"), *tokens])
            count += 1
    return count


def exported(folder: Path, form: Form) -> object:
    with run(join(folder / "in.jsonl", [folder / "out.jsonl"])) as joined:
        return run(export(joined, folder / f"out.{form}", Wanted(form), form))


def as_csv(folder: Path) -> object:
    return exported(folder, Form.CSV)


def as_answers(folder: Path) -> object:
    return exported(folder, Form.ANSWERS)


def as_parquet(folder: Path) -> object:
    return exported(folder, Form.PARQUET)


def compared(folder: Path) -> object:
    path = folder / "out.jsonl"
    with run(join(None, [path])) as a, run(join(None, [path])) as b:
        return {str(change): count for change, count in run(diff(a, b)).counts.items()}


def main() -> None:
    with folder_for(str(__doc__)) as (folder, scale):
        lines = int(200_000 * scale)
        make(folder / "in.jsonl", lambda path: write_inputs(path, lines))
        make(folder / "out.jsonl", lambda path: write_results(path, lines))
        methods = {"cp of the input": copied, "batchtui plan, read, write": sharded}
        show(f"shards of {lines:,} lines", race(folder, methods, rounds=3))
        ways = {
            "json and csv of Python": plain_csv,
            "batchtui join, then CSV": as_csv,
            "batchtui join, then answers": as_answers,
            "batchtui join, then Parquet": as_parquet,
            "batchtui diff with itself": compared,
        }
        show(f"export of {lines:,} results", race(folder, ways, rounds=3))


if __name__ == "__main__":
    main()
