"""Searches through 1 GB against ripgrep and `grep -F`, all counting each hit.

    python -m tests.bench.engine_search [FOLDER] [--scale 1.0]

`rg` must be installed. The rare text is in the last line only, the frequent one in most lines.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from batchtui.jsonl.matchers import matcher
from batchtui.jsonl.progress import run
from batchtui.jsonl.search import find_all
from batchtui.jsonl.source import Source
from tests.bench.data import repeat, write_results
from tests.bench.engine_measure import MB, folder_for, make, race, show, tool

RARE, FREQUENT, PATTERN = "needle_at_the_end", "completion_tokens_details", r"needle_\w+_end"


def rg(folder: Path, options: tuple[str, ...]) -> object:
    return tool("rg", "--count-matches", *options, str(folder / "long.jsonl"))


def grep(folder: Path, options: tuple[str, ...]) -> object:
    return tool("grep", "-c", *options, str(folder / "long.jsonl"))


def ours(folder: Path, text: str, is_regex: bool = False, sensitive: bool = True) -> object:
    wanted = matcher(text, is_regex=is_regex, case="sensitive" if sensitive else "smart")
    with Source.open(folder / "long.jsonl") as source:
        return run(find_all(source, wanted)).count


def main() -> None:
    with folder_for(str(__doc__)) as (folder, scale):
        out = make(folder / "out.jsonl", lambda path: write_results(path, int(50_000 * scale)))
        size = int(1000 * MB * scale)
        make(folder / "long.jsonl", lambda path: repeat(out, path, size))
        for name, text in (("rare", RARE), ("frequent", FREQUENT)):
            methods = {
                "rg -F --count-matches": partial(rg, options=("-F", text)),
                "grep -F -c (lines)": partial(grep, options=("-F", text)),
                "batchtui search": partial(ours, text=text),
            }
            show(f"search, {name} text", race(folder, methods))
        methods = {
            "rg -i -F --count-matches": partial(rg, options=("-i", "-F", RARE)),
            "grep -i -F -c": partial(grep, options=("-i", "-F", RARE)),
            "batchtui search, smart case": partial(ours, text=RARE, sensitive=False),
        }
        show("search, rare text, any case", race(folder, methods, rounds=3))
        methods = {
            "rg --count-matches": partial(rg, options=(PATTERN,)),
            "grep -P -c": partial(grep, options=("-P", PATTERN)),
            "batchtui search": partial(ours, text=PATTERN, is_regex=True),
        }
        show(f"search, {PATTERN}", race(folder, methods, rounds=3))


if __name__ == "__main__":
    main()
