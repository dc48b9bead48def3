"""What was known of an input when it was sent: its estimate stands beside what it cost.

Counts only, beside the ledger; they are priced when somebody looks. For a thread.
"""

from __future__ import annotations

from typing import Final

import msgspec

from batchtui.jsonl.statistics import Statistics
from batchtui.workflows.ledger import Ledger

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS foreseen (
    account TEXT NOT NULL,
    batch_id TEXT NOT NULL,
    figures TEXT NOT NULL,
    PRIMARY KEY (account, batch_id)
) STRICT;
"""


class _Figures(msgspec.Struct):
    requests: int
    models: dict[str, int]
    endpoints: dict[str, int]
    input_tokens: int
    most_output_tokens: int
    uncapped_requests: int


def record(ledger: Ledger, account: str, batch_id: str, statistics: Statistics) -> None:
    """Raises BatchtuiError when the ledger cannot be written."""
    figures = _Figures(
        statistics.requests,
        statistics.models,
        statistics.endpoints,
        statistics.estimated_input_tokens,
        statistics.max_output_tokens,
        statistics.uncapped_requests,
    )
    with ledger.beside(_SCHEMA) as database:
        database.execute(
            "INSERT OR REPLACE INTO foreseen VALUES (?, ?, ?)",
            (account, batch_id, msgspec.json.encode(figures).decode()),
        )


def of_batch(ledger: Ledger, account: str, batch_id: str) -> Statistics | None:
    """What `cost.estimate` needs, if this machine sent the batch. Raises BatchtuiError."""
    with ledger.beside(_SCHEMA) as database:
        row = database.execute(
            "SELECT figures FROM foreseen WHERE account = ? AND batch_id = ?", (account, batch_id)
        ).fetchone()
    if row is None:
        return None
    figures = msgspec.json.decode(row[0], type=_Figures)
    return Statistics(
        requests=figures.requests,
        models=figures.models,
        endpoints=figures.endpoints,
        estimated_input_tokens=figures.input_tokens,
        max_output_tokens=figures.most_output_tokens,
        uncapped_requests=figures.uncapped_requests,
    )
