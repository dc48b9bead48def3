"""What a batch costs, before it is sent as a range and afterwards from its usage, in US dollars.

Prices are those that a proxy tells, else those of the `genai-prices` package, whose data comes with
it: nothing is asked of any network here. A model that neither knows has no price, and no guess is
made. Importing the package takes almost half a second, so everything here belongs into a thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from batchtui.jsonl.statistics import Statistics
from batchtui.workflows.rates import Rate

if TYPE_CHECKING:
    from genai_prices import Usage
    from genai_prices.types import PriceCalculation

BATCH: Final = {"processing": "batch"}
WITHOUT_OUTPUT: Final = ("/embeddings", "/moderations")
"""Ends of endpoints that answer with no tokens."""


@dataclass(frozen=True, slots=True)
class Cost:
    """`low_usd`: the prompts alone. `high_usd`: with every answer as long as its request allows;
    None where requests set no bound. `is_batch_price`: the discount of the provider's batches is
    in it; False: it is the list price, as no other is known."""

    low_usd: float
    high_usd: float | None
    is_batch_price: bool

    @property
    def most_usd(self) -> float:
        """The highest figure that is known."""
        return self.low_usd if self.high_usd is None else self.high_usd


def estimate(
    statistics: Statistics,
    *,
    endpoint: str | None = None,
    provider: str | None = None,
    rates: Mapping[str, Rate] | None = None,
) -> Cost | None:
    """What a file would cost; None where a model has no known price.

    `rates`: prices that the server itself tells, by model; they come first. Several models share
    the tokens by their number of requests. Some prices rise with the length of a prompt, so it is
    the mean request that is priced.
    """
    requests = sum(statistics.models.values())
    if not requests:
        return None
    answers = not (endpoint or next(iter(statistics.endpoints), "")).endswith(WITHOUT_OUTPUT)
    mean_input = round(statistics.estimated_input_tokens / requests)
    mean_output = round(statistics.max_output_tokens / requests) if answers else 0
    low = high = 0.0
    is_batch_price = True
    for model, count in statistics.models.items():
        rate = (rates or {}).get(model)
        if rate is not None:
            usd = mean_input * rate.input_usd, mean_output * rate.output_usd
            price: _Price | None = _Price(*usd, rate.is_batch_price)
        else:
            price = _price(model, mean_input, mean_output, provider=provider)
        if price is None:
            return None
        low += count * price.input_usd
        high += count * (price.input_usd + price.output_usd)
        is_batch_price = is_batch_price and price.is_batch_price
    is_bounded = not answers or not statistics.uncapped_requests
    return Cost(low, high if is_bounded else None, is_batch_price)


def total(costs: Sequence[Cost | None]) -> Cost | None:
    """Of several files together; None where one is not known."""
    known = [cost for cost in costs if cost is not None]
    if not costs or len(known) < len(costs):
        return None
    highs = [cost.high_usd for cost in known if cost.high_usd is not None]
    return Cost(
        sum(cost.low_usd for cost in known),
        sum(highs) if len(highs) == len(known) else None,
        all(cost.is_batch_price for cost in known),
    )


def of_usage(
    model: str,
    input_tokens: int,
    output_tokens: int,
    *,
    cached_tokens: int = 0,
    requests: int = 1,
    provider: str | None = None,
) -> Cost | None:
    """What these tokens cost, of so many `requests` together; None where no price is known."""
    count = max(requests, 1)
    cached = min(cached_tokens, input_tokens)
    means = (round(each / count) for each in (input_tokens, output_tokens, cached))
    mean_input, mean_output, mean_cached = means
    if min(mean_input, mean_output, mean_cached) < 0:
        return None
    price = _price(model, mean_input, mean_output, cached_tokens=mean_cached, provider=provider)
    if price is None:
        return None
    usd = count * (price.input_usd + price.output_usd)
    return Cost(usd, usd, price.is_batch_price)


@dataclass(frozen=True, slots=True)
class _Price:
    input_usd: float
    output_usd: float
    is_batch_price: bool


def _price(
    model: str,
    input_tokens: int,
    output_tokens: int,
    *,
    cached_tokens: int = 0,
    provider: str | None = None,
) -> _Price | None:
    """Of one request of so many tokens."""
    from genai_prices import Usage

    usage = Usage(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cache_read_tokens=cached_tokens or None,
    )
    for name, of_provider in _spellings(model, provider):
        batch = _calculated(usage, name, of_provider, is_batch=True)
        if batch is None:
            continue
        listed = _calculated(usage, name, of_provider, is_batch=False)
        is_discounted = listed is None or batch.model_price != listed.model_price
        return _Price(float(batch.input_price), float(batch.output_price), is_discounted)
    return None


def _calculated(
    usage: Usage, model: str, provider: str | None, *, is_batch: bool
) -> PriceCalculation | None:
    from genai_prices import calc_price

    try:
        return calc_price(
            usage, model, provider_id=provider, price_context=BATCH if is_batch else None
        )
    except (LookupError, ValueError):
        return None


def _spellings(model: str, provider: str | None) -> Iterator[tuple[str, str | None]]:
    """The model as the prices may call it, and whose it is: LiteLLM writes `provider/model`."""
    head, slash, rest = model.partition("/")
    if provider:
        yield model, provider
    if slash:
        yield rest, head
        return
    if not provider:
        yield model, None
        if model.startswith("text-embedding-"):
            yield model, "openai"
