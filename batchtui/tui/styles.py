"""The styles of the app, read once: Textual reads all of them anew for every tab first shown.

What they say changes with the theme's colours only. Owns nothing else of how they are applied.
"""

from __future__ import annotations

from textual.css.stylesheet import Stylesheet


class Styles(Stylesheet):
    def __init__(self, *, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._read_with = variables
        self._are_stale = False

    def set_variables(self, variables: dict[str, str]) -> None:
        if variables != self._read_with:
            super().set_variables(variables)
            self._read_with = variables
            self._are_stale = True

    def reparse(self) -> None:
        if self._are_stale:
            super().reparse()
            self._are_stale = False
