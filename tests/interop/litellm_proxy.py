"""A real LiteLLM proxy, in a process of its own, with our gateway as its `openai` provider."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.interop.environment import environment

MASTER_KEY = "sk-batchtui-interop-0123456789"
UPSTREAM_KEY = "sk-upstream-interop-0123456789"
MODEL = "echo"
START_S = 180.0

CONFIG = """
model_list:
  - model_name: {model}
    litellm_params:
      model: openai/{model}
      api_base: {upstream}/v1
      api_key: {upstream_key}
files_settings:
  - custom_llm_provider: openai
    api_base: {upstream}/v1
    api_key: {upstream_key}
general_settings:
  master_key: {master_key}
"""


def litellm_bin() -> Path:
    return environment("litellm", "litellm[proxy]==1.106.2", "prisma")


@contextlib.contextmanager
def litellm_proxy(upstream: str, directory: Path) -> Iterator[str]:
    """The proxy's base URL, once it answers; its log is `proxy.log` in `directory`."""
    config = directory / "config.yaml"
    config.write_text(
        CONFIG.format(
            model=MODEL, upstream=upstream, upstream_key=UPSTREAM_KEY, master_key=MASTER_KEY
        )
    )
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    with (directory / "proxy.log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(litellm_bin() / "litellm", "--config", config, "--host", "127.0.0.1"),
                *("--port", str(port), "--telemetry", "False"),
            ],
            env={
                **os.environ,
                "HOME": str(directory),
                # Otherwise it asks the internet for prices, three times with long pauses.
                "LITELLM_LOCAL_MODEL_COST_MAP": "True",
                "OPENAI_API_KEY": UPSTREAM_KEY,
            },
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait(process, f"{url}/health/liveliness", directory / "proxy.log")
            yield url
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the proxy ended: {log.read_text()[-2000:]}")
        with (
            contextlib.suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(url, timeout=5),
        ):
            return
        time.sleep(0.1)
    raise AssertionError(f"the proxy does not answer: {log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
