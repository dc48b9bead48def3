"""Many batches by one call: the list, as long as it can be believed.

A list has shown `validating` for batches that had ended (LiteLLM issue 22982), other ids than a
retrieve takes, and not the newest. Owns what makes it unbelievable; it is then not asked again.
"""

from __future__ import annotations

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
