"""The batch object and its parts, as `openai.types.Batch` has them, read with lenience."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from batchtui.models.status import is_terminal, normal_status
from batchtui.models.wire import Count, OptionalId, Text, Timestamp, WireModel


def _status_word(value: Any) -> Any:
    return normal_status(value) if isinstance(value, str) else value


def _string_pairs(value: Any) -> Any:
    """Metadata as text pairs: servers have answered with numbers, null and `""`."""
    if not isinstance(value, dict):
        return None
    return {str(key): item if isinstance(item, str) else str(item) for key, item in value.items()}


class BatchError(WireModel):
    """One reason why a batch did not start. `line` counts from 1; Azure omits it."""

    code: str | None = None
    message: str | None = None
    line: int | None = None
    param: str | None = None


class BatchErrors(WireModel):
    object: str | None = "list"
    data: list[BatchError] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _any_shape(cls, value: Any) -> Any:
        """Novita answers with a string, others with a bare list or a null `data`."""
        if isinstance(value, str):
            return {"data": [{"message": value}] if value else []}
        if isinstance(value, list):
            return {"data": value}
        if isinstance(value, dict) and value.get("data") is None:
            return {**value, "data": []}
        return value


class RequestCounts(WireModel):
    total: Count = 0
    completed: Count = 0
    failed: Count = 0


class InputTokensDetails(WireModel):
    cached_tokens: Count = 0


class OutputTokensDetails(WireModel):
    reasoning_tokens: Count = 0


class BatchUsage(WireModel):
    """Tokens of the whole batch. LiteLLM adds chat-style twins that are always 0: not read."""

    input_tokens: Count = 0
    output_tokens: Count = 0
    total_tokens: Count = 0
    input_tokens_details: InputTokensDetails | None = None
    output_tokens_details: OutputTokensDetails | None = None


class Batch(WireModel):
    """A batch. `status` is OpenAI's word where one is known, else the server's in lower case.

    Times are epoch seconds, UTC. `request_counts` is None where the server tells none.
    """

    id: str
    object: str | None = "batch"
    endpoint: Text = ""
    input_file_id: Text = ""
    completion_window: Text = ""
    status: Annotated[str, BeforeValidator(_status_word)]
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
    request_counts: RequestCounts | None = None
    metadata: Annotated[dict[str, str] | None, BeforeValidator(_string_pairs)] = None
    usage: BatchUsage | None = None

    @property
    def is_terminal(self) -> bool:
        return is_terminal(self.status)

    @property
    def ended_at(self) -> int | None:
        """When it became terminal, in epoch seconds, where the server says so."""
        return self.completed_at or self.failed_at or self.expired_at or self.cancelled_at
