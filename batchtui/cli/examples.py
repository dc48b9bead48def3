"""The examples at the end of a command's help. Each one runs in a test."""

from __future__ import annotations


def examples(*lines: str) -> str:
    """The `epilog` of a command: whole command lines, as they are typed."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
