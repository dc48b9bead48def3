"""The async client core: one `BatchClient` for every OpenAI-compatible Batch API.

The only part of the package that talks HTTP, the gateway's upstream aside. Its modules, downwards:

    verbs, batch_client         what others call
    files, batches, models      the resources of the API
    listing                     pages that can not loop
    session, transfer           one call with its retries; one large transfer in its thread
    retry, failures             what is tried again; what an answer or its absence means
    wire, upload, download      the modules that import httpx
    target, dialect             where requests go, and how kinds of servers differ
    exchange                    a request and what came of it, as data

httpx is imported on the first request, in a thread. Must not import records, gateway or screens.
"""

from __future__ import annotations

from batchtui.client.batch_client import BatchClient
from batchtui.client.listing import Listing

__all__ = ["BatchClient", "Listing"]
