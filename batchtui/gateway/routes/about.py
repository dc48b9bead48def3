"""The models on offer, and signs of life."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from batchtui.gateway.json_answer import JsonAnswer
from batchtui.gateway.refusal import Refusal, shown
from batchtui.gateway.routes.request import service_of


async def models(request: Request) -> JSONResponse:
    return JsonAnswer({"object": "list", "data": await service_of(request).answerer.models()})


async def model(request: Request) -> JSONResponse:
    name = request.path_params["model_id"]
    for each in await service_of(request).answerer.models():
        if each.get("id") == name:
            return JsonAnswer(each)
    raise Refusal(
        404,
        f"The model '{shown(name)}' does not exist.",
        param="model",
        code="model_not_found",
    )


async def health(request: Request) -> JSONResponse:
    return JsonAnswer({"status": "healthy"})


async def liveliness(request: Request) -> JSONResponse:
    """As LiteLLM answers it."""
    return JsonAnswer("I'm alive!")
