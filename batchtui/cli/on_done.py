"""`--on-done COMMAND`, the same for every command that waits until something is done."""

from __future__ import annotations

import click

on_done_option = click.option(
    "--on-done",
    metavar="COMMAND",
    help="Run this in the shell at the end; BATCHTUI_STATUS, BATCHTUI_FAILED and others tell it "
    "what is done.",
)
