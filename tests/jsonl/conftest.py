from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from batchtui.jsonl.source import Source


@pytest.fixture
def open_source(tmp_path: Path) -> Iterator[Callable[[bytes], Source]]:
    """Opens a source on a new file with the given content; closes them all at the end."""
    with ExitStack() as stack:

        def open_one(content: bytes) -> Source:
            path = tmp_path / f"source-{len(list(tmp_path.iterdir()))}.jsonl"
            path.write_bytes(content)
            return stack.enter_context(Source.open(path))

        yield open_one
