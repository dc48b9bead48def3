"""Searches through 1 GB against ripgrep and `grep -F`, all counting each hit.

    python -m tests.bench.engine_search [FOLDER] [--scale 1.0]

`rg` must be installed. The rare text is in the last line only, the frequent one in most lines. For
an expression the lines are counted.
"""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path

from batchtui.jsonl.matchers import Case, matcher
from batchtui.jsonl.progress import run
from batchtui.jsonl.search import find_all
from batchtui.jsonl.source import Source
from tests.bench.data import repeat, write_results
from tests.bench.engine_measure import MB, folder_for, make, race, show, tool

RARE, FREQUENT = "needle_at_the_end", "completion_tokens_details"
PATTERNS = (r"needle_\w+_end", ".*error.*timeout", r"\d\d-\w+x")


def rg(folder: Path, options: tuple[str, ...]) -> object:
    return tool("rg", *options, str(folder / "long.jsonl"))


def grep(folder: Path, options: tuple[str, ...]) -> object:
    return tool("grep", "-c", *options, str(folder / "long.jsonl"))


def ours(folder: Path, text: str, is_regex: bool = False, sensitive: bool = True) -> object:
    case: Case = "sensitive" if sensitive else "smart"
    with (
        closing(matcher(text, is_regex=is_regex, case=case)) as wanted,
        Source.open(folder / "long.jsonl") as source,
    ):
        return run(find_all(source, wanted)).count


def main() -> None:
    with folder_for(str(__doc__)) as (folder, scale):
        out = make(folder / "out.jsonl", lambda path: write_results(path, int(50_000 * scale)))
        size = int(1000 * MB * scale)
        make(folder / "long.jsonl", lambda path: repeat(out, path, size))
        for name, text in (("rare", RARE), ("frequent", FREQUENT)):
            methods = {
                "rg -F --count-matches": partial(rg, options=("--count-matches", "-F", text)),
                "grep -F -c (lines)": partial(grep, options=("-F", text)),
                "batchtui search": partial(ours, text=text),
            }
            show(f"search, {name} text", race(folder, methods))
        methods = {
            "rg -i -F --count-matches": partial(rg, options=("--count-matches", "-i", "-F", RARE)),
            "grep -i -F -c": partial(grep, options=("-i", "-F", RARE)),
            "batchtui search, smart case": partial(ours, text=RARE, sensitive=False),
        }
        show("search, rare text, any case", race(folder, methods, rounds=3))
        for pattern in PATTERNS:
            methods = {
                "rg -c (lines)": partial(rg, options=("-c", pattern)),
                "grep -P -c (lines)": partial(grep, options=("-P", pattern)),
                "batchtui search (lines)": partial(ours, text=pattern, is_regex=True),
            }
            show(f"search, {pattern}", race(folder, methods, rounds=3))


if __name__ == "__main__":
    main()
