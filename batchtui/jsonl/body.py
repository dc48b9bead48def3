"""The body of one request against the shape that its endpoint wants.

Checks what makes a request fail for certain, not every parameter: servers differ, and models grow.
Sources: OpenAI's API reference of the four endpoints, and `batch` guide.
"""

from __future__ import annotations

from typing import Any

from batchtui.jsonl.finding import Findings
from batchtui.models.endpoint import CHAT_COMPLETIONS, COMPLETIONS, EMBEDDINGS, KNOWN, RESPONSES

_CAPS = ("max_completion_tokens", "max_output_tokens", "max_tokens")


class Body:
    """A decoded body. `model` and `output_cap` are known after `check`."""

    def __init__(self, fields: dict[str, Any], findings: Findings) -> None:
        self.fields = fields
        self.findings = findings
        self.model: str | None = None
        self.output_cap: int | None = None

    def check(self, endpoint: str | None) -> None:
        """`endpoint` in its normal spelling; None when the line has no url."""
        self._model()
        self._stream()
        caps = (self.fields.get(key) for key in _CAPS)
        self.output_cap = next((cap for cap in caps if type(cap) is int and cap), None)
        if endpoint == CHAT_COMPLETIONS:
            self._messages()
        elif endpoint == COMPLETIONS:
            self._content("prompt")
        elif endpoint == EMBEDDINGS:
            self._content("input")
        elif endpoint == RESPONSES:
            self._responses()
        elif endpoint is not None and endpoint not in KNOWN:
            self.findings.add(
                "unknown_endpoint", "the url is no endpoint of OpenAI's Batch API", field="url"
            )

    def _model(self) -> None:
        model = self.fields.get("model")
        if isinstance(model, str) and model:
            self.model = model
        elif model is None or model == "":
            self.findings.add("missing_model", "body.model is missing", field="body.model")
        else:
            self.findings.mistyped("body.model", "a string", model)

    def _stream(self) -> None:
        stream = self.fields.get("stream")
        if stream is True:
            self.findings.add(
                "stream_not_supported",
                "stream is true, and a batch cannot stream",
                field="body.stream",
            )
        elif stream is not None and stream is not False:
            self.findings.mistyped("body.stream", "a boolean", stream)

    def _messages(self) -> None:
        messages = self.fields.get("messages")
        where = "body.messages"
        if messages is None:
            self.findings.missing(where)
        elif not isinstance(messages, list):
            self.findings.mistyped(where, "an array", messages)
        elif not messages:
            self.findings.add("invalid_value", f"{where} is empty", field=where)
        else:
            # One message is named: what is wrong with one is mostly wrong with all.
            any(self._is_wrong(message, f"{where}[{at}]") for at, message in enumerate(messages))

    def _is_wrong(self, message: Any, where: str) -> bool:
        if not isinstance(message, dict):
            self.findings.mistyped(where, "an object", message)
            return True
        role, content = message.get("role"), message.get("content")
        if role is None:
            self.findings.missing(f"{where}.role")
        elif not isinstance(role, str):
            self.findings.mistyped(f"{where}.role", "a string", role)
        elif content is not None and not isinstance(content, str | list):
            self.findings.mistyped(f"{where}.content", "a string or an array", content)
        else:
            return False
        return True

    def _content(self, key: str) -> None:
        value = self.fields.get(key)
        where = f"body.{key}"
        if value is None:
            self.findings.missing(where)
        elif not isinstance(value, str | list):
            self.findings.mistyped(where, "a string or an array", value)
        elif value == []:
            self.findings.add("invalid_value", f"{where} is empty", field=where)

    def _responses(self) -> None:
        if self.fields.get("input") is not None or self.fields.get("prompt") is None:
            self._content("input")  # a stored prompt may stand without input
        for key in ("max_tokens", "max_completion_tokens"):
            if self.fields.get(key) is not None:
                self.findings.add(
                    "unsupported_parameter",
                    f"{key} is no parameter of {RESPONSES}; it has max_output_tokens",
                    field=f"body.{key}",
                )
