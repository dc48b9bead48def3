"""Lists end, give each item once, and give every item of an honest server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies

from batchtui.client.listing import Listing
from batchtui.errors import ProtocolError
from batchtui.models.listing import Model, Page

ids = strategies.text(strategies.sampled_from("abc"), min_size=0, max_size=2)
hostile_pages = strategies.lists(
    strategies.builds(
        lambda data, last, more: (
            {"data": [{"id": each} for each in data]} | {"last_id": last, "has_more": more}
        ),
        strategies.lists(ids, max_size=4),
        strategies.none() | ids,
        strategies.sampled_from([True, True, False, None]),
    ),
    min_size=1,
    max_size=6,
)


class Account:
    """Answers pages, and counts how often it was asked."""

    def __init__(self, answer: Callable[[str | None, int], dict[str, Any]]) -> None:
        self._answer = answer
        self.cursors: list[str | None] = []

    async def fetch(self, cursor: str | None) -> Page[Model]:
        self.cursors.append(cursor)
        return Page[Model].model_validate(self._answer(cursor, len(self.cursors) - 1))

    def all(self, **options: Any) -> list[str]:
        async def read() -> list[str]:
            return [item.id async for item in Listing(self.fetch, **options)]

        return asyncio.run(read())


def items(*names: str) -> list[dict[str, str]]:
    return [{"id": name} for name in names]


@given(pages=hostile_pages)
def test_any_server_comes_to_an_end_and_repeats_nothing(pages: list[dict[str, Any]]) -> None:
    """The server answers its pages in turn, for ever, whatever it is asked for."""
    account = Account(lambda _, number: pages[number % len(pages)])
    given_ids = account.all()
    assert len(given_ids) == len(set(given_ids))
    # Each page but the last brought something new, and there are only 13 different ids.
    assert len(account.cursors) <= 14


@given(
    count=strategies.integers(0, 40), size=strategies.integers(1, 7), cursor=strategies.booleans()
)
def test_an_honest_server_gives_all_in_order(count: int, size: int, cursor: bool) -> None:
    names = [f"batch_{number}" for number in range(count)]

    def answer(after: str | None, _: int) -> dict[str, Any]:
        start = names.index(after) + 1 if after else 0
        data = names[start : start + size]
        page: dict[str, Any] = {"data": items(*data), "has_more": start + size < count}
        if cursor and data:
            page |= {"first_id": data[0], "last_id": data[-1]}
        return page

    account = Account(answer)
    assert account.all() == names
    assert len(account.cursors) == max(1, -(-count // size))


def test_the_cursor_is_last_id_where_there_is_one() -> None:
    """LiteLLM encodes the ids of `data` and answers 400 to one of them as a cursor."""

    def answer(after: str | None, _: int) -> dict[str, Any]:
        if after is None:
            return {"data": items("encoded_1"), "last_id": "raw_1", "has_more": True}
        assert after == "raw_1"
        return {"data": items("encoded_2"), "last_id": "raw_2", "has_more": False}

    assert Account(answer).all() == ["encoded_1", "encoded_2"]


def test_azure_behind_litellm_repeats_its_page_for_ever() -> None:
    same = {"data": items(*"abcde"), "last_id": "e", "has_more": True}
    account = Account(lambda *_: same)
    assert account.all() == list("abcde")
    assert account.cursors == [None, "e"]


@pytest.mark.parametrize("more", [None, False])
def test_groq_says_nothing_of_more_pages(more: bool | None) -> None:
    account = Account(lambda *_: {"data": items("a"), "has_more": more})
    assert account.all() == ["a"]
    assert account.cursors == [None]


def test_an_empty_page_that_promises_more_ends_the_list() -> None:
    account = Account(lambda *_: {"data": [], "has_more": True, "last_id": "x"})
    assert account.all() == []
    assert account.cursors == [None]


def test_a_server_that_invents_items_for_ever_is_stopped() -> None:
    account = Account(lambda _, n: {"data": items(str(n)), "has_more": True})
    with pytest.raises(ProtocolError, match="did not end after 7 pages"):
        account.all(max_pages=7)
    assert len(account.cursors) == 7


async def test_pages_hold_only_what_is_new() -> None:
    pages = [
        {"data": items("a", "b", "a"), "last_id": "b", "has_more": True},
        {"data": items("b", "c"), "last_id": "c", "has_more": False},
    ]
    account = Account(lambda _, number: pages[number])
    read = [[each.id for each in page.data] async for page in Listing(account.fetch).pages()]
    assert read == [["a", "b"], ["c"]]


async def test_an_empty_list_is_one_empty_page() -> None:
    account = Account(lambda *_: {"data": None})
    assert [page.data async for page in Listing(account.fetch).pages()] == [[]]


async def test_a_listing_can_be_read_twice() -> None:
    listing = Listing(Account(lambda *_: {"data": items("a")}).fetch)
    assert [item.id async for item in listing] == [item.id async for item in listing] == ["a"]


async def test_after_and_first_page() -> None:
    account = Account(lambda *_: {"data": items("b"), "has_more": True})
    page = await Listing(account.fetch, after="a").first_page()
    assert page.has_more is True
    assert account.cursors == ["a"]
