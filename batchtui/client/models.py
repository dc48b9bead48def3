"""The models that a server offers."""

from __future__ import annotations

from batchtui.client.exchange import Request
from batchtui.client.listing import Listing
from batchtui.client.reading import read_page
from batchtui.client.session import Session
from batchtui.models.listing import Model, Page


class Models:
    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self) -> Listing[Model]:
        async def fetch(cursor: str | None) -> Page[Model]:
            answer = await self._session.call(Request("GET", "/models", {"after": cursor}))
            return read_page(answer, Page[Model], self._session.target, "a list of models")

        return Listing(fetch)
