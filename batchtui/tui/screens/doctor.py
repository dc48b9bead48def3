"""What is right and wrong with the connection, the key, the server and the terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType
from textual.widget import Widget

from batchtui.errors import BatchtuiError
from batchtui.tui.batch_actions import copy_text
from batchtui.tui.figures import plural
from batchtui.tui.glyphs import glyphs
from batchtui.tui.screens.frame import Frame
from batchtui.tui.widgets.lines import Lines
from batchtui.tui.widgets.spans import Cell, Span, Tone

if TYPE_CHECKING:
    from batchtui.workflows.doctor import Finding

LABEL: Final = 17


class DoctorScreen(Frame[None]):
    BINDING_GROUP_TITLE = "Doctor"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "examine", "examine again", id="doctor.again", tooltip="Ask the server again"),
        Binding("y", "copy", "copy report", id="doctor.copy", tooltip="Copy all that is told here"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._findings: list[Finding] = []

    def compose_body(self) -> Iterable[Widget]:
        yield Lines(id="findings")

    def on_mount(self) -> None:
        profile = self.app.profile
        self.show_title([("Doctor", "strong"), (f"  {profile.host}" if profile else "", "muted")])
        self.action_examine()

    @work(group="doctor", exclusive=True, exit_on_error=False, description="examine the server")
    async def action_examine(self) -> None:
        self._findings = []
        self.show_status([("asking the server", "muted")])
        for finding in await asyncio.to_thread(_of_the_terminal):
            self._tell(finding)
        session = self.app.session
        if session is None:
            from batchtui.workflows.doctor import no_server

            self._tell(no_server())
            self.show_status([("no server is configured", "trouble")])
            return
        from batchtui.workflows.doctor import examine

        try:
            async for finding in examine(session):
                self._tell(finding)
        except BatchtuiError as error:
            self.show_status([(f"{glyphs().failed} {error.message}", "trouble")])
            return
        await self.app.learn_capabilities(session)
        self.show_status(self._verdict())

    def _tell(self, finding: Finding) -> None:
        self._findings.append(finding)
        self.query_one(Lines).show([line for each in self._findings for line in _lines(each)])

    def _verdict(self) -> list[Span]:
        verdicts = [each.verdict.value for each in self._findings]
        bad, warnings = verdicts.count("bad"), verdicts.count("warning")
        if bad:
            return [(f"{glyphs().failed} {plural(bad, 'thing')} to put right", "trouble")]
        if warnings:
            return [(f"{glyphs().partly} it works, with {plural(warnings, 'limit')}", "")]
        if unknown := verdicts.count("unknown"):
            told = f"all that could be told is well; {plural(unknown, 'thing')} could not"
            return [(f"{glyphs().done} {told}", "success")]
        return [(f"{glyphs().done} all is well", "success")]

    def action_copy(self) -> None:
        report = "\n".join(
            f"{each.verdict.value:<8} {each.what:<{LABEL}} {each.said}"
            + (f"\n{'':<{LABEL + 9}} {each.hint}" if each.hint else "")
            for each in self._findings
        )
        copy_text(self.app, report, "report")


def _of_the_terminal() -> list[Finding]:
    """Called in a thread: the first import of the workflows takes longer than a frame."""
    from batchtui.workflows import terminal

    return terminal.findings()


def _lines(finding: Finding) -> Iterable[Cell]:
    signs = glyphs()
    looks: dict[str, tuple[str, Tone]] = {
        "ok": (signs.done, "success"),
        "warning": (signs.partly, "trouble"),
        "bad": (signs.failed, "trouble"),
        "unknown": (signs.missing, "muted"),
    }
    sign, tone = looks[finding.verdict.value]
    yield [(f"{sign} ", tone), (finding.what.ljust(LABEL), "muted"), (finding.said, "")]
    if finding.hint:
        yield [(" " * (LABEL + 2), ""), (finding.hint, "accent")]
