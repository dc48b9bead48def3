"""Answers in JSON, as ASCII: any text that came in as JSON can go out again."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import JSONResponse


class JsonAnswer(JSONResponse):
    """Half of a `\\ud83d\\ude00` pair is text in JSON, and none in UTF-8: it stays an escape."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, separators=(",", ":")).encode("ascii")
