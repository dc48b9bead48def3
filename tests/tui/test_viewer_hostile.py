"""Hostile content is shown as symbols: it never reaches the terminal, and nothing parses it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from batchtui.jsonl.progress import run
from batchtui.jsonl.source import Source
from batchtui.tui.viewer.exchange_content import ExchangeContent
from batchtui.tui.viewer.external import readable
from batchtui.tui.viewer.groups import grouped
from batchtui.tui.viewer.json_tokens import coloured
from batchtui.tui.viewer.opening import kind_of
from batchtui.tui.viewer.record_content import RecordContent
from batchtui.tui.viewer.records import FileRecords, Piece
from batchtui.tui.viewer.summary import summary
from batchtui.tui.viewer.text import decoded
from tests.tui.support import screen_lines, until
from tests.tui.terminal import Terminal
from tests.tui.viewer_hostile import PAYLOADS, harmless_lines, hostile_lines
from tests.tui.viewer_support import until_idle, viewing_file

UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
SEQUENCE = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[P_^X].*?\x1b\\|[ -/]*[0-~])",
    re.DOTALL,
)
OPEN = """
from pathlib import Path
from batchtui.tui.app import BatchtuiApp
from batchtui.tui.start import AtFile

BatchtuiApp(None, start=AtFile(Path({path!r}))).run(mouse=False)
"""


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    path = tmp_path / "hostile.jsonl"
    path.write_bytes(b"\n".join(hostile_lines()) + b"\n")
    return path


@pytest.mark.parametrize("number", range(len(PAYLOADS) * 9))
def test_no_look_lets_anything_through(number: int) -> None:
    line = hostile_lines(number + 1)[-1]
    piece = Piece(line, len(line))
    rows = RecordContent(piece).rows(50)
    rows += ExchangeContent(piece, piece, None).rows(50)
    pieces = [text for row in rows for text, _ in row.pieces]
    pieces += [text for text, _ in coloured(decoded(line))]
    assert not UNSAFE.search("".join(pieces))
    assert not UNSAFE.search(readable(line).replace("\n", ""))


async def test_the_screen_shows_symbols_in_every_look(hostile: Path) -> None:
    async with viewing_file(hostile, size=(120, 36)) as (pilot, screen):
        for _ in range(3):
            await pilot.press("g")
            for _ in range(30):
                await pilot.press("pagedown")
                await until_idle(pilot, screen)
                text = "".join(screen_lines(screen.app))
                assert not UNSAFE.search(text)
            await pilot.press("tab")
        await pilot.press("e")
        await until(pilot, lambda: screen.app.screen is not screen)
        assert not UNSAFE.search("".join(screen_lines(screen.app)))


def test_summaries_and_groups_read_every_line(hostile: Path) -> None:
    with Source.open(hostile) as source:
        assert kind_of(source) == "results"
        records = FileRecords(source, "results")
        run(records.index.extend())
        assert records.survey is not None
        run(records.survey.extend())
        assert records.count == 1000
        assert sum(records.counts.values()) == 1000
        for number in range(1000):
            summary(records, number)
        _, *groups = run(grouped(records))
        assert sum(len(group.numbers) for group in groups) == 1000 - records.counts.get(
            next(iter(records.counts)).OK, 0
        )


def test_a_terminal_receives_no_sequence_but_the_apps_own(hostile: Path, tmp_path: Path) -> None:
    harmless = tmp_path / "harmless.jsonl"
    harmless.write_bytes(b"\n".join(harmless_lines()) + b"\n")
    own, _ = sequences_of(harmless)
    seen, output = sequences_of(hostile)
    assert seen <= own
    plain = SEQUENCE.sub(b"", output).decode().translate(_LINE_ENDS)
    assert not UNSAFE.search(plain)
    assert b"owned" not in b"".join(SEQUENCE.findall(output))


_LINE_ENDS = dict.fromkeys(map(ord, "\r\n"))


def sequences_of(path: Path) -> tuple[set[bytes], bytes]:
    """Which kinds of control sequence a visit of the file writes, and all that it writes."""
    with Terminal(OPEN.format(path=str(path)), {"TEXTUAL_ANIMATIONS": "none"}) as terminal:
        terminal.read_until("1 of 1,000")
        for look in ("exchange", "record", "lines"):
            for key in ("jjjjjjjj", "\x06" * 10, "J", "w", "ll", "h", "\x04", "\x15"):
                terminal.press(key)
            terminal.press(":990\r")
            terminal.read_until("990 of 1,000")
            terminal.press("k" * 20 + ":5\r")
            terminal.read_until("5 of 1,000")
            terminal.press("*")
            terminal.press("\x1b")
            if look != "lines":
                terminal.press("\r" + "j" * 10)
                terminal.press("q")
            terminal.press("\t")
        terminal.press("e")
        terminal.read_until("Esc back to the records")
        terminal.press("q")
        terminal.press("f" + "outcome:failed\r")
        terminal.press("n")
        terminal.press("\x11")
        assert terminal.exit_code() == 0
        output = terminal.output
    return {_kind(each) for each in SEQUENCE.findall(output)}, output


def _kind(sequence: bytes) -> bytes:
    """The sequence without its numbers; colours and positions are all alike."""
    return re.sub(rb"[0-9;]+", b"#", sequence)
