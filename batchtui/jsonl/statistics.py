"""What a batch input holds, counted in the same pass that validates it."""

from __future__ import annotations

from dataclasses import dataclass, field

NAMES_LIMIT = 100
"""Distinct models and endpoints kept; the rest count under OTHER."""

OTHER = "(others)"


@dataclass
class Statistics:
    """Counts of one file. `lines` counts all, `requests` those that are not blank.

    `endpoints` and `models` count requests by their value. `estimated_input_tokens`: see tokens.py;
    `max_output_tokens`: the sum of the caps that the requests set, `uncapped_requests` set none.
    `size_histogram[n]` counts lines shorter than 2**n bytes but not than 2**(n-1).
    """

    lines: int = 0
    requests: int = 0
    size_bytes: int = 0
    endpoints: dict[str, int] = field(default_factory=dict)
    models: dict[str, int] = field(default_factory=dict)
    estimated_input_tokens: int = 0
    max_output_tokens: int = 0
    uncapped_requests: int = 0
    longest_line: int | None = None
    longest_line_bytes: int = 0
    size_histogram: list[int] = field(default_factory=lambda: [0] * 65)

    def count_sizes(self, first_line: int, sizes: list[int]) -> None:
        """Count the lines from `first_line` (from 1) on, whose sizes in bytes are `sizes`."""
        histogram = self.size_histogram
        for size in sizes:
            histogram[size.bit_length()] += 1
        longest = max(sizes)
        if longest > self.longest_line_bytes:
            self.longest_line = first_line + sizes.index(longest)
            self.longest_line_bytes = longest

    def count_prompt(self, input_tokens: int, output_cap: int | None) -> None:
        self.estimated_input_tokens += input_tokens
        if output_cap is None:
            self.uncapped_requests += 1
        else:
            self.max_output_tokens += output_cap


def count(names: dict[str, int], name: str, times: int = 1) -> None:
    """Add to the count of `name`, or of OTHER when hostile input has named too many."""
    if name not in names and len(names) >= NAMES_LIMIT:
        name = OTHER
    names[name] = names.get(name, 0) + times
