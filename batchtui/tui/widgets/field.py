"""One line to type into. Its cursor does not blink: nothing is written while nobody types."""

from __future__ import annotations

from textual.widgets import Input


class Field(Input):
    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(
            value,
            placeholder=placeholder,
            id=id,
            classes=classes,
            compact=True,
            select_on_focus=False,
        )
        self.cursor_blink = False
