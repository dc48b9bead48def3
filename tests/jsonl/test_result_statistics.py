"""What a result file holds, counted."""

from __future__ import annotations

from pathlib import Path

from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.progress import run
from batchtui.jsonl.result_statistics import result_statistics
from batchtui.jsonl.results import Usage
from tests.jsonl.support import choice, result, write


def test_outcomes_errors_and_tokens_by_model(tmp_path: Path) -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    good = {"model": "m", "choices": [choice("four")], "usage": usage}
    path = write(
        tmp_path / "out.jsonl",
        [
            result("a", body=good),
            result("b", body=good),
            result("c", body={"model": "n", "choices": [choice("x", "length")]}),
            result("d", status_code=429, body={"error": {"code": "slow_down", "message": "m"}}),
            result("e", status_code=503, body={"error": {"message": "m"}}),
            b"",
            b"no JSON",
        ],
    )
    found = run(result_statistics(path))
    assert found.results == 6
    assert found.size_bytes == path.stat().st_size
    assert found.outcomes == {
        Outcome.OK: 2,
        Outcome.TRUNCATED: 1,
        Outcome.FAILED: 2,
        Outcome.UNREADABLE: 1,
    }
    assert found.codes == {"slow_down": 1, "503": 1, "invalid_json_line": 1}
    assert found.finish_reasons == {"stop": 2, "length": 1}
    assert found.models == {"m": 2, "n": 1}
    assert found.usage == {"m": Usage(6, 4)}
    assert found.answer_chars == 9
