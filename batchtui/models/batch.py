"""The batch object and its parts, as `openai.types.Batch` has them, read with lenience."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, RootModel, StrictStr, model_validator

from batchtui.models.status import UNKNOWN, is_terminal, normal_status, status_word
from batchtui.models.wire import (
    Count,
    FirstFit,
    Id,
    Nothing,
    OptionalId,
    Text,
    Timestamp,
    WireModel,
    count,
    whole_number,
)


def _status_word(value: Any) -> str:
    """A word that is none, as null, must not make a whole list unreadable."""
    return (normal_status(value) if isinstance(value, str) else "") or UNKNOWN


def _string_pairs(value: Any) -> dict[str, str] | None:
    """Metadata as text pairs: servers have answered with numbers, null and `""`."""
    if not isinstance(value, dict):
        return None
    return {
        str(key): item if isinstance(item, str) else json.dumps(item)
        for key, item in value.items()
        if item is not None
    }


class BatchError(WireModel):
    """One reason why a batch did not start. `line` counts from 1; Azure omits it."""

    code: OptionalId = None
    message: OptionalId = None
    line: Annotated[int | None, BeforeValidator(whole_number)] = None
    param: OptionalId = None

    @model_validator(mode="before")
    @classmethod
    def _any_shape(cls, value: Any) -> Any:
        return value if isinstance(value, dict) else {"message": _shown(value)}


class BatchErrors(WireModel):
    object: OptionalId = "list"
    data: list[BatchError] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _any_shape(cls, value: Any) -> Any:
        """Novita answers with a string, others with a bare list, one error or a null `data`."""
        if isinstance(value, list):
            return {"data": value}
        if not isinstance(value, dict):
            return {"data": [value] if value else []}
        data = value.get("data")
        if isinstance(data, list):
            return value
        if data is None and ("message" in value or "code" in value):
            return {"data": [value]}
        return {**value, "data": [data] if data else []}


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


class RequestCounts(WireModel):
    total: Count = 0
    completed: Count = 0
    failed: Count = 0


class BatchUsage(WireModel):
    """Tokens of the whole batch. LiteLLM adds chat-style twins that are always 0: not read."""

    input_tokens: Count = 0
    output_tokens: Count = 0
    total_tokens: Count = 0
    input_tokens_details: Annotated[dict[str, Any] | Nothing | None, FirstFit] = None
    output_tokens_details: Annotated[dict[str, Any] | Nothing | None, FirstFit] = None

    @property
    def cached_tokens(self) -> int:
        return count((self.input_tokens_details or {}).get("cached_tokens"))

    @property
    def reasoning_tokens(self) -> int:
        return count((self.output_tokens_details or {}).get("reasoning_tokens"))


_Status = Literal[
    "validating",
    "failed",
    "in_progress",
    "finalizing",
    "completed",
    "expired",
    "cancelling",
    "cancelled",
]
_AnyStatus = Annotated[str, BeforeValidator(_status_word)]
_Pairs = dict[StrictStr, StrictStr]
_AnyPairs = Annotated[dict[str, str] | None, BeforeValidator(_string_pairs)]


class Batch(WireModel):
    """A batch. `status` is OpenAI's word where one is known, else the server's in lower case.

    Times are epoch seconds, UTC. `request_counts` is None where the server tells none.
    """

    id: Id
    object: OptionalId = "batch"
    endpoint: Text = ""
    input_file_id: Text = ""
    completion_window: Text = ""
    status: Annotated[_Status | _AnyStatus, FirstFit]
    model: OptionalId = None
    errors: BatchErrors | None = None
    output_file_id: OptionalId = None
    error_file_id: OptionalId = None
    created_at: Timestamp = None
    in_progress_at: Timestamp = None
    expires_at: Timestamp = None
    finalizing_at: Timestamp = None
    completed_at: Timestamp = None
    failed_at: Timestamp = None
    expired_at: Timestamp = None
    cancelling_at: Timestamp = None
    cancelled_at: Timestamp = None
    request_counts: Annotated[RequestCounts | Nothing | None, FirstFit] = None
    metadata: Annotated[_Pairs | _AnyPairs | None, FirstFit] = None
    usage: Annotated[BatchUsage | Nothing | None, FirstFit] = None

    @property
    def is_terminal(self) -> bool:
        return is_terminal(self.status)

    @property
    def has_results(self) -> bool:
        """There is a file of answers or of errors; a server may say `""` for none."""
        return bool(self.output_file_id or self.error_file_id)

    @property
    def word(self) -> str:
        """Its status as people read it."""
        return status_word(self.status)

    @property
    def progress_percent(self) -> float | None:
        """What share is answered, 0 to 100, by the counts or, as Together tells it, as such."""
        counts = self.request_counts
        if counts is not None and counts.total:
            return min(100.0 * (counts.completed + counts.failed) / counts.total, 100.0)
        share = (self.model_extra or {}).get("progress")
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 100:
            return None
        return float(share)

    @property
    def ended_at(self) -> int | None:
        """When it became terminal, in epoch seconds, where the server says so."""
        return self.completed_at or self.failed_at or self.expired_at or self.cancelled_at


class BatchAnswer(RootModel[Batch]):
    """One batch as an answer has it: bare, or in Together's `{"job": ..., "warning": ...}`."""

    @model_validator(mode="before")
    @classmethod
    def _unwrapped(cls, value: Any) -> Any:
        if isinstance(value, dict) and "id" not in value and isinstance(value.get("job"), dict):
            return value["job"]
        return value
