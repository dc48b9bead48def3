"""What a batch costs: as a range before it is sent, and from its usage; nothing is guessed."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from batchtui.client import BatchClient
from batchtui.config import Profile
from batchtui.jsonl.statistics import Statistics
from batchtui.workflows.cost import Cost, estimate, of_usage, total
from batchtui.workflows.rates import Rate, proxy_rates
from batchtui.workflows.session import Session


def statistics(model: str = "gpt-4o-mini", *, uncapped: int = 0) -> Statistics:
    """1,000 requests of 1,000 tokens each, answered by at most 500."""
    return Statistics(
        requests=1_000,
        endpoints={"/v1/chat/completions": 1_000},
        models={model: 1_000},
        estimated_input_tokens=1_000_000,
        max_output_tokens=500_000,
        uncapped_requests=uncapped,
    )


def test_the_range_goes_from_the_prompts_alone_to_the_longest_answers() -> None:
    cost = estimate(statistics())
    assert cost is not None
    assert cost.low_usd == pytest.approx(0.075)
    assert cost.high_usd == pytest.approx(0.075 + 0.15)
    assert cost.is_batch_price


def test_the_price_of_a_long_prompt_is_not_that_of_many_short_ones() -> None:
    cost = estimate(statistics("claude-sonnet-4-5"))
    assert cost is not None
    assert cost.low_usd == pytest.approx(1.5)


def test_without_a_bound_on_the_answers_there_is_no_upper_end() -> None:
    cost = estimate(statistics(uncapped=3))
    assert cost is not None
    assert cost.high_usd is None
    assert cost.most_usd == cost.low_usd


def test_embeddings_answer_with_no_tokens() -> None:
    cost = estimate(statistics("text-embedding-3-small", uncapped=1_000), endpoint="/v1/embeddings")
    assert cost is not None
    assert cost.high_usd == cost.low_usd > 0


@pytest.mark.parametrize("model", ["echo", "nobody/nothing", "(others)", "", "\x1b[2J"])
def test_a_model_without_a_price_has_no_cost(model: str) -> None:
    assert estimate(statistics(model)) is None
    assert of_usage(model, 10, 10) is None


def test_one_unknown_model_makes_the_whole_unknown() -> None:
    mixed = statistics()
    mixed.models["echo"] = 1
    assert estimate(mixed) is None
    assert estimate(Statistics()) is None


def test_litellms_spelling_names_the_provider() -> None:
    assert estimate(statistics("openai/gpt-4o-mini")) == estimate(statistics())


def test_a_provider_without_a_batch_price_is_said_to_have_none() -> None:
    cost = estimate(statistics("gpt-4o"), provider="azure")
    assert cost is not None
    assert not cost.is_batch_price


def test_usage_has_one_price_and_cached_tokens_cost_no_more() -> None:
    cost = of_usage("gpt-4o-mini", 1_000_000, 500_000, requests=1_000)
    assert cost is not None
    assert cost.low_usd == cost.high_usd == pytest.approx(0.225)
    cached = of_usage("gpt-4o-mini", 1_000_000, 500_000, cached_tokens=900_000, requests=1_000)
    assert cached is not None
    assert cached.low_usd <= cost.low_usd
    assert of_usage("gpt-4o-mini", -1, 5) is None


def test_several_files_together() -> None:
    bounded, open_ended = Cost(1.0, 2.0, True), Cost(1.0, None, False)
    assert total([bounded, bounded]) == Cost(2.0, 4.0, True)
    assert total([bounded, open_ended]) == Cost(2.0, None, False)
    assert total([bounded, None]) is None
    assert total([]) is None


def test_what_the_proxy_says_comes_first() -> None:
    rates = {"echo": Rate(1e-6, 2e-6, is_batch_price=False)}
    cost = estimate(statistics("echo"), rates=rates)
    assert cost is not None
    assert cost.low_usd == pytest.approx(1.0)
    assert cost.high_usd == pytest.approx(2.0)
    assert not cost.is_batch_price


def proxy(answer: Any, *, kind: Any = "litellm", status: int = 200) -> Session:
    def handle(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/v1/model/info"
        return httpx.Response(status, content=json.dumps(answer))

    profile = Profile("proxy", "http://proxy:4000", kind=kind)
    client = BatchClient(
        base_url=profile.base_url, kind=kind, transport=httpx.MockTransport(handle)
    )
    return Session(profile, client=client)


async def test_the_rates_of_a_proxy() -> None:
    both = {"input_cost_per_token": 2e-6, "input_cost_per_token_batches": 1e-6}
    rows = [
        {"model_name": "both", "model_info": both},
        {"model_name": "listed", "model_info": {"output_cost_per_token": 3e-6}},
        {"model_name": "free", "model_info": {"input_cost_per_token": 0}},
        {"model_name": "", "model_info": both},
    ]
    async with proxy({"data": rows}) as session:
        assert await proxy_rates(session) == {
            "both": Rate(1e-6, 0.0, is_batch_price=True),
            "listed": Rate(0.0, 3e-6, is_batch_price=False),
        }


async def test_no_rates_where_none_are_told() -> None:
    async with proxy({}, status=403) as session:
        assert await proxy_rates(session) == {}
    async with proxy(None, kind="openai") as session:
        assert await proxy_rates(session) == {}
