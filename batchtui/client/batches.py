"""The batches of a server: create, list, retrieve, cancel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from batchtui.client.exchange import Answer, NoAnswer, Outcome, Request
from batchtui.client.failures import error_of
from batchtui.client.listing import Listing
from batchtui.client.reading import read, read_page
from batchtui.client.retry import Repeat
from batchtui.client.session import Session
from batchtui.client.target import Target, quoted_id
from batchtui.errors import ApiError, NotKnownError, ProtocolError
from batchtui.models.batch import Batch, BatchAnswer
from batchtui.models.listing import Page

_LOOK = "look at the list of batches before you try again: `batchtui batches ls`"


class Batches:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def create(
        self,
        *,
        input_file_id: str,
        endpoint: str,
        completion_window: str = "24h",
        metadata: Mapping[str, str] | None = None,
        output_expires_after_s: int | None = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> Batch:
        """Create a batch, sent exactly once.

        `output_expires_after_s`: seconds that the server keeps the results, 3600 to 2592000 at
        OpenAI. `extra_body`: more fields of the body, as a server may have.

        Raises NotKnownError when the batch may exist although no proper answer came, and the
        ApiError when it certainly does not.
        """
        body: dict[str, Any] = {
            "input_file_id": input_file_id,
            "endpoint": self._session.target.endpoint(endpoint),
            "completion_window": completion_window,
        }
        if metadata is not None:
            body["metadata"] = dict(metadata)
        if output_expires_after_s is not None:
            body["output_expires_after"] = {
                "anchor": "created_at",
                "seconds": output_expires_after_s,
            }
        body.update(extra_body or {})
        request = Request("POST", "/batches", json_body=json.dumps(body).encode())
        outcome = await self._session.once(request, fresh=True)
        return _created(outcome, self._session.target)

    def list(self, *, limit: int | None = None, after: str | None = None) -> Listing[Batch]:
        """All batches, newest first. `limit`: how many a page asks for, 100 if None."""
        size = self._session.target.dialect.batch_page if limit is None else limit

        async def fetch(cursor: str | None) -> Page[Batch]:
            query = {"limit": size, "after": cursor}
            answer = await self._session.call(Request("GET", "/batches", query))
            return read_page(answer, Page[Batch], self._session.target, "a list of batches")

        return Listing(fetch, after=after)

    async def retrieve(self, batch_id: str) -> Batch:
        """A terminal batch will not change: each look makes a LiteLLM proxy read its files."""
        request = Request("GET", f"/batches/{quoted_id(batch_id, 'batch')}")
        answer = await self._session.call(request)
        return read(answer, BatchAnswer, self._session.target, "a batch").root

    async def cancel(self, batch_id: str) -> Batch:
        """Ask to stop a batch; the requests already answered stay. ConflictError when it ended."""
        request = Request("POST", f"/batches/{quoted_id(batch_id, 'batch')}/cancel")
        answer = await self._session.call(request, repeat=Repeat.UNSENT)
        return read(answer, BatchAnswer, self._session.target, "a batch").root


def _created(outcome: Outcome, target: Target) -> Batch:
    """The batch, or the error that says whether there may be one.

    A 4xx was not created, but for 408: the wait for it was given up. After a 5xx, of a proxy too,
    it may have been: LiteLLM sends a create up to three times by itself.
    """
    cause: ApiError
    if isinstance(outcome, Answer) and outcome.ok:
        try:
            return read(outcome, BatchAnswer, target, "a batch").root
        except ProtocolError as error:
            cause = error
    else:
        cause = error_of(outcome, target)
        if not _may_exist(outcome):
            raise cause
    raise NotKnownError(
        f"it is not known whether the batch was created: {cause.message}", hint=_LOOK
    ) from cause


def _may_exist(outcome: Outcome) -> bool:
    if isinstance(outcome, NoAnswer):
        return outcome.sent
    return outcome.status == 408 or outcome.status >= 500
