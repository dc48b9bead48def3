"""An upstream that answers as a test's script says, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE_S = 30.0

Script = Callable[[dict[str, Any], int], tuple[int, dict[str, str], bytes]]
"""What to answer to a body that came for the n-th time, n from 1: status, headers, body."""


def chat_answer(text: str = "fine") -> bytes:
    message = {"role": "assistant", "content": text}
    return json.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
        }
    ).encode()


class FakeUpstream:
    """A server for `/v1/chat/completions` that counts how often each body came.

    `asked` has the count by the user's text. Texts given to `hold` are answered after `release`.
    """

    def __init__(self, script: Script) -> None:
        self.asked: dict[str, int] = {}
        self.most_at_once = 0
        self.keys: set[str | None] = set()
        self.paths: set[str] = set()
        self._held: set[str] = set()
        self._released = threading.Event()
        self._script = script
        self._at_once = 0
        self._lock = threading.Lock()
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                upstream.answer(self)

            def do_GET(self) -> None:
                body = b'{"object":"list","data":[{"id":"m","object":"model"}]}'
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def hold(self, *texts: str) -> None:
        self._held.update(texts)

    def release(self) -> None:
        self._released.set()

    def asked_since(self, before: dict[str, int]) -> set[str]:
        """The texts that were asked more often than `before` says."""
        with self._lock:
            return {text for text, count in self.asked.items() if count > before.get(text, 0)}

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = json.loads(request.rfile.read(int(request.headers["content-length"])))
        text = body["messages"][-1]["content"]
        with self._lock:
            self.asked[text] = self.asked.get(text, 0) + 1
            attempt = self.asked[text]
            self.keys.add(request.headers["authorization"])
            self.paths.add(request.path)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if text in self._held:
                self._released.wait(PATIENCE_S)
            status, headers, answer = self._script(body, attempt)
        finally:
            with self._lock:
                self._at_once -= 1
        if status == 0:
            request.close_connection = True
            return
        request.send_response(status)
        for name, value in {"content-length": str(len(answer)), **headers}.items():
            request.send_header(name, value)
        with contextlib.suppress(OSError):  # the gateway may be gone by now
            request.end_headers()
            request.wfile.write(answer)

    def close(self) -> None:
        self.release()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
