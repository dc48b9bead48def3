"""How one finds records in the viewer: search, filter, errors, a number, a custom_id."""

from __future__ import annotations

from array import array
from typing import Final

from textual import on
from textual.message import Message

from batchtui.errors import InputError, UsageError
from batchtui.jsonl.outcomes import Outcome
from batchtui.tui import figures
from batchtui.tui.viewer.choice import Choice
from batchtui.tui.viewer.groups import Group, grouped
from batchtui.tui.viewer.hits import Hits
from batchtui.tui.viewer.jobs import Job
from batchtui.tui.viewer.matching import check, find_id, matching
from batchtui.tui.viewer.prompt import Prompt
from batchtui.tui.viewer.records import Records
from batchtui.tui.viewer.rows import contains
from batchtui.tui.viewer.searching import search
from batchtui.tui.viewer.showing import Showing
from batchtui.tui.viewer.summary import summary
from batchtui.workflows.where import Where, parse_where

SEARCH: Final = "search"
FILTER: Final = "filter"
GO_TO: Final = "go to"


class HitsGrew(Message):
    """More hits than before; the search may have ended."""

    def __init__(self, hits: Hits) -> None:
        super().__init__()
        self.hits = hits

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, HitsGrew) and message.hits is self.hits


class FirstHit(Message):
    """Where a search that has just begun should jump to."""

    def __init__(self, hits: Hits, number: int) -> None:
        super().__init__()
        self.hits = hits
        self.number = number


class Selected(Message):
    def __init__(self, selection: array[int], where: Where) -> None:
        super().__init__()
        self.selection = selection
        self.where = where


class Grouped(Message):
    def __init__(self, groups: list[Group]) -> None:
        super().__init__()
        self.groups = groups


class WentTo(Message):
    """The record with the id that was typed; None for no such record."""

    def __init__(self, number: int | None, typed: str) -> None:
        super().__init__()
        self.number = number
        self.typed = typed


