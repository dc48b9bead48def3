"""Many batches by one call: the list, as long as it can be believed.

A list has shown `validating` for batches that had ended (LiteLLM issue 22982), other ids than a
retrieve takes, and not the newest. Owns what makes it unbelievable; it is then not asked again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from batchtui.errors import InvalidRequestError, NotFoundError, ProtocolError
from batchtui.models import status
from batchtui.models.batch import Batch

if TYPE_CHECKING:
    from batchtui.client import BatchClient

PAGE: Final = 100
MOST_PAGES: Final = 3
MOST_GARBLED: Final = 3
STILL: Final = 6
"""After so many answers without a move a batch is asked for itself: a minute, as the app asks."""

_ORDER: Final = {status.VALIDATING: 0, status.IN_PROGRESS: 1}
_LATER: Final = 2
_FINAL: Final = 3


class ListedBatches:
    def __init__(self) -> None:
        self.is_believed = True
        self._garbled = 0

    async def rows(
        self, client: BatchClient, wanted: Sequence[str], seen: Mapping[str, Batch]
    ) -> dict[str, Batch]:
        """Those of `wanted` that the list shows, by id; none where it does not help.

        `seen`: what is known already; a list that is behind it is not believed any more. Raises
        any ApiError but those that say that there is no such list.
        """
        if not self.is_believed or len(wanted) < 2:
            return {}
        missing = set(wanted)
        rows: dict[str, Batch] = {}
        pages = 0
        try:
            async for page in client.batches.list(limit=PAGE).pages():
                rows.update((each.id, each) for each in page.data if each.id in missing)
                missing -= rows.keys()
                pages += 1
                if not missing or pages == MOST_PAGES:
                    break
        except ProtocolError:
            self._garbled += 1
            self.is_believed = self._garbled < MOST_GARBLED
            return {}
        except (InvalidRequestError, NotFoundError):
            rows = {}
        self._garbled = 0
        behind = any(is_behind(row, seen[key]) for key, row in rows.items() if key in seen)
        if behind or not rows:
            self.is_believed = False
            return {}
        return rows


class Corrections:
    """What asking for single batches has shown better than the list does, for one who shows it."""

    def __init__(self) -> None:
        self._better: dict[str, Batch] = {}
        self._still: Counter[str] = Counter()

    def apply(self, rows: dict[str, Batch]) -> None:
        """Put what is known in place of rows that are behind it, until the list has caught up."""
        for batch_id, known in tuple(self._better.items()):
            row = rows.get(batch_id)
            if row is not None and is_behind(row, known):
                rows[batch_id] = known
            else:
                del self._better[batch_id]

    def suspect(self, before: Mapping[str, Batch], rows: Mapping[str, Batch]) -> str | None:
        """One batch that should move and has not for some answers, each such one in its turn."""
        for batch_id, row in rows.items():
            if row.is_terminal or before.get(batch_id) != row:
                self._still.pop(batch_id, None)
            else:
                self._still[batch_id] += 1
        for batch_id in self._still.keys() - rows.keys():
            del self._still[batch_id]
        stillest = self._still.most_common(1)
        if not stillest or stillest[0][1] < STILL:
            return None
        del self._still[stillest[0][0]]
        return stillest[0][0]

    def learn(self, batch: Batch, rows: dict[str, Batch]) -> None:
        """`batch` is what the server said when it was asked for this one, after the list."""
        if is_behind(rows[batch.id], batch):
            self._better[batch.id] = batch
            rows[batch.id] = batch


def is_behind(row: Batch, known: Batch) -> bool:
    """`row` shows an earlier state of the batch than `known`, which is older."""
    if _rank(row.status) != _rank(known.status):
        return _rank(row.status) < _rank(known.status)
    before, after = known.request_counts, row.request_counts
    if before is None or after is None:
        return after is None and before is not None and before.total > 0
    return after.completed + after.failed < before.completed + before.failed


def _rank(word: str) -> int:
    return _FINAL if status.is_terminal(word) else _ORDER.get(word, _LATER)
