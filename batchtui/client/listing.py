"""Lists that end: pages by cursor, each id once, whatever a server answers.

Servers have repeated a page for ever (Azure behind LiteLLM ignores `after`), answered empty pages
that promise more, and encoded the ids of `data` but not of `last_id`. Must not know HTTP.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, Generic, Protocol, TypeVar

from batchtui.errors import ProtocolError
from batchtui.models.listing import Page
from batchtui.models.wire import WireModel

MAX_PAGES: Final = 10_000


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=WireModel)


class Listing(Generic[T]):
    """A list of the server, read page by page while it is iterated.

    `async for item in listing` gives every item once; `pages()` gives whole pages. A page size
    (`limit`) is that of one page: a listing goes on to the end.
    """

    def __init__(
        self,
        fetch: Callable[[str | None], Awaitable[Page[T]]],
        *,
        after: str | None = None,
        max_pages: int = MAX_PAGES,
    ) -> None:
        self._fetch = fetch
        self._after = after
        self._max_pages = max_pages

    async def first_page(self) -> Page[T]:
        """One page, as the server sent it. Raises its ApiError."""
        return await self._fetch(self._after)

    async def pages(self) -> AsyncIterator[Page[T]]:
        """Pages with at least one new item, and without the items of pages before.

        The first page comes even when it is empty. Raises the ApiError of a page, ProtocolError
        when the list did not end after 10,000 pages.
        """
        cursor = self._after
        seen: set[str] = set()
        for number in range(self._max_pages):
            page = await self._fetch(cursor)
            new = _new_items(page.data, seen)
            if new or number == 0:
                yield page if len(new) == len(page.data) else page.model_copy(update={"data": new})
            if not new or page.has_more is not True:
                return
            # LiteLLM's `last_id` is the one its upstream knows; the ids in `data` may be its own.
            cursor = page.last_id or _identity(page.data[-1])
        raise ProtocolError(
            f"the list did not end after {self._max_pages} pages",
            hint="the server keeps inventing items; is something wrong with it?",
        )

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page.data:
                yield item


def _new_items(items: list[T], seen: set[str]) -> list[T]:
    new = []
    for item in items:
        identity = _identity(item)
        if identity not in seen:
            seen.add(identity)
            new.append(item)
    return new


def _identity(item: Any) -> str:
    identified: _Identified = item
    return identified.id
