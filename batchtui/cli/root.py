"""The root of the command line: which commands there are, and what a bare word means."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click
from click.shell_completion import CompletionItem

from batchtui import __version__
from batchtui.cli.failing import Failing

_COMMANDS: Final = {
    "open": ("batchtui.cli.app", "open_app"),
    "demo": ("batchtui.cli.app", "demo"),
    "run": ("batchtui.cli.run", "run"),
    "jobs": ("batchtui.cli.jobs", "jobs"),
    "prepare": ("batchtui.cli.prepare", "prepare"),
    "validate": ("batchtui.cli.validate", "validate"),
    "stats": ("batchtui.cli.stats", "stats"),
    "sample": ("batchtui.cli.parts", "sample"),
    "split": ("batchtui.cli.parts", "split"),
    "merge": ("batchtui.cli.parts", "merge"),
    "diff": ("batchtui.cli.diff", "diff"),
    "view": ("batchtui.cli.view", "view"),
    "batches": ("batchtui.cli.batches", "batches"),
    "files": ("batchtui.cli.files", "files"),
    "serve": ("batchtui.cli.serve", "serve"),
    "doctor": ("batchtui.cli.doctor", "doctor"),
    "profiles": ("batchtui.cli.profiles", "profiles"),
    "keys": ("batchtui.cli.keys", "keys"),
    "schema": ("batchtui.cli.schema", "schema"),
    "completion": ("batchtui.cli.completion", "completion"),
    "paths": ("batchtui.cli.where", "where"),
}
_ANSWERED_BY_ROOT: Final = ("--help", "-h", "--version")


class Root(Failing):
    """Loads a command's module when it is asked for; anything else is for `open`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        home = _COMMANDS.get(cmd_name)
        if home is None:
            return None
        command = getattr(import_module(home[0]), home[1])
        assert isinstance(command, click.Command)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Where no command begins so, a file does: it is for `open`."""
        return super().shell_complete(ctx, incomplete) or [CompletionItem(incomplete, type="file")]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        is_command = args and (args[0] in _COMMANDS or args[0] in _ANSWERED_BY_ROOT)
        # A shell that completes parses words that are not all there yet.
        if not is_command and not ctx.resilient_parsing:
            args = ["open", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=Root,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 unexpected, 2 usage, 3 invalid input, 4 key refused, 5 server or "
    "network, 6 finished with failed or missing requests, 7 not known whether a batch was created, "
    "130 interrupted.",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def root() -> None:
    """The cockpit for LLM batch jobs, on any OpenAI-compatible Batch API.

    With no command, or with a PATH[:LINE] or a BATCH_ID, the terminal app opens there.
    """
