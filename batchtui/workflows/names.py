"""The names of input files: a batch tells only an id, a person thinks in file names.

Owns how few requests that takes: what this machine sent it knows by itself; then one list of the
files, then single questions for those it does not name, a bounded number at a time, none twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Final

from batchtui.errors import BatchtuiError, NotFoundError
from batchtui.workflows.session import Session

if TYPE_CHECKING:
    from batchtui.models.file import FileObject

LISTED_AT_MOST: Final = 1_000
ASKED_AT_ONCE: Final = 20
NO_NAME: Final = "modified_file.jsonl"
"""What a LiteLLM proxy calls every input that it manages (1.106)."""


class FileNames:
    """`_known` are those told, and those found to have no name."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, str | None] = {}
        self._listed = False

    async def learn(
        self, file_ids: Iterable[str], *, each: bool = True
    ) -> AsyncIterator[dict[str, str]]:
        """Names not told before, in portions, of other files too where they come along.

        A file that is gone has no name; that is no error. Any other trouble ends the portion
        silently: the next call asks again. `each`: ask for single files too, where the list does
        not name them.
        """
        wanted = {file_id for file_id in file_ids if file_id and file_id not in self._known}
        if not wanted:
            return
        try:
            if own := await self._own(wanted):
                wanted -= own.keys()
                yield own
            if not self._listed and len(wanted) > 1:
                self._listed = True
                names = await self._list(wanted)
                self._known.update(names)
                if names:
                    yield names
        except BatchtuiError:
            return
        if not each:
            return
        asked: dict[str, str] = {}
        for file_id in sorted(wanted - self._known.keys())[:ASKED_AT_ONCE]:
            try:
                name = await self._ask(file_id)
            except BatchtuiError:
                break
            if name:
                asked[file_id] = name
        if asked:
            yield asked

    async def _own(self, wanted: set[str]) -> dict[str, str]:
        ledger = self._session.ledger
        if ledger is None:
            return {}
        account = self._session.profile.account
        own = await asyncio.to_thread(ledger.names_of, account, wanted)
        self._known.update(own)
        return own

    async def _list(self, wanted: set[str]) -> dict[str, str]:
        """Names of more than `wanted`: what is listed is told, since it is not asked for again."""
        client = await self._session.client()
        found: dict[str, str] = {}
        seen = 0
        async for file in client.files.list(purpose="batch"):
            seen += 1
            if name := _name_of(file):
                found[file.id] = name
            if seen >= LISTED_AT_MOST or wanted <= found.keys():
                break
        return found

    async def _ask(self, file_id: str) -> str | None:
        client = await self._session.client()
        try:
            name = _name_of(await client.files.retrieve(file_id))
        except NotFoundError:
            name = None
        self._known[file_id] = name
        return name


def _name_of(file: FileObject) -> str | None:
    return file.filename if file.filename not in ("", NO_NAME) else None
