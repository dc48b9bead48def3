"""The models that a server offers."""

from __future__ import annotations

from batchtui.client.exchange import Request
from batchtui.client.listing import Listing
from batchtui.client.reading import read, read_page
from batchtui.client.session import Session
from batchtui.errors import InvalidRequestError, NotFoundError
from batchtui.models.listing import Model, ModelInfo, ModelInfos, Page


class Models:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def info(self) -> list[ModelInfo]:
        """What a LiteLLM proxy knows of its models, prices too; empty where there is no such page.

        Raises the ApiError of any other trouble.
        """
        try:
            answer = await self._session.call(Request("GET", "/model/info"))
        except (NotFoundError, InvalidRequestError):
            return []
        return read(answer, ModelInfos, self._session.target, "a list of models").data

    def list(self) -> Listing[Model]:
        async def fetch(cursor: str | None) -> Page[Model]:
            answer = await self._session.call(Request("GET", "/models", {"after": cursor}))
            return read_page(answer, Page[Model], self._session.target, "a list of models")

        return Listing(fetch)
