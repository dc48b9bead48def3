"""`--local`: the built-in gateway for the time of a command, or the one that already runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from batchtui import paths
from batchtui.cli.local import gateway_profile
from batchtui.cli.root import root
from batchtui.config import Profile
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from batchtui.gateway.store.disk import running_url

WriteInput = Callable[..., Path]


def batchtui(*arguments: object) -> Result:
    return CliRunner().invoke(root, [str(each) for each in arguments])


def test_what_one_command_creates_the_next_one_finishes(write_input: WriteInput) -> None:
    created = batchtui("batches", "create", write_input(20), "--local")
    assert created.exit_code == 0, created.stderr
    batch_id = created.stdout.strip()
    assert batchtui("batches", "watch", batch_id, "--local").exit_code == 0
    assert len(batchtui("batches", "results", batch_id, "--local").stdout.splitlines()) == 20


def test_a_gateway_that_runs_on_the_same_data_is_the_one(write_input: WriteInput) -> None:
    with Gateway(GatewayOptions(port=0)) as gateway:
        assert running_url(paths.gateway_dir()) == gateway.base_url
        created = batchtui("batches", "create", write_input(), "--local")
        assert created.exit_code == 0, created.stderr
        assert created.stdout.strip() in batchtui("batches", "ls", "--local").stdout
    assert running_url(paths.gateway_dir()) is None


def test_run_leaves_nothing_behind(write_input: WriteInput, tmp_path: Path, machine: Path) -> None:
    before = set(machine.rglob("*"))
    assert batchtui("run", write_input(), "-o", tmp_path / "out", "--local").exit_code == 0
    kept = {path.name for path in set(machine.rglob("*")) - before}
    assert "gateway" not in kept
    assert "ledger.db" not in kept


def test_the_jobs_of_the_demo_are_kept_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Path] = []

    def run_app(_: Profile, *, jobs_file: Path, browse_dir: Path, **rest: object) -> int:
        assert rest["remember"] is False
        assert jobs_file.parent == browse_dir.parent
        given.append(jobs_file)
        return 0

    monkeypatch.setattr("batchtui.tui.run.run_app", run_app)
    assert batchtui("demo").exit_code == 0
    (jobs_file,) = given
    assert not jobs_file.parent.exists()


def test_the_profile_has_the_name_that_was_asked_for(tmp_path: Path) -> None:
    options = GatewayOptions(data_dir=tmp_path / "d", port=0)
    with gateway_profile(options, name="demo") as profile:
        assert (profile.name, profile.kind) == ("demo", "local")
