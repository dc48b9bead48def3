"""A batch's metadata against the server's bounds: OpenAI takes 16 pairs, keys of 64 characters and
values of 512; LiteLLM forwards longer ones unchecked."""

from __future__ import annotations

from collections.abc import Mapping

from batchtui.jsonl.problems import Problem, problem
from batchtui.models.limits import OPENAI, Limits


def check_metadata(metadata: Mapping[str, str], limits: Limits = OPENAI) -> list[Problem]:
    """What the server will not take, one Problem each; without lines."""
    found: list[Problem] = []

    def add(message: str, field: str) -> None:
        found.append(problem("invalid_metadata", None, message, field=field))

    if len(metadata) > limits.metadata_pairs:
        add(f"{len(metadata)} pairs, and the server takes {limits.metadata_pairs}", "metadata")
    for key, value in metadata.items():
        where = f"metadata.{key}"
        if not key:
            add("a key is empty", where)
        if len(key) > limits.metadata_key_chars:
            add(f"the key has more than {limits.metadata_key_chars} characters", where)
        if len(value) > limits.metadata_value_chars:
            add(f"the value has more than {limits.metadata_value_chars} characters", where)
    return found
