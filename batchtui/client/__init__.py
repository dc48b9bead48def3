"""The async client core: one `BatchClient` for every OpenAI-compatible Batch API.

The only part of the package that talks HTTP, the gateway's upstream aside. Its modules, downwards:

    verbs, batch_client               what others call
    files, batches, models, probe     the resources of the API
    listing, reading                  pages that can not loop; answers as wire types
    content, thread                   a large transfer in its thread, with its retries
    session, retry                    one call with its retries; what is tried again, and when
    wire, upload, download, faults    the modules that import httpx
    sending, multipart, part          what is uploaded; what has arrived of a download
    failures, hints, words, scrub     what an error answer means, in whose words
    target, dialect                   where requests go, and how kinds of servers differ
    tls, route                        whom we trust, and by which way the server is reached
    exchange                          a request and what came of it, as data

httpx is imported on the first request, in a thread. Must not import records, gateway or screens.
"""

from __future__ import annotations

from batchtui.client.batch_client import BatchClient
from batchtui.client.listing import Listing

__all__ = ["BatchClient", "Listing"]
