"""`batchtui serve`: the built-in gateway as a server of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from batchtui.cli.examples import examples


@click.command(
    short_help="A Batch API on this machine.",
    epilog=examples(
        "batchtui serve",
        "batchtui serve --upstream http://localhost:11434/v1 --concurrency 8",
        "batchtui serve --max-lines 50000 --max-enqueued-tokens 2000000",
    ),
)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS")
@click.option("--port", default=4000, show_default=True, type=click.IntRange(0, 65_535))
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Files and state; in the user's state directory if left out.",
)
@click.option(
    "--api-key",
    "api_keys",
    multiple=True,
    metavar="KEY",
    envvar="BATCHTUI_SERVE_API_KEYS",
    help="Accept this key only; may be repeated. Without one, any on loopback. "
    "Or BATCHTUI_SERVE_API_KEYS, so that no process list shows it.",
)
@click.option("--upstream", metavar="URL", help="Ask this OpenAI-compatible server for each line.")
@click.option("--upstream-key-env", metavar="NAME", help="The variable with the upstream's key.")
@click.option(
    "--concurrency",
    default=32,
    show_default=True,
    type=click.IntRange(1),
    help="Lines asked at the same time.",
)
@click.option(
    "--max-file-size",
    default=200,
    show_default=True,
    type=click.IntRange(1),
    metavar="MB",
    help="The largest upload.",
)
@click.option(
    "--max-lines",
    type=click.IntRange(1),
    metavar="N",
    help="Fail a batch with more requests, as providers do.",
)
@click.option(
    "--max-enqueued-tokens",
    type=click.IntRange(1),
    metavar="N",
    help="Fail a batch that would take the running ones of its model over this many prompt tokens.",
)
@click.option(
    "--refuse-over-enqueued",
    is_flag=True,
    help="Answer the create of such a batch with 400, as some regions of Azure do.",
)
def serve(
    host: str,
    port: int,
    data_dir: Path | None,
    api_keys: tuple[str, ...],
    upstream: str | None,
    upstream_key_env: str | None,
    concurrency: int,
    max_file_size: int,
    max_lines: int | None,
    max_enqueued_tokens: int | None,
    refuse_over_enqueued: bool,
) -> None:
    """Run a Batch API on this machine: files, batches, any upstream, or the offline echo model.

    Prints one line with its URL when it is ready; on a terminal also how to point clients at it.
    Accepted batches survive a crash.
    """
    from batchtui.config import Secret
    from batchtui.gateway.options import GatewayOptions
    from batchtui.gateway.server import serve as serving
    from batchtui.models.limits import MB

    serving(
        GatewayOptions(
            data_dir=data_dir,
            host=host,
            port=port,
            api_keys=tuple(Secret(key) for key in api_keys),
            upstream=upstream,
            upstream_key_env=upstream_key_env,
            concurrency=concurrency,
            max_file_bytes=max_file_size * MB,
            max_lines=max_lines,
            max_enqueued_tokens=max_enqueued_tokens,
            refuse_over_enqueued=refuse_over_enqueued,
        ),
        announce=lambda url: _announce(url, has_keys=bool(api_keys)),
    )
    if sys.stdout.isatty():
        click.echo("stopped; accepted batches go on when it serves again")


def _announce(url: str, *, has_keys: bool) -> None:
    """The first line is for scripts, the others for a person."""
    click.echo(f"batchtui serves {url}")
    if sys.stdout.isatty():
        key = "'one of its keys'" if has_keys else "none"
        click.echo("in another terminal, for batchtui and for any OpenAI client:")
        click.echo(f"  export BATCHTUI_BASE_URL={url}")
        click.echo(f"  export OPENAI_BASE_URL={url}/v1 OPENAI_API_KEY={key}")
        click.echo("ctrl+c stops it")
