"""The three looks, the record opened from the list, and which keys mean something where."""

from __future__ import annotations

from typing import Final

from textual import events

from batchtui.tui.viewer.contents import LOOKS, Look
from batchtui.tui.viewer.record_list import list_cells
from batchtui.tui.viewer.separator import Separator
from batchtui.tui.viewer.showing import Showing
from batchtui.tui.viewer.target import BatchResults, JobResults

BESIDE_CELLS: Final = 64
"""On a narrower screen the list or the record has it alone."""
OF_A_RECORD: Final = ("record.leave", "record.previous", "record.next", "viewer.copy")
BOTH_CELLS: Final = 100
"""On a screen as wide as this an opened record leaves the list beside it."""


class Looks(Showing):
    _zoomed = False
    """The record has the whole width: it was opened on a narrow screen."""
    _opened_from: Look | None = None
    """The look that Esc goes back to from an opened record."""

    def show_look(self) -> None:
        lines, record_list = self.panes
        in_lines = self.look == "lines"
        alone = self._zoomed and not in_lines
        is_narrow = self.size.width < BESIDE_CELLS
        lines.display = in_lines
        record_list.display = not (in_lines or alone)
        self.query_one(Separator).display = not (in_lines or alone or is_narrow)
        self.detail.display = not in_lines and (alone or not is_narrow)
        record_list.styles.width = "1fr" if is_narrow else list_cells(self.size.width)
        self.detail.set_class(alone, "-alone")
        self.set_focus(self.detail if alone else self.pane)
        self.show_record()
        self.refresh_bindings()
        self.show_where()

    def land_again(self) -> None:
        """Another look at the same record: its match is to be in view there too."""
        hits, number = self.hits, self.number
        self.lands_nowhere = False
        if hits is not None and number is not None and hits.place(number) is not None:
            self.landing = 1

    def on_resize(self, event: events.Resize) -> None:
        if self.is_mounted and self.query(Separator):
            focused = self.focused
            if self._zoomed and self.size.width >= BOTH_CELLS:
                self._zoomed = False
            elif self.in_detail and self.size.width < BOTH_CELLS:
                self._zoomed = True
            self.show_look()
            if focused is not None and focused.display:
                self.set_focus(focused)
            self.show_name()

    def action_next_look(self) -> None:
        cursor = self.pane.cursor
        looks = [look for look in LOOKS if look != "exchange" or self._has_exchange()]
        at = looks.index(self.look) if self.look in looks else -1
        self._turn_to(looks[(at + 1) % len(looks)], cursor)

    def _turn_to(self, look: Look, cursor: int) -> None:
        self.look = look
        self._zoomed = self._zoomed and self.look != "lines"
        self._opened_from = None
        self.pane.go_to(cursor)
        self.land_again()
        self.show_look()

    def _has_exchange(self) -> bool:
        return self.records is not None and self.records.kind != "other"

    def action_open(self) -> None:
        """From the list into the record."""
        if self.records is None or self.number is None:
            return
        cursor = self.pane.cursor
        self._opened_from = self.look
        if self.look == "lines":
            self.look = "record"
            self.land_again()
        self._zoomed = self.size.width < BOTH_CELLS
        self.pane.go_to(cursor)
        self.show_look()
        self.set_focus(self.detail)

    def close_record(self) -> bool:
        """Out of an opened record, to where one was; False when none is open."""
        if not (self._zoomed or self.in_detail):
            return False
        cursor, look = self.pane.cursor, self._opened_from
        self._zoomed = False
        self._opened_from = None
        self.look = look or self.look
        self.pane.go_to(cursor)
        self.show_look()
        return True

    def action_neighbour(self, count: int) -> None:
        """The next or previous record, wherever the focus is."""
        self.pane.go_to(self.pane.cursor + count)

    def action_wrap(self) -> None:
        lines, _ = self.panes
        lines.wraps = not lines.wraps
        self.land_again()
        self.show_record()
        self.refresh_bindings()

    def action_shift(self, cells: int) -> None:
        """Scroll unwrapped lines sideways; 0 goes to their start."""
        lines, _ = self.panes
        lines.shift = lines.shift + cells if cells else 0

    def action_line_end(self) -> None:
        self.panes[0].shift_to_end()

    def action_scroll_record(self, rows: int) -> None:
        self.detail.scroll_rows(rows)

    def action_more(self) -> None:
        """Show more of what was cut for its length."""
        if self.look == "lines":
            if not self.panes[0].show_more():
                self.tell("no more of this line can be shown; o opens it in the pager")
        elif self.shown is not None:
            self.want(self.shown.more(), keep_place=True)

    @property
    def first_keys(self) -> tuple[str, ...]:
        """What the key line says first: in an opened record the ways out and on."""
        return OF_A_RECORD if self.in_detail else ()

    # What has no meaning in a look is not in its help; its key says why.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return not (self.is_asking if action == "next_look" else self._why_not(action))

    def _why_not(self, action: str) -> str:
        """Why a key means nothing here; empty where it does."""
        in_lines = self.look == "lines"
        if action == "wrap" and not in_lines:
            return "only the look `lines` can be cut or wrapped; Tab goes there"
        if action in ("shift", "line_end"):
            if not in_lines:
                return "nothing is beyond the edges here; Enter opens the record"
            if self.is_mounted and self.panes[0].wraps:
                return "the lines are wrapped; w cuts them, then they scroll sideways"
        if action == "scroll_record" and in_lines:
            return "there is no record beside the lines; Tab shows it"
        if action == "retry" and not isinstance(self.target, BatchResults | JobResults):
            return "the results of a batch or of a job can be retried; this is a file"
        return ""

    def on_key(self, event: events.Key) -> None:
        if self.is_asking:
            return
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            name = binding.action.partition("(")[0]
            if why := self._why_not(name):
                self.tell(why)
                event.stop()
