"""The ASGI application: which path means what.

Owns the routes and the order of the layers around them. LiteLLM's paths are taken too: without
`/v1`, and with a provider before it, which makes no difference here.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from batchtui.gateway.answer.answer import UpstreamError
from batchtui.gateway.guard import Guard
from batchtui.gateway.refusal import Refusal, answer_refusal
from batchtui.gateway.routes import about, batches, files
from batchtui.gateway.service import Service

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def build_app(service: Service) -> ASGIApp:
    """The guard is outermost: it sees every answer, a bug's too."""
    routes = _api()
    app = Starlette(
        routes=[
            Route("/health", about.health),
            Route("/health/liveliness", about.liveliness),
            Route("/health/readiness", about.health),
            Mount("/v1", routes=routes),
            Mount("/{provider}/v1", routes=routes),
            *routes,
        ],
        exception_handlers={
            Refusal: answer_refusal,
            UpstreamError: _answer_upstream_error,
            HTTPException: _answer_http_exception,
            Exception: _answer_bug,
        },
    )
    app.router.redirect_slashes = False
    app.state.service = service
    return Guard(app, service.options.api_keys)


def _api() -> list[Route]:
    return [
        _route("/files", POST=files.create, GET=files.list_),
        _route("/files/{file_id}", GET=files.retrieve, DELETE=files.delete),
        _route("/files/{file_id}/content", GET=files.content),
        _route("/batches", POST=batches.create, GET=batches.list_),
        _route("/batches/{batch_id}", GET=batches.retrieve),
        _route("/batches/{batch_id}/cancel", POST=batches.cancel),
        _route("/models", GET=about.models),
        _route("/models/{model_id:path}", GET=about.model),
    ]


def _route(path: str, **handlers: Handler) -> Route:
    async def dispatch(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await handlers[method](request)

    return Route(path, dispatch, methods=list(handlers))


async def _answer_http_exception(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    path = f"{request.method} {request.url.path}"
    message = {
        404: f"Invalid URL ({path})",
        405: f"Method not allowed ({path})",
    }.get(error.status_code, error.detail)
    return Refusal(error.status_code, message, headers=error.headers).response()


async def _answer_upstream_error(request: Request, error: Exception) -> JSONResponse:
    return Refusal(502, str(error), kind="server_error").response()


async def _answer_bug(request: Request, error: Exception) -> JSONResponse:
    message = "The server had an error while processing your request."
    return Refusal(500, message, kind="server_error").response()
