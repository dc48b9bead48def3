"""`batchtui sample`, `split` and `merge`: some lines of a file, several files, and one again."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchtui.cli.completing import FILE
from batchtui.cli.examples import examples
from batchtui.cli.options import json_option
from batchtui.cli.output import note, print_json, print_json_list, size
from batchtui.cli.reading import read_from, worked
from batchtui.cli.writing import new_file, written_to
from batchtui.errors import UsageError

if TYPE_CHECKING:
    from batchtui.jsonl.shards import Bounds

output_option = click.option(
    "-o", "--output", type=FILE, metavar="OUT", default="-", help="Where to; - is stdout."
)
force_option = click.option("--force", is_flag=True, help="Replace OUT when it exists.")


@click.command(
    short_help="Some lines of a file, chosen at random.",
    epilog=examples(
        "batchtui sample in.jsonl -n 2 -o trial.jsonl",
        "batchtui sample in.jsonl -n 2 --seed 7 | batchtui validate -",
    ),
)
@click.argument("source", metavar="FILE|-", type=FILE)
@click.option("-n", "--count", type=click.IntRange(1), default=10, show_default=True, metavar="N")
@click.option("--seed", type=int, default=0, help="The same seed chooses the same lines.")
@output_option
@force_option
def sample(source: str, count: int, seed: int, output: str, force: bool) -> None:
    """Write N lines, chosen evenly at random, in the order of the file."""
    from batchtui.jsonl.parts import sample as sampling

    new_file(output, force=force)
    with read_from(source) as path, written_to(output) as out:
        chosen = worked(sampling(path, out, count, seed=seed), "sampling")
    note(f"{chosen:,} lines")


@click.command(
    short_help="One file as several.",
    epilog=examples(
        "batchtui split in.jsonl --max-lines 50000 -d parts",
        "batchtui split in.jsonl --by-model --max-tokens 2000000 -d lanes",
    ),
)
@click.argument("source", metavar="FILE|-", type=FILE)
@click.option("--max-lines", type=click.IntRange(1), metavar="N", help="Of one part.")
@click.option("--max-size", type=click.IntRange(1), metavar="MB", help="Of one part.")
@click.option(
    "--max-tokens", type=click.IntRange(1), metavar="N", help="Estimated prompt tokens of one part."
)
@click.option("--by-model", is_flag=True, help="Parts of one model and endpoint each.")
@click.option(
    "-d",
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Where to; made if it is not there.",
)
@json_option
def split(
    source: str,
    max_lines: int | None,
    max_size: int | None,
    max_tokens: int | None,
    by_model: bool,
    directory: Path,
    as_json: bool,
) -> None:
    """Write FILE as NAME-001.jsonl, NAME-002.jsonl and on. `batchtui run` splits by itself.

    Joined end to end the parts are the file again; by model or tokens, blank lines are left out.
    """
    from batchtui.jsonl.parts import split as splitting
    from batchtui.jsonl.shards import Bounds
    from batchtui.models.limits import MB

    max_bytes = None if max_size is None else max_size * MB
    if not (max_lines or max_bytes or max_tokens or by_model):
        raise UsageError("how to split is not given", hint="--max-lines 50000, or --by-model")
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{directory} cannot be made: {error.strerror or error}") from None
    with read_from(source) as path:
        if by_model or max_tokens:
            parts = _by_lane(path, directory, Bounds(max_lines, max_bytes, max_tokens))
        else:
            steps = splitting(path, directory, max_lines=max_lines, max_bytes=max_bytes)
            parts = worked(steps, "splitting")
    if as_json:
        print_json_list({"path": str(part), "size_bytes": part.stat().st_size} for part in parts)
        return
    for part in parts:
        click.echo(str(part))


def _by_lane(path: Path, directory: Path, bounds: Bounds) -> list[Path]:
    from batchtui.jsonl.parts import write_shards
    from batchtui.jsonl.shards import plan

    planned = worked(plan(path, bounds), "planning")
    return worked(write_shards(path, planned, directory), "writing")


@click.command(
    short_help="Several files as one, or results in input order.",
    epilog=examples(
        "batchtui merge in.jsonl more.jsonl -o all.jsonl",
        "batchtui merge out.jsonl errors.jsonl --input in.jsonl -o ordered.jsonl",
    ),
)
@click.argument("sources", nargs=-1, required=True, metavar="FILE|-...", type=FILE)
@click.option(
    "--input",
    "input_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The files are results of this input: write them in its order, each once, and count them.",
)
@output_option
@force_option
@json_option
@click.pass_context
def merge(
    ctx: click.Context,
    sources: tuple[str, ...],
    input_path: Path | None,
    output: str,
    force: bool,
    as_json: bool,
) -> None:
    """Write files end to end; or results in the order of their input, each request once."""
    from batchtui.cli.audit_text import audit_document, audit_exit_code, audit_note
    from batchtui.jsonl.join import join
    from batchtui.jsonl.parts import merge as merging
    from batchtui.jsonl.write import merge_in_input_order

    new_file(output, force=force)
    with ExitStack() as stack:
        paths = [stack.enter_context(read_from(source)) for source in sources]
        out = stack.enter_context(written_to(output))
        if input_path is None:
            written_bytes = worked(merging(paths, out), "merging")
            note(f"{len(paths)} files, {size(written_bytes)}")
            if as_json and output != "-":
                print_json({"output": output, "files": len(paths), "size_bytes": written_bytes})
            return
        joined = stack.enter_context(worked(join(input_path, paths), "joining"))
        lines = worked(merge_in_input_order(joined, out), "writing")
    audit_note(joined.audit)
    if as_json and output != "-":
        print_json({"output": output, "lines": lines, **audit_document(joined.audit)})
    ctx.exit(audit_exit_code(joined.audit))
