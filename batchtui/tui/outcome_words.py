"""What each outcome means and what to do about it, in one sentence that fits a line of 80 cells."""

from __future__ import annotations

from typing import Final

from batchtui.jsonl.outcomes import Outcome

EXPLAINED: Final[dict[Outcome, str]] = {
    Outcome.OK: "The model answered.",
    Outcome.FAILED: "The server gave no reason; a retry sends the request again.",
    Outcome.MISSING: "No result line has its custom_id; a retry sends the request again.",
    Outcome.EXPIRED: "The completion window ended first; a retry sends the request again.",
    Outcome.CANCELLED: "The batch was cancelled first; a retry sends the request again.",
    Outcome.TRUNCATED: "The answer ends at its token limit; retry it with more max_tokens.",
    Outcome.FILTERED: "A content filter withheld or cut the answer; change the prompt, retry.",
    Outcome.REFUSED: "The model declined in words; change the prompt, then retry.",
    Outcome.EMPTY: "The model answered without text or a tool call; a retry may help.",
    Outcome.INVALID_JSON: "JSON was asked for and the answer is none; a retry may help.",
    Outcome.UNREADABLE: "The line is no result that can be read; fetch the file again.",
}
