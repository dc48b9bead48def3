"""`batchtui completion`: what makes a shell complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from batchtui.cli.examples import examples
from batchtui.errors import UsageError

_VARIABLE = "_BATCHTUI_COMPLETE"


@click.command(
    short_help="Print the completion script of bash, zsh or fish.",
    epilog=examples(
        'eval "$(batchtui completion bash)"',
        "batchtui completion zsh > _batchtui",
        "batchtui completion fish > batchtui.fish",
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a script for SHELL, to be evaluated when the shell starts.

    \b
    bash  eval "$(batchtui completion bash)"      in ~/.bashrc
    zsh   eval "$(batchtui completion zsh)"       in ~/.zshrc, after compinit
    fish  batchtui completion fish | source       in ~/.config/fish/config.fish
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise UsageError(f"there is no completion for {shell}")
    script = kind(ctx.find_root().command, {}, "batchtui", _VARIABLE)
    try:
        click.echo(script.source())
    except RuntimeError as error:
        raise UsageError(str(error)) from None
