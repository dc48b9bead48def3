"""Who may come in."""

from __future__ import annotations

from pathlib import Path

import pytest

from batchtui.config import Secret
from batchtui.errors import UsageError
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from tests.gateway.conftest import StartGateway
from tests.gateway.support import Api

KEYS = (Secret("sk-one"), Secret("sk-zwei-ü"))


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer sk-one"},
        {"authorization": "bearer  sk-one"},
        {"x-api-key": "sk-one"},
        {"api-key": "sk-one"},
        {"x-litellm-api-key": "Bearer sk-one"},
        {"authorization": "Bearer sk-zwei-ü".encode()},
    ],
)
def test_a_right_key_comes_in(start_gateway: StartGateway, headers: dict[str, str]) -> None:
    with start_gateway(api_keys=KEYS) as api:
        assert api.http.get("/v1/batches", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer sk-on"},
        {"authorization": "Bearer sk-one-and-more"},
        {"authorization": "Bearer"},
        {"authorization": "Basic sk-one"},
        {"authorization": b"Bearer \xff\xfe"},
        {"cookie": "sk-one"},
    ],
)
def test_a_wrong_key_does_not(start_gateway: StartGateway, headers: dict[str, str]) -> None:
    with start_gateway(api_keys=KEYS) as api:
        for path in ("/v1/batches", "/v1/files", "/nope", "/openai/v1/models"):
            error = api.refused(api.http.get(path, headers=headers), 401)
            assert "sk-on" not in error["message"]
        assert api.http.get("/health", headers=headers).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer anything"}])
def test_without_keys_any_or_none_is_fine(api: Api, headers: dict[str, str]) -> None:
    assert api.http.get("/v1/batches", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"host": "evil.example:4000"},
        {"host": "127.0.0.1.evil.example"},
        {"host": ""},
    ],
)
def test_pages_of_strangers_are_refused(api: Api, headers: dict[str, str]) -> None:
    api.refused(api.http.get("/v1/batches", headers=headers), 403)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://localhost:3000"},
        {"host": "localhost:4000"},
        {"host": "[::1]:4000"},
        {"host": "127.0.0.1"},
    ],
)
def test_local_programs_are_not(api: Api, headers: dict[str, str]) -> None:
    assert api.http.get("/v1/batches", headers=headers).status_code == 200


def test_with_keys_any_host_name_is_fine(start_gateway: StartGateway) -> None:
    headers = {"host": "gateway.internal", "origin": "https://tool.internal", "api-key": "sk-one"}
    with start_gateway(api_keys=KEYS) as api:
        assert api.http.get("/v1/batches", headers=headers).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])
def test_other_machines_need_a_key(tmp_path: Path, host: str) -> None:
    options = GatewayOptions(data_dir=tmp_path, host=host, port=0)
    with pytest.raises(UsageError, match="without a key"), Gateway(options):
        pass


def test_keys_do_not_show(tmp_path: Path) -> None:
    assert "sk-one" not in repr(GatewayOptions(data_dir=tmp_path, api_keys=KEYS))


@pytest.mark.parametrize(
    "options",
    [
        {"api_keys": (Secret(" "),)},
        {"concurrency": 0},
        {"max_file_bytes": 0},
        {"port": 70000},
        {"upstream": "localhost:8000"},
        {"upstream": "ftp://localhost"},
        {"upstream_key_env": "UNSET_KEY"},
        {"upstream": "http://localhost:1", "upstream_key_env": "UNSET_KEY"},
    ],
)
def test_options_that_can_not_work(start_gateway: StartGateway, options: dict[str, object]) -> None:
    with pytest.raises(UsageError), start_gateway(**options):
        pass
