"""The verbs of the LiteLLM SDK, and the Python of its Batches page."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import batchtui
from batchtui.client import verbs
from batchtui.client.file_content import FileContent
from batchtui.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from batchtui.gateway.server import Gateway
    from tests.client.conftest import Http, Server
    from tests.conftest import WriteInput

VERBS = (
    "create_file", "file_list", "file_retrieve", "file_delete", "file_content",
    "create_batch", "retrieve_batch", "list_batches", "cancel_batch",
)  # fmt: skip

SEED_IMPORT = "import os, batchtui as litellm"
"""In place of the page's own import line, `from litellm import os`."""

SEED_CREATE_FILE = """
os.environ["OPENAI_API_KEY"] = "sk-.."

file_name = "openai_batch_completions.jsonl"
_current_dir = os.path.dirname(os.path.abspath(__file__))
file_path = os.path.join(_current_dir, file_name)
file_obj = await litellm.acreate_file(
    file=open(file_path, "rb"),
    purpose="batch",
    custom_llm_provider="openai",
)
print("Response from creating file=", file_obj)
"""

SEED_CREATE_BATCH = """
create_batch_response = await litellm.acreate_batch(
    completion_window="24h",
    endpoint="/v1/chat/completions",
    input_file_id=batch_input_file_id,
    custom_llm_provider="openai",
    metadata={"key1": "value1", "key2": "value2"},
)

print("response from litellm.create_batch=", create_batch_response)
"""

SEED_RETRIEVE = """
retrieved_batch = await litellm.aretrieve_batch(
    batch_id=create_batch_response.id, custom_llm_provider="openai"
)
print("retrieved batch=", retrieved_batch)
# just assert that we retrieved a non None batch

assert retrieved_batch.id == create_batch_response.id

# try to get file content for our original file

file_content = await litellm.afile_content(
    file_id=batch_input_file_id, custom_llm_provider="openai"
)

print("file content = ", file_content)
"""

SEED_LIST = """
list_batches_response = litellm.list_batches(custom_llm_provider="openai", limit=2)
print("list_batches_response=", list_batches_response)
"""


