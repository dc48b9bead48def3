"""Ids as a person may read them. For display only: on the wire an id goes out as it came in.

LiteLLM packs what it needs for routing into ids, in two ways (1.106). Pure, and raises for no text.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final, NamedTuple

_ENCODED: Final = re.compile(r"(?:file-|batch_)(?P<packed>[A-Za-z0-9_-]{16,}={0,2})\Z")
_MANAGED: Final = re.compile(r"(?P<packed>[A-Za-z0-9_+/-]{16,}={0,2})\Z")
_RAW_KEYS: Final = ("llm_batch_id", "llm_output_file_id")


class DecodedId(NamedTuple):
    """What an id says. `raw`: the provider's own id, or the id itself where none is inside.

    `model`: the model, or names of models, that it is routed by. `unified_id`: of a managed file.
    """

    raw: str
    model: str | None = None
    unified_id: str | None = None

    @property
    def is_plain(self) -> bool:
        return self.model is None and self.unified_id is None


def describe_id(identifier: str) -> DecodedId:
    """What is packed into `identifier`; of any other id, itself.

    Encoded (routed by model): `batch_` and base64 of `litellm:RAW;model,NAME`. Managed (a proxy
    with a database): base64 alone, of `litellm_proxy` and pairs parted by `;`.
    """
    encoded = _ENCODED.match(identifier)
    if encoded:
        text = _unpacked(encoded["packed"])
        if text.startswith("litellm:"):
            raw, _, rest = text.removeprefix("litellm:").partition(";")
            return DecodedId(raw or identifier, model=_pairs(rest).get("model"))
    managed = _MANAGED.match(identifier)
    if managed:
        text = _unpacked(managed["packed"])
        if text.startswith("litellm_proxy"):
            pairs = _pairs(text.partition(";")[2])
            raw = next((pairs[key] for key in _RAW_KEYS if pairs.get(key)), identifier)
            model = pairs.get("target_model_names") or pairs.get("model_id")
            return DecodedId(raw, model=model, unified_id=pairs.get("unified_id"))
    return DecodedId(identifier)


def _unpacked(packed: str) -> str:
    """The text in base64 of either alphabet, padded or not; empty where there is none."""
    standard = packed.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        text = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return text if text.isprintable() else ""


def _pairs(text: str) -> dict[str, str]:
    """`name,value` or `name:value`, parted by `;`. A value may hold either sign."""
    found = {}
    for part in text.split(";"):
        sign = re.search(r"[,:]", part)
        if sign and part[sign.end() :]:
            found[part[: sign.start()]] = part[sign.end() :]
    return found
