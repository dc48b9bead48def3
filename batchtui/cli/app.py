"""`batchtui` and `batchtui demo`: the way into the app. Nothing of it is imported before."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchtui.cli.completing import FILE
from batchtui.cli.given import start_at
from batchtui.cli.options import Connection, connection_options

if TYPE_CHECKING:
    from batchtui.config import Profile
    from batchtui.tui.start import Demo

mouse_option = click.option(
    "--mouse/--no-mouse", default=None, help="Use the mouse; off over SSH if not given."
)


@click.command("open", short_help="Open the app; the same as no command.")
@click.argument("target", required=False, metavar="[PATH[:LINE] | BATCH_ID | JOB_ID]", type=FILE)
@mouse_option
@connection_options
@click.pass_context
def open_app(
    ctx: click.Context, connection: Connection, target: str | None, mouse: bool | None
) -> None:
    """Open the app: at the batches, a directory, a file, a batch, or a job."""
    from batchtui import config

    start = start_at(target)
    with ExitStack() as stack:
        if connection.local:
            from batchtui.cli.local import local_profile

            profile: Profile | None = stack.enter_context(local_profile())
        else:
            profile = config.resolve(
                name=connection.profile, base_url=connection.base_url, provider=connection.provider
            )
        from batchtui.tui.run import run_app

        said = (connection.local, connection.profile, connection.base_url, connection.provider)
        code = run_app(
            profile,
            start=start,
            mouse=mouse,
            start_demo=lambda: stack.enter_context(_demo()),
            may_follow_several=not any(said),
        )
    ctx.exit(code)


@click.command(short_help="The app on a throwaway gateway, with samples.")
@mouse_option
@click.pass_context
def demo(ctx: click.Context, mouse: bool | None) -> None:
    """Open the app on a throwaway gateway with sample files and batches in every status."""
    from batchtui.tui.run import run_app

    with _demo() as given:
        code = run_app(
            given.profile,
            mouse=mouse,
            remember=False,
            browse_dir=given.browse_dir,
            downloads=given.downloads,
            jobs_file=given.jobs_file,
        )
    ctx.exit(code)


@contextmanager
def _demo() -> Iterator[Demo]:
    """A gateway with everything in it, gone without a trace at the end."""
    from batchtui.cli.local import gateway_profile
    from batchtui.gateway.demo import seed
    from batchtui.gateway.demo_files import write_samples
    from batchtui.gateway.options import GatewayOptions
    from batchtui.tui.start import Demo

    with tempfile.TemporaryDirectory(prefix="batchtui-demo-") as directory:
        here = Path(directory)
        samples, downloads = here / "samples", here / "downloads"
        for each in (samples, downloads):
            each.mkdir()
        write_samples(samples)
        options = GatewayOptions(data_dir=here / "gateway", port=0, echo_delay_s=0.05)
        with gateway_profile(options, name="demo", seed=seed) as profile:
            yield Demo(profile, samples, downloads, here / "jobs.db")
