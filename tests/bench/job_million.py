"""A job of 1,000,000 requests (4 GB): the client's memory, and the share of time that is ours.

    python -m tests.bench.job_million [LINES] [DIRECTORY]

Split, upload, watch, download, merge through `batchtui run` against the built-in gateway with its
echo model, which takes most of the time and is no part of the client. Ours is the processor time of
the client, beside that of plainly copying the same bytes: the input read and written once, as an
upload does, and the results written and read twice. The peak of memory is the client's alone.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from tests.bench.data import Texts, request
from tests.gateway.server_process import ServerProcess

MB = 1_000_000
POOL = 20_000
"""So many different requests are made; the rest repeat their texts under ids of their own."""


def write_input(path: Path, lines: int) -> None:
    texts = Texts(1)
    marker = b'"request-00000000"'
    pool = []
    for number in range(min(POOL, lines)):
        body = {**request(number, texts, "echo"), "custom_id": "request-00000000"}
        body["body"].pop("response_format", None)
        pool.append(msgspec.json.encode(body) + b"\n")
    with path.open("wb", buffering=1 << 20) as file:
        for number in range(lines):
            line = pool[number % len(pool)]
            file.write(line.replace(marker, b'"request-%08d"' % number, 1))


def copied(path: Path, to: Path) -> tuple[float, float]:
    """(seconds, processor seconds) of a plain copy through memory."""
    began, used = time.perf_counter(), time.process_time()
    with path.open("rb") as source, to.open("wb") as target:
        while piece := source.read(1 << 20):
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    to.unlink()
    return time.perf_counter() - began, time.process_time() - used


def _watched(process: subprocess.Popen[bytes]) -> float:
    """The most memory that the process ever had, in MB; waits for its end."""
    peak_kb = 0
    while process.poll() is None:
        with contextlib.suppress(OSError, IndexError):
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
            peak_kb = int(status.split("VmHWM:")[1].split()[0])
        time.sleep(0.1)
    return peak_kb * 1024 / MB


def main() -> None:
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    at = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory(prefix="batchtui-bench-", dir=at) as directory:
        here = Path(directory)
        path, out = here / "in.jsonl", here / "out.jsonl"
        write_input(path, lines)
        environment = {
            **os.environ,
            "XDG_STATE_HOME": str(here / "state"),
            "XDG_CACHE_HOME": str(here / "cache"),
            "BATCHTUI_CONFIG": str(here / "none.toml"),
        }
        with ServerProcess(here / "gateway", "--max-lines", "50000") as server:
            url = server.first_line.split()[-1]
            command = [
                *(sys.executable, "-m", "batchtui", "run", str(path), "-o", str(out)),
                *("--base-url", url, "--interval", "2"),
            ]
            began = time.perf_counter()
            before = os.times()
            with (here / "told").open("wb") as told:
                process = subprocess.Popen(command, env=environment, stderr=told)
                peak_mb = _watched(process)
            took_s = time.perf_counter() - began
            after = os.times()
            assert process.returncode == 0, (here / "told").read_text()
        ours_s = after.children_user + after.children_system
        ours_s -= before.children_user + before.children_system
        _check(path, out, lines)
        results_bytes = out.stat().st_size
        shutil.rmtree(here / "gateway")
        copies = [
            copied(path, here / "copy"),
            copied(out, here / "copy"),
            copied(out, here / "copy"),
        ]
        copy_s, copy_cpu_s = (sum(each[at] for each in copies) for at in (0, 1))
        sizes = f"{path.stat().st_size / MB:,.0f} MB in, {results_bytes / MB:,.0f} MB out"
    print(f"{lines:,} requests, {sizes}: whole, in input order")
    print(f"{'the whole run':32} {took_s:8.1f} s   {lines / took_s:,.0f} requests/s")
    print(f"{'processor time of the client':32} {ours_s:8.1f} s   {ours_s / took_s:.0%} of the run")
    print(f"{'copying the same bytes':32} {copy_s:8.1f} s   processor {copy_cpu_s:.1f} s")
    print(f"{'ours / copying (elapsed)':32} {ours_s / copy_s:8.2f}")
    print(f"{'ours / copying (processor)':32} {ours_s / copy_cpu_s:8.2f}")
    print(f"{'peak memory of the client':32} {peak_mb:8.1f} MB (goal: under 150)")


def _check(path: Path, out: Path, lines: int) -> None:
    count = 0
    with path.open("rb") as requests, out.open("rb") as results:
        for asked, answer in zip(requests, results, strict=True):
            custom_id = b'"request-%08d"' % count
            assert custom_id in asked[:64]
            assert custom_id in answer[:128], answer[:200]
            count += 1
    assert count == lines


if __name__ == "__main__":
    main()
