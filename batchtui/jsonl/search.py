"""Text and regular expressions in a file of any size, forwards and backwards, as byte offsets.

A search for text finds it however JSON spells it: plain, `\\uXXXX`, or with the short escapes. The
file is read in windows, so a search holds the interpreter for a millisecond at a time, and what a
regular expression matches must lie within one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from batchtui.errors import InputError
from batchtui.jsonl.lines import blocks
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.source import CHUNK_BYTES, Source
