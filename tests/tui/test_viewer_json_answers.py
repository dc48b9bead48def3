"""An answer that should be JSON and is none is told apart from a good one."""

from __future__ import annotations

from pathlib import Path

from batchtui.jsonl.outcomes import Outcome
from batchtui.tui.viewer.target import BatchResults
from tests.tui.support import screen_text, until_shown
from tests.tui.viewer_support import (
    answer_line,
    keep_as_downloaded,
    offline_app,
    request_line,
    viewing,
    write_lines,
)


async def test_an_answer_that_is_no_json(tmp_path: Path) -> None:
    app = offline_app(tmp_path)
    assert app.session is not None
    batch = keep_as_downloaded(app.session, tmp_path / "made", count=2)
    requests = [request_line(number) for number in (1, 2)]
    for request in requests:
        request["body"]["response_format"] = {"type": "json_object"}
    write_lines(app.session.download_path("file-in"), requests)
    answers = [answer_line(1, '{"label": "billing"}'), answer_line(2, "billing, I think")]
    write_lines(app.session.download_path("file-out"), answers)
    async with viewing(app, BatchResults(batch, "labels.jsonl"), (120, 36)) as (pilot, screen):
        await until_shown(pilot, "1 ok")
        assert screen.records is not None
        assert str(Outcome.INVALID_JSON).split("_")[0] in screen_text(app)
