"""Which records of a file or batch one wants: the filter language of the viewer and of `view`.

`outcome:failed,expired status:429 code:rate_limit_exceeded id:t-08 some text`: all terms must hold,
a comma means or, and what is no term is one piece of text to look for. `outcome:!ok` is every other
outcome; `re:` makes the rest a regular expression.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from batchtui.errors import UsageError
from batchtui.jsonl.outcomes import Outcome

if TYPE_CHECKING:
    from batchtui.jsonl.results import Result

REGEX: Final = "re:"
FIELDS: Final = ("outcome", "status", "code", "id")
_TERM: Final = re.compile(rf"({'|'.join(FIELDS)}):(\S*)\s*")
_EQUALS: Final = re.compile(rf"\b({'|'.join(FIELDS)})=")
_LIKE_A_TERM: Final = re.compile(r"(?:^|\s)([A-Za-z_]\w*)[=:](?!//)")


@dataclass(frozen=True, slots=True)
class Where:
    """None, or empty: anything. `text` is looked for in the whole line, `custom_id` in the id.

    Of `statuses`, 0 is a result without HTTP. A failure without a code has its status as code.
    """

    outcomes: frozenset[Outcome] | None = None
    codes: frozenset[str] | None = None
    custom_id: str = ""
    text: str = ""
    is_regex: bool = False
    statuses: frozenset[int] | None = None

    @property
    def is_outcome_only(self) -> bool:
        """The outcome of a record alone decides."""
        return self == Where(outcomes=self.outcomes)

    @property
    def asks_result(self) -> bool:
        """What the server told of a failure decides: a status or a code."""
        return self.statuses is not None or self.codes is not None

    def fits(self, result: Result) -> bool:
        """`result` has one of the statuses and one of the codes."""
        status = result.status_code or 0
        if self.statuses is not None and status not in self.statuses:
            return False
        return self.codes is None or (result.code or str(status)) in self.codes

    @property
    def is_empty(self) -> bool:
        return self == Where()

    def __str__(self) -> str:
        terms = []
        if self.outcomes is not None:
            others = frozenset(Outcome) - self.outcomes
            few, sign = (others, "!") if len(others) < len(self.outcomes) else (self.outcomes, "")
            terms.append(f"outcome:{sign}" + ",".join(each for each in Outcome if each in few))
        if self.statuses is not None:
            terms.append("status:" + ",".join(str(each) for each in sorted(self.statuses)))
        if self.codes is not None:
            terms.append("code:" + ",".join(sorted(self.codes)))
        if self.custom_id:
            terms.append(f"id:{self.custom_id}")
        if self.text:
            terms.append(f"{REGEX if self.is_regex else ''}{self.text}")
        return " ".join(terms)


def parse_where(typed: str) -> Where:
    """What `typed` asks for; `outcome=failed` is understood too. Raises UsageError."""
    rest = _EQUALS.sub(r"\1:", typed.strip())
    outcomes: frozenset[Outcome] | None = None
    codes: frozenset[str] | None = None
    statuses: frozenset[int] | None = None
    custom_id = ""
    while term := _TERM.match(rest):
        rest = rest[term.end() :]
        field, value = term.groups()
        if field == "outcome":
            named = outcomes_of(value)
            outcomes = named if outcomes is None else outcomes & named
        elif field == "status":
            statuses = _statuses_of(value)
        elif field == "code":
            codes = frozenset(each for each in value.split(",") if each)
        else:
            custom_id = value
    is_regex = rest.startswith(REGEX)
    text = rest.removeprefix(REGEX)
    return Where(outcomes, codes, custom_id, text, is_regex and bool(text), statuses)


def parse_terms(typed: str) -> Where:
    """As `parse_where`, for scripts: what looks like a term but is none is not taken for text.

    Raises UsageError, also for a term behind text.
    """
    where = parse_where(typed)
    if where.is_regex or not (word := _LIKE_A_TERM.search(where.text)):
        return where
    name = word[1]
    if name in FIELDS:
        raise UsageError(f"{name} stands behind text", hint="terms come first, then the text")
    raise UsageError(
        f"no field is called {name!r}",
        hint=f"there are {', '.join(FIELDS)}; --grep looks for text",
    )


def outcomes_of(value: str) -> frozenset[Outcome]:
    """`failed,expired`, or `!ok` for all others. Raises UsageError for a word that is none."""
    names = [each for each in value.removeprefix("!").casefold().split(",") if each]
    known = {str(outcome) for outcome in Outcome}
    for name in names:
        if name not in known:
            raise UsageError(
                f"no outcome is called {name!r}", hint=f"there are {', '.join(sorted(known))}"
            )
    named = frozenset(Outcome(name) for name in names)
    return frozenset(Outcome) - named if value.startswith("!") else named


def _statuses_of(value: str) -> frozenset[int]:
    """`400,429`. Raises UsageError for what is no number."""
    words = [each for each in value.split(",") if each]
    for word in words:
        if not (word.isascii() and word.isdigit() and len(word) < 6):
            raise UsageError(f"no HTTP status is {word!r}", hint="it is a number, as in status:429")
    return frozenset(int(word) for word in words)
