"""Every command by its name: what works on a screen, and the words that work everywhere.

The command line (`:`) and the palette offer the same. Commands are called `group: action`, as in
`batch: cancel`; the words are short, as in `q` and `profile work`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen

from batchtui.config.settings import ALL
from batchtui.tui.keys import key_name, ordered_bindings, tooltip

if TYPE_CHECKING:
    from batchtui.tui.app import BatchtuiApp

MOVING: Final = ("list: ", "text: ")
"""Found when typed, but not offered: one moves with a key."""
NOT_OFFERED: Final = frozenset({"app.command", "app.palette"})

_WORDS: Final = (
    ("q", "quit", "Quit batchtui"),
    ("help", "help", "The keys of this screen"),
    ("batches", "go('batches')", "The account's batches"),
    ("files", "go('files')", "The server's files"),
    ("local", "go('local')", "Files on this machine"),
    ("jobs", "go('jobs')", "What takes several batches, and how far it is"),
    ("doctor", "doctor", "Examine server, key and terminal"),
    ("messages", "messages", "All that was told, with its time"),
    ("theme", "change_theme", "Change the look"),
)
_WORDS_OF_LISTS: Final = (("columns", "columns", "Choose columns; or type their names in order"),)


_ONE_OF: Final = {"Batches": "batch", "Files": "file", "Jobs": "job", "New batches": "new batch"}
"""What an action on a list is about, by the title of the list."""
_OF_EVERY_TAB: Final = ("root.", "go.", "screen.")


@dataclass(frozen=True, slots=True)
class Command:
    """`is_word`: short enough to be typed whole. `also`: what else finds it."""

    name: str
    tip: str
    run: Callable[[], Any]
    is_word: bool = False
    also: str = ""


def commands(app: BatchtuiApp, screen: Screen[Any]) -> Iterator[Command]:
    """What can be done on `screen`: its own actions first, then the words."""
    for binding, node in ordered_bindings(screen):
        if binding.id in NOT_OFFERED:
            continue
        title = getattr(node, "BINDING_GROUP_TITLE", None) or type(node).__name__
        does, also = binding.description.lower(), ""
        name = f"{title.lower()}: {does}"
        if (binding.id or "").startswith(_OF_EVERY_TAB):
            name = f"everywhere: {does}"
        elif title in _ONE_OF:
            name, also = f"{_ONE_OF[title]}: {does}", name
        tip = f"{key_name(binding)}  {tooltip(screen, binding)}"
        yield Command(name, tip, partial(app.run_action, binding.action, node), also=also)
    for word, action, tip in _WORDS:
        yield Command(word, tip, partial(app.run_action, action), is_word=True)
    if hasattr(screen, "choose_by_name"):
        for word, action, tip in _WORDS_OF_LISTS:
            yield Command(word, tip, partial(app.run_action, action, screen), is_word=True)
    yield Command("diff", "Two results by custom_id: diff A B", partial(_compare, app, []), True)
    for profile in app.other_profiles:
        run = partial(app.follow, profile)
        yield Command(f"profile {profile.name}", f"Go to {profile.host}", run, is_word=True)
    if len(app.known_profiles) > 1:
        tip = "Every account in one list; or type the names of some"
        yield Command(f"profile {ALL}", tip, partial(app.follow_named, [ALL]), is_word=True)


def with_names(app: BatchtuiApp, screen: Screen[Any], typed: str) -> Command | None:
    """The command of a line as `profile work azure` or `columns status age`; None of any other."""
    word, *names = _words(typed)
    if word == "diff" and len(names) == 2:
        return Command(typed, "Compare the two, by custom_id", partial(_compare, app, names))
    if word == "profile" and len(names) > 1:
        tip = "These accounts side by side in one list"
        return Command(typed, tip, partial(app.follow_named, names))
    choose = getattr(screen, "choose_by_name", None)
    if word == "columns" and names and choose is not None:
        return Command(typed, "Show these columns, in this order", partial(choose, names))
    return None


def named(app: BatchtuiApp, screen: Screen[Any], typed: str) -> Command | None:
    """The command that `typed` is the whole name of, as `q` or `profile work`; None for none."""
    wanted = " ".join(typed.casefold().split())
    if not wanted:
        return None
    whole = (each for each in commands(app, screen) if wanted in (each.name.casefold(), each.also))
    return next(whole, None) or with_names(app, screen, typed)


def _words(typed: str) -> list[str]:
    """A name with spaces is written in quotes."""
    import shlex

    try:
        return shlex.split(typed)
    except ValueError:
        return typed.split()


def _compare(app: BatchtuiApp, names: list[str]) -> None:
    from batchtui.tui.diff.asking import compare, named

    compare(app, named(app, names))


def matching(found: list[Command], typed: str) -> list[Command]:
    """Those that every typed word finds; the word itself, then beginnings, first."""
    wanted = typed.casefold().split()
    folded = " ".join(wanted)
    fits = [each for each in found if _has_all(each, wanted)]
    if not wanted:
        return [each for each in fits if not each.name.startswith(MOVING)]
    return sorted(
        fits,
        key=lambda each: (each.name != folded, not (each.is_word and each.name.startswith(folded))),
    )


def _has_all(command: Command, wanted: list[str]) -> bool:
    names = f"{command.name.casefold()}\n{command.also}"
    return all(word in names for word in wanted)


class Actions(Provider):
    """The same for Textual's palette."""

    async def discover(self) -> Hits:
        for each in matching(self._commands(), ""):
            yield DiscoveryHit(each.name, each.run, help=each.tip)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for each in self._commands():
            score = max(matcher.match(each.name), matcher.match(each.also))
            if score > 0:
                yield Hit(score, matcher.highlight(each.name), each.run, help=each.tip)

    def _commands(self) -> list[Command]:
        app: Any = self.app
        return list(commands(app, self.screen))