async def run(code: str, names: dict[str, Any]) -> None:
    """Runs a part of the page as a notebook does: `await` at the top, names kept."""
    compiled = compile(code, "page", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    done = eval(compiled, names)
    if inspect.iscoroutine(done):
        await done


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_the_page_runs_with_only_its_import_line_changed(
    gateway: Gateway,
    write_input: WriteInput,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The page opens a file and leaves it open, which is its own business."""
    path = write_input(3, name="openai_batch_completions.jsonl")
    monkeypatch.setenv("LITELLM_PROXY_API_BASE", gateway.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-replaced-by-the-page")
    names: dict[str, Any] = {"__file__": str(path.with_name("page.py"))}
    await run(SEED_IMPORT + SEED_CREATE_FILE, names)
    names["batch_input_file_id"] = names["file_obj"].id  # the page takes the name for granted
    await run(SEED_CREATE_BATCH, names)
    await run(SEED_RETRIEVE, names)
    await run(SEED_LIST, names)
    shown = capsys.readouterr().out
    assert names["file_obj"].purpose == "batch"
    assert names["create_batch_response"].metadata == {"key1": "value1", "key2": "value2"}
    assert names["file_content"].content == path.read_bytes()
    listed = names["list_batches_response"]
    assert [batch.id for batch in listed.data] == [names["create_batch_response"].id]
    assert f"file content =  FileContent({path.stat().st_size} bytes" in shown


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_an_async_and_a_sync_form(verb: str) -> None:
    twin, original = getattr(batchtui, verb), getattr(batchtui, f"a{verb}")
    assert inspect.iscoroutinefunction(original)
    assert not inspect.iscoroutinefunction(twin)
    assert twin.__name__ == verb
    assert inspect.signature(twin) == inspect.signature(original)


def _sync_job(base: str, path: Path) -> None:
    at: verbs.Connection = {"api_base": base, "api_key": "sk-x", "timeout": 30.0}
    file = batchtui.create_file(path, "batch", **at)
    assert batchtui.file_retrieve(file.id, **at).bytes == path.stat().st_size
    assert [each.id for each in batchtui.file_list(purpose="batch", **at).data] == [file.id]
    batch = batchtui.create_batch("24h", "/v1/chat/completions", file.id, **at)
    assert batchtui.retrieve_batch(batch.id, **at).id == batch.id
    assert len(batchtui.list_batches(limit=1, **at).data) == 1
    assert batchtui.file_content(file.id, **at).text == path.read_text()
    assert batchtui.file_delete(file.id, **at).deleted is True
    with pytest.raises(NotFoundError):
        batchtui.cancel_batch("batch_nope", **at)


def test_the_sync_verbs(gateway: Gateway, write_input: WriteInput) -> None:
    _sync_job(gateway.base_url, write_input(2))


async def test_the_sync_verbs_where_a_loop_runs(gateway: Gateway, write_input: WriteInput) -> None:
    _sync_job(gateway.base_url, write_input(2))


async def test_what_the_keyword_arguments_do(server: Server, http: Http) -> None:
    server.reply(http(200, {"id": "x", "status": "validating", "data": []}))
    await batchtui.acreate_batch(
        completion_window="24h",
        endpoint="/v1/embeddings",
        input_file_id="file-1",
        custom_llm_provider="azure",
        output_expires_after={"anchor": "created_at", "seconds": 7200},
        api_base=server.base_url,
        api_key="sk-0123456789",
        extra_headers={"x-trace": "t-1"},
        extra_body={"priority": "low"},
    )
    await batchtui.alist_batches(after="batch_0", limit=5, api_base=server.base_url)
    create, listing = server.asked
    assert create.headers["custom-llm-provider"] == "azure"
    assert create.headers["authorization"] == "Bearer sk-0123456789"
    assert create.headers["x-trace"] == "t-1"
    assert b'"priority": "low"' in create.body
    assert b'"seconds": 7200' in create.body
    assert listing.path == "/v1/batches?limit=5&after=batch_0"
    assert "authorization" not in listing.headers


async def test_the_environment_says_where(
    server: Server, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITELLM_PROXY_API_BASE", server.base_url)
    monkeypatch.setenv("LITELLM_PROXY_API_KEY", "sk-from-environment")
    server.reply(http(200, {"data": []}))
    await batchtui.afile_list("openai", "batch")
    assert server.asked[0].path == "/v1/files?purpose=batch"
    assert server.asked[0].headers["authorization"] == "Bearer sk-from-environment"
    assert server.asked[0].headers["custom-llm-provider"] == "openai"


def test_without_any_server_the_error_says_what_to_do() -> None:
    with pytest.raises(UsageError, match="no server is configured") as caught:
        batchtui.list_batches()
    assert "api_base" in (caught.value.hint or "")


def test_a_key_alone_means_openai() -> None:
    assert verbs._profile({"api_key": "sk-x"}).base_url == "https://api.openai.com/v1"


@pytest.mark.parametrize(
    "wrong", [{"anchor": "last_used", "seconds": 1}, {"anchor": "created_at"}, {"seconds": "x"}]
)
async def test_an_expiry_that_is_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="an expiry is"):
        await batchtui.acreate_file(b"", api_base="http://localhost:9", expires_after=wrong)


def test_a_misspelt_keyword_argument_is_not_swallowed() -> None:
    call: Callable[..., Any] = batchtui.create_file
    with pytest.raises(TypeError, match="purpos"):
        call(b"", purpos="batch", api_base="http://localhost:9")


def test_the_content_of_a_file(tmp_path: Path) -> None:
    content = FileContent('{"a": 1}\n{"b": "ü\u2028"}\r\n'.encode())
    assert content.read() == content.content
    assert list(content.iter_lines()) == ['{"a": 1}', '{"b": "ü\u2028"}']
    assert b"".join(content.iter_bytes(4)) == content.content
    assert list(FileContent(b"").iter_lines()) == []
    assert FileContent(b'{"a": 1}').json() == {"a": 1}
    content.write_to_file(tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == content.content
    assert repr(FileContent(b"x" * 100)) == f"FileContent(100 bytes, {b'x' * 60!r}...)"
