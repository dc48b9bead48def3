"""What is typed into the form of a new batch, against what was checked.

What was found with another endpoint than the one on the screen is never shown as if it were about
this one: it is taken away at once, and found anew when the field is left.
"""

from __future__ import annotations

from textual import on
from textual.widgets import Button

from batchtui.tui import form_values
from batchtui.tui.form_values import FormError
from batchtui.tui.glyphs import glyphs
from batchtui.tui.screens.submitting import SubmittingScreen
from batchtui.tui.widgets.batch_form import BatchForm


class FillingScreen(SubmittingScreen):
    form: BatchForm
    _says_other_values = False

    @property
    def endpoint(self) -> str | None:
        return self.form.typed_endpoint or None

    @property
    def is_up_to_date(self) -> bool:
        own = self.form.file_endpoint
        is_same = (self.endpoint or own) == (self.checked_endpoint or own)
        return self.validation is not None and is_same

    @property
    def may_change(self) -> bool:
        return self.submitting is None

    @on(BatchForm.Changed)
    def _check_fields(self) -> None:
        draft = self.form.draft
        try:
            form_values.window(draft.window)
            form_values.expiry_seconds(draft.expiry)
            form_values.metadata(draft.metadata, self.limits())
        except FormError as error:
            self.form.complain(str(error))
        else:
            self.form.complain("")
        if self.validation is not None and self.may_change:
            if not self.is_up_to_date:
                self._say_other_values()
            elif self._says_other_values:
                self.show_validation(self.validation)

    def compare_values(self) -> None:
        """What was found is shown now: is it about what is typed?"""
        self._says_other_values = False
        if not self.is_up_to_date:
            self._say_other_values()
            if not self.form.is_endpoint_typed_at:
                self.call_later(self.action_validate)

    def _say_other_values(self) -> None:
        self._says_other_values = True
        said = "the endpoint is another one than at the check: Enter checks again"
        self.table.set_rows([])
        self._show_steps(False)
        self.show_submit_button()
        self.say([(f"{glyphs().unknown} {said}", "accent")])

    @on(BatchForm.EndpointLeft)
    def _check_again(self) -> None:
        if self.validation is not None and not self.is_up_to_date:
            self.action_validate()

    @on(BatchForm.Done)
    def _go_to_buttons(self) -> None:
        submit = self.query_one("#submit", Button)
        self.set_focus(self.query_one("#back") if submit.disabled else submit)

    def lock_form(self, locked: bool) -> None:
        self.form.disabled = locked
