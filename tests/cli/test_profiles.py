"""`batchtui profiles`, and that no key comes out of it."""

from __future__ import annotations

import json
from pathlib import Path

import keyring
import pytest
from click.testing import CliRunner, Result
from keyring.backend import KeyringBackend

from batchtui.cli.root import root
from batchtui.config import Secret
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway

KEY = "sk-this-must-not-show"


class Memory(KeyringBackend):
    """A keyring that forgets everything at the end of the test."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


def batchtui(*arguments: str, typed: str | None = None) -> Result:
    result = CliRunner().invoke(root, arguments, input=typed)
    assert KEY not in result.output + result.stderr
    return result


@pytest.fixture
def write_config(machine: Path) -> Path:
    path = machine / ".config" / "batchtui" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


def test_ls_and_show(write_config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    write_config.write_text(
        '[profiles.one]\nbase_url = "http://h:4000"\nkind = "litellm"\napi_key_env = "MY_KEY"\n'
        f'headers = {{ X-Secret = "{KEY}" }}\n'
        '[profiles.two]\nbase_url = "https://api.openai.com/v1"\nread_only = true\n'
    )
    rows = [line.split("\t") for line in batchtui("profiles", "ls").stdout.splitlines()]
    assert rows[0] == ["one", "litellm", "http://h:4000", "-", "MY_KEY"]
    assert rows[1][:2] == ["two", "openai"]
    document = json.loads(batchtui("profiles", "show", "one", "--json").stdout)
    assert (document["name"], document["key_from"]) == ("one", "MY_KEY")
    assert "read_only" in batchtui("profiles", "show", "two").stdout


def test_test(write_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = (Secret(KEY),)
    with Gateway(GatewayOptions(data_dir=tmp_path / "d", port=0, api_keys=keys)) as gateway:
        write_config.write_text(
            f'[profiles.p]\nbase_url = "{gateway.base_url}"\napi_key_env = "MY_KEY"\n'
        )
        monkeypatch.setenv("MY_KEY", KEY)
        tested = batchtui("profiles", "test")
        assert tested.exit_code == 0, tested.stderr
        monkeypatch.setenv("MY_KEY", "sk-wrong")
        assert batchtui("profiles", "test").exit_code == 4
        monkeypatch.delenv("MY_KEY")
        missing = batchtui("profiles", "test")
        assert (missing.exit_code, "MY_KEY" in missing.stderr) == (2, True)


def test_a_key_in_the_keyring(write_config: Path, tmp_path: Path) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(Memory())
    try:
        options = GatewayOptions(data_dir=tmp_path / "d", port=0, api_keys=(Secret(KEY),))
        with Gateway(options) as gateway:
            write_config.write_text(
                f'[profiles.p]\nbase_url = "{gateway.base_url}"\napi_key_keyring = true\n'
            )
            assert batchtui("profiles", "test").exit_code == 2
            assert batchtui("profiles", "set-key", "p", typed=f"{KEY}\n").exit_code == 0
            assert batchtui("profiles", "test").exit_code == 0
    finally:
        keyring.set_keyring(before)


def test_set_key_needs_a_profile_that_reads_it(write_config: Path) -> None:
    write_config.write_text('[profiles.p]\nbase_url = "http://h"\n')
    refused = batchtui("profiles", "set-key", "p", typed=f"{KEY}\n")
    assert refused.exit_code == 2
    assert "api_key_keyring" in refused.stderr


def test_a_read_only_profile_changes_nothing(write_config: Path, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    body = {"model": "echo", "messages": [{"role": "user", "content": "x"}]}
    line = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": body}
    path.write_text(json.dumps(line))
    with Gateway(GatewayOptions(data_dir=tmp_path / "d", port=0)) as gateway:
        write_config.write_text(
            f'[profiles.p]\nbase_url = "{gateway.base_url}"\nread_only = true\n'
        )
        for arguments in (
            ("batches", "create", str(path)),
            ("batches", "cancel", "batch_1"),
            ("files", "put", str(path)),
            ("files", "rm", "file-1"),
            ("run", str(path), "-o", str(tmp_path / "out")),
        ):
            refused = batchtui(*arguments)
            assert refused.exit_code == 2, arguments
            assert "read-only" in refused.stderr
        assert batchtui("batches", "ls").exit_code == 0
        assert batchtui("files", "ls").stdout == ""
