"""Saves all results of a batch in one file: in input order, with those of its retries if any.

Nothing is overwritten without a question.
"""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from batchtui.errors import BatchtuiError, UsageError
from batchtui.jsonl.outcomes import without_line
from batchtui.tui.figures import plural, size
from batchtui.tui.glyphs import glyphs
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.frame import Frame
from batchtui.tui.screens.prompt import PromptScreen
from batchtui.tui.typed_paths import here, place_for
from batchtui.visible import visible

if TYPE_CHECKING:
    from batchtui.jsonl.joined import Audit
    from batchtui.models.batch import Batch
    from batchtui.workflows.session import Session


class Saving(Frame[None]):
    def ask_where_to_save(self, batch: Batch) -> None:
        account = self.app.account
        if not batch.has_results:
            self.app.tell("It has no results" if batch.is_terminal else "No results yet")
            return
        name = account.name(batch)
        facts = account.facts.get(batch.id)
        retries = len(facts.retries) if facts else 0
        best = f" with the best of {plural(retries, 'retry', 'retries')}" if retries else ""
        question = f"Save the results of {name}{best}, in input order, as (.jsonl, .csv, .parquet)"
        self.app.push_screen(
            PromptScreen(question, str(here() / _file_name(name))),
            partial(self._save_to, batch, bool(retries)),
        )

    def _save_to(self, batch: Batch, with_retries: bool, answer: str | None) -> None:
        if not answer or not answer.strip():
            return
        try:
            place = place_for(answer, name=_file_name(self.app.account.name(batch)))
        except UsageError as error:
            self.app.tell_error(error)
            return
        then = partial(self._save_if, batch, with_retries, place.path)
        if place.question:
            self.app.push_screen(ConfirmScreen(place.question), then)
        else:
            then(True)

    def _save_if(
        self, batch: Batch, with_retries: bool, path: Path, confirmed: bool | None
    ) -> None:
        if confirmed and self.app.session is not None:
            self._save(self.app.session, batch, path, with_retries=with_retries)

    @work(group="download", exit_on_error=False, description="save results")
    async def _save(
        self, session: Session, batch: Batch, path: Path, *, with_retries: bool
    ) -> None:
        await asyncio.to_thread(_import_workflows)
        from batchtui.jsonl.export import Wanted, export
        from batchtui.workflows import results, retrying

        collect = retrying.collect_best if with_retries else results.collect
        try:
            wanted = Wanted()
            form = wanted.form_of(path.name)
            collected = await collect(
                session,
                batch,
                path,
                on_progress=self._show_reading,
                write=lambda joined, out: export(joined, out, wanted, form),
            )
        except BatchtuiError as error:
            self.show_status([(f"{glyphs().failed} {error.message}", "trouble")])
            self.app.tell_error(error)
            return
        self.show_status()
        self.app.tell(f"saved {path}: {_sums(collected.audit, batch.status)}")
        if collected.files.input_trouble:
            self.app.tell(f"not in input order: {collected.files.input_trouble}", trouble=True)

    def _show_reading(self, which: str, done_bytes: int, total_bytes: int) -> None:
        text = f"{glyphs().moving} reading {which}, {size(done_bytes)} of {size(total_bytes)}"
        self.show_status([(text, "accent")])


def _file_name(name: str) -> str:
    """`reviews.results.jsonl` for `reviews.jsonl`, whatever a server calls its files."""
    stem = Path(visible(name)).name.removesuffix(".gz").removesuffix(".jsonl") or "batch"
    return f"{stem[:100]}.results.jsonl"


def _sums(audit: Audit, batch_status: str) -> str:
    parts = [f"{audit.ok:,} ok"]
    parts += [f"{audit.failed:,} failed"] if audit.failed else []
    parts += [f"{audit.missing:,} {without_line(batch_status)}"] if audit.missing else []
    return ", ".join(parts)


def _import_workflows() -> None:
    from batchtui.jsonl import export  # noqa: F401
    from batchtui.workflows import results, retrying  # noqa: F401
