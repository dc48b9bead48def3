"""What one sees without a connection: what this is, three ways to connect, and the demo."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.widget import Widget

from batchtui import paths
from batchtui.errors import BatchtuiError
from batchtui.tui.screens.frame import Root
from batchtui.tui.widgets.lines import Lines
from batchtui.tui.widgets.spans import Cell


class WelcomeScreen(Root):
    BINDING_GROUP_TITLE = "Welcome"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("D", "demo", "demo", id="welcome.demo", tooltip="A throwaway server with samples"),
        Binding("3", "app.go('local')", "local files", id="go.local", tooltip="Local files"),
        Binding("q", "app.quit", "quit", id="root.quit", tooltip="Quit batchtui"),
    ]
    tab = "batches"

    def compose_body(self) -> Iterable[Widget]:
        yield Lines(id="welcome")

    def on_mount(self) -> None:
        self.query_one(Lines).show(self.lines())

    def lines(self) -> list[Cell]:
        demo: list[Cell] = [
            [("  D", "accent"), ("  opens a demo: a throwaway server with samples in it", "")],
        ]
        return [
            "",
            [("batchtui", "strong"), ("  the cockpit for LLM batch jobs", "")],
            "",
            "From a JSONL file to readable answers, on any OpenAI-compatible Batch API.",
            "",
            [("No server is configured. ", "trouble"), ("Three ways to connect:", "")],
            "",
            [("  1. ", "muted"), ("the environment", "strong")],
            [("     OPENAI_API_KEY=...", "muted")],
            [("     LITELLM_PROXY_API_BASE=http://host:4000  LITELLM_PROXY_API_KEY=...", "muted")],
            [("  2. ", "muted"), ("a profile", "strong"), (f" in {paths.config_file()}", "")],
            [('     [profiles.work]  base_url = "http://host:4000"', "muted")],
            [("  3. ", "muted"), ("a server of your own: ", "strong"), ("batchtui serve", "")],
            [("     then BATCHTUI_BASE_URL=http://127.0.0.1:4000 batchtui", "muted")],
            "",
            *(demo if self.app.start_demo is not None else ()),
        ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "demo":
            return self.app.start_demo is not None
        return super().check_action(action, parameters)

    @work(group="demo", exclusive=True, exit_on_error=False, description="start the demo")
    async def action_demo(self) -> None:
        if self.app.start_demo is None:
            return
        self.show_status([("starting the demo server", "muted")])
        try:
            demo = await asyncio.to_thread(self.app.start_demo)
        except BatchtuiError as error:
            self.show_status([(error.message, "trouble")])
            return
        self.show_status()
        await self.app.enter_demo(demo)
