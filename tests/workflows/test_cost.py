"""What a batch costs: as a range before it is sent, and from its usage; nothing is guessed."""

from __future__ import annotations

import pytest

from batchtui.jsonl.statistics import Statistics
from batchtui.workflows.cost import estimate, of_usage


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
