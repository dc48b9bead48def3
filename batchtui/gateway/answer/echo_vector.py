"""Embeddings from a hash: the same text gives the same unit vector, always and everywhere."""

from __future__ import annotations

import array
import base64
import hashlib
import math
import sys


def unit_vector(text: str, dimensions: int) -> list[float]:
    """`dimensions` numbers of length 1 together, rounded to 8 digits."""
    raw = hashlib.shake_256(text.encode("utf-8", "surrogatepass")).digest(dimensions * 2)
    numbers = array.array("h", raw)
    if sys.byteorder == "big":
        numbers.byteswap()
    length = math.sqrt(sum(number * number for number in numbers)) or 1.0
    return [round(number / length, 8) for number in numbers]


def encode_base64(vector: list[float]) -> str:
    """The vector as OpenAI's `encoding_format: base64`: little-endian 32-bit floats."""
    numbers = array.array("f", vector)
    if sys.byteorder == "big":
        numbers.byteswap()
    return base64.b64encode(numbers.tobytes()).decode("ascii")