class Finding(Showing):
    # Search

    def action_search(self) -> None:
        self.ask(SEARCH, "/", hint="text, or re:pattern in lines and in the text of their strings")

    def action_search_value(self) -> None:
        """Search for the value under the cursor; in a list, for the record's custom_id."""
        number, records = self.number, self.records
        if number is None or records is None:
            return
        value = self.detail.value if self.in_detail else None
        text = value.text if value else summary(records, number).custom_id or ""
        text = text.strip().split("\n")[0][:200]
        if text:
            self.search(Where(text=text))
        else:
            self.tell("there is no value under the cursor")

    def search(self, where: Where) -> None:
        records, rows, number = self.records, self.rows, self.number
        if records is None or rows is None:
            return
        hits = Hits(max(number or 0, 0))
        listed = rows.selection

        def keeps(number: int) -> bool:
            return listed is None or contains(listed, number)

        def work(job: Job) -> None:
            steps = search(
                records, where, hits, keeps, lambda number: job.post(FirstHit(hits, number))
            )
            job.run(steps, lambda: job.post(HitsGrew(hits)))
            job.post(HitsGrew(hits))

        self.hits, self.search_words, self.search_where = hits, str(where), where
        self.mark_hits(where)
        self.jobs.start(SEARCH, "searching", work)
        self.show_where()

    def action_next_hit(self, direction: int) -> None:
        hits, number = self.hits, self.number
        if hits is None:
            self.tell("nothing is searched for: / searches")
            return
        here = max(number or 0, 0)
        if self.next_hit_here(direction):
            self.show_where()
            return
        found = hits.next(here) if direction > 0 else hits.previous(here)
        if found is None:
            self.tell("not found" if hits.is_complete else "nothing found yet")
        else:
            self.go_to_hit(found, direction)

    def go_to_hit(self, number: int, direction: int) -> None:
        """Record `number`, and in it the first match, or the last of one gone back to."""
        self.landing, self.lands_nowhere = direction, False
        self.go_to_number(number)
        self.show_record()

    @on(FirstHit)
    def _first_hit(self, message: FirstHit) -> None:
        if message.hits is self.hits:
            self.go_to_hit(message.number, 1)

    @on(HitsGrew)
    def _hits_grew(self, message: HitsGrew) -> None:
        if message.hits is not self.hits:
            return
        if message.hits.is_complete and not len(message.hits):
            self.tell(f"not found: {self.search_words}")
        self.show_where()

    def forget_search(self) -> bool:
        """Esc: no hits any more; False when there were none."""
        if self.hits is None:
            return False
        self.jobs.cancel(SEARCH)
        self.hits = None
        self.search_words = ""
        self.landing, self.lands_nowhere = None, False
        self.mark_hits(None)
        self.show_where()
        return True

    # Filter

    def action_filter(self) -> None:
        names = ",".join(self.records.counts) if self.records else ""
        hint = "text, re:pattern, id:"
        if names:
            hint = f"outcome:!ok  code: status: id: text re:pattern   {names}"
        self.ask(FILTER, "filter", self.filter_words, hint=hint)

    def filter(self, where: Where) -> None:
        records = self.records
        if records is None:
            return
        if where.is_empty:
            self.select(None, "")
            return
        selection: array[int] = array("Q")

        def work(job: Job) -> None:
            job.run(matching(records, where, selection.append))
            job.post(Selected(selection, where))

        self.jobs.start(FILTER, "filtering", work)
        self.show_where()

    @on(Selected)
    def _selected(self, message: Selected) -> None:
        self.select(message.selection, str(message.where))
        self.filter_where = message.where

    # Errors

    def action_errors(self) -> None:
        records = self.records
        if records is None or not any(each is not Outcome.OK for each in records.counts):
            self.tell("no record is known to have failed")
            return

        def work(job: Job) -> None:
            job.post(Grouped(job.run(grouped(records))))

        self.jobs.start("errors", "grouping errors", work)
        self.show_where()

    @on(Grouped)
    def _grouped(self, message: Grouped) -> None:
        is_typing = self.query_one(Prompt).display or self.query_one(Choice).display
        if self.app.screen is not self or is_typing:
            return  # what comes late covers nothing that was opened meanwhile
        from batchtui.tui.viewer.errors_screen import ErrorsScreen

        self.app.push_screen(ErrorsScreen(self.name_of_target, message.groups), self._list_group)

    def _list_group(self, group: Group | None) -> None:
        if group is not None:
            self.select(group.numbers, group.name)
            self.filter_where = None

    # Going to

    def action_go_to(self) -> None:
        self.ask(GO_TO, ":", hint="a line number, a custom_id, or a command")

    def go_to_number(self, number: int) -> None:
        """Put the cursor on record `number`; a filter that hides it is dropped."""
        rows = self.rows
        if rows is None:
            return
        if rows.selection is not None and not contains(rows.selection, number):
            self.select(None, "")
            self.tell("the filter is off: it hid that record")
        self.pane.go_to(rows.row(number))

    def go_to_wanted_line(self, records: Records) -> None:
        """Now, or as soon as so many lines are numbered."""
        line = self.wanted_line
        if line is None or (line > records.count and not records.is_complete):
            self.show_where()
            return
        self.wanted_line = None
        if line > records.count:
            self.tell(f"there are {figures.plural(records.count, 'line')}")
        if records.count:
            self.go_to_number(min(line, records.count) - 1)

    def _run_command(self, typed: str) -> bool:
        """False where that is not the whole name of a command, as `q` is on every screen."""
        from batchtui.tui.commands import named

        command = named(self.app, self, typed)
        if command is not None:
            self.app.call_later(command.run)
        return command is not None

    def go_to(self, typed: str) -> None:
        records = self.records
        digits = typed.replace(",", "").replace("_", "")
        if records is None or not typed:
            return
        if digits.isdecimal():
            self.wanted_line = max(int(digits), 1)
            self.go_to_wanted_line(records)
            return
        if self._run_command(typed):
            return

        def work(job: Job) -> None:
            job.post(WentTo(job.run(find_id(records, typed)), typed))

        self.jobs.start(GO_TO, f"looking for {typed[:30]}", work)
        self.show_where()

    @on(WentTo)
    def _went_to(self, message: WentTo) -> None:
        if message.number is None:
            self.tell(f"no record has the custom_id {message.typed}")
        else:
            self.go_to_number(message.number)

    @on(Prompt.Answered)
    def _answered(self, message: Prompt.Answered) -> None:
        typed = message.text
        try:
            if message.purpose == SEARCH:
                if typed:
                    where = parse_where(typed) if typed.startswith("re:") else Where(text=typed)
                    check(where)
                    self.search(where)
                else:
                    self.action_next_hit(1)
            elif message.purpose == FILTER:
                where = parse_where(typed)
                check(where)
                self.filter(where)
            elif message.purpose == GO_TO:
                self.go_to(typed)
        except (InputError, UsageError) as error:
            self.tell_error(error)
