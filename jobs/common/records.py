"""JSON lines from other systems: parsing, and counting of refused records with place and reason."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from common import schema

# Errors that parsing a foreign record may raise. A number beyond float raises OverflowError, a million
# brackets raise RecursionError; neither is a ValueError.
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
# Single faulty records are normal while a client is developed; a larger share means that a sender is broken.
MOST_REFUSED = 0.05
SHOWN = 10
GZIP, BYTE_ORDER_MARK = b"\x1f\x8b", b"\xef\xbb\xbf"


@dataclass
class Refusals:
    """
    Refused records, beside the number of accepted ones.

    :ivar whole: objects that could not be read at all; their number of records is unknown
    :ivar reasons: number of violations of each rule
    :ivar first: the first refused records, with object, line and value
    """

    count: int = 0
    kept: int = 0
    whole: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    first: list[dict[str, Any]] = field(default_factory=list)

    def add(self, place: str, line: int | None, problem: object) -> None:
        """:param problem: `<rule>, got <value>`; text without a value is the rule itself"""
        # An unpaired surrogate, valid in JSON, would raise an error wherever the sentence is printed.
        sentence = _sentence(problem)[:300].encode(errors="backslashreplace").decode()
        self.count += 1
        self.whole += line is None
        self.reasons[sentence.split(", got ")[0]] += 1
        if len(self.first) < SHOWN:
            self.first.append({"object": place, "line": line, "problem": sentence})

    @property
    def share(self) -> float:
        """Share of refused records among all; 1 when an object could not be read."""
        if self.whole:
            return 1.0
        return self.count / (self.count + self.kept) if self.count else 0.0

    def describe(self) -> str:
        """How many records were refused, for which reasons, and where the first one stands."""
        reasons = "; ".join(f"{count} {reason}" for reason, count in self.reasons.most_common(3))
        first = self.first[0]
        line = "" if first["line"] is None else f" line {first['line']}"
        place = f"{first['object']}{line}"
        total = self.count + self.kept
        return f"{self.count:,} of {total:,} refused ({reasons}), first {place}: {first['problem']}"

    def to_json(self) -> dict[str, Any]:
        return {"count": self.count, "share": self.share, "reasons": dict(self.reasons), "first": self.first}


def _sentence(problem: object) -> str:
    if isinstance(problem, json.JSONDecodeError):
        return f"a text inside the record must be JSON ({problem.msg}), got {problem.doc[:60]!r}"
    if isinstance(problem, ValueError | str):
        return str(problem)
    return f"a record must have the documented form, got {problem!r}"


def lines(place: str, content: bytes, refusals: Refusals) -> Iterator[tuple[int, str]]:
    """
    Number and text of every line that is not empty. Only a line feed ends a line: `str.splitlines` would also
    split at U+2028 and U+0085, which JSON writers leave unescaped inside a text.
    """
    if content.startswith(GZIP):
        refusals.add(place, None, "the object is gzip: deliver JSON lines that are not compressed")
        return
    for number, line in enumerate(content.split(b"\n"), 1):
        # Concatenated files keep their byte order marks.
        text = line.removeprefix(BYTE_ORDER_MARK)
        if text.strip():
            try:
                yield number, text.decode("utf-8")
            except UnicodeDecodeError as problem:
                refusals.add(place, number, f"a line must be UTF-8, got {problem.object[problem.start]:#x}")


def values(place: str, content: bytes, refusals: Refusals) -> Iterator[tuple[int, Any]]:
    """Every JSON value with its line number. Invalid JSON ends the reading of its line."""
    for number, line in lines(place, content, refusals):
        try:
            for value in _side_by_side(line):
                yield number, value
        except UNREADABLE as problem:
            refusals.add(place, number, problem)


def _side_by_side(line: str) -> Iterator[Any]:
    """
    The JSON values of a line: Firehose concatenates records that do not end with a line feed.

    :raises ValueError: when the line is not JSON
    """
    decoder, at = json.JSONDecoder(), 0
    line = line.strip()
    while at < len(line):
        try:
            value, at = decoder.raw_decode(line, at)
        except json.JSONDecodeError as problem:
            raise ValueError(f"a line must be JSON ({problem.msg}), got {line[at : at + 60]!r}") from problem
        yield value
        while at < len(line) and line[at].isspace():
            at += 1


def utc(name: str, value: Any) -> datetime:
    """
    A time within the years that an event can have; a time without a zone is UTC.

    :param name: key of the value, for the message
    :raises ValueError: when the value is not such a time
    """
    first, last = schema.time_bounds()
    try:
        time = datetime.fromisoformat(value)
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, TypeError, OverflowError) as problem:
        raise ValueError(f"{name} must be an ISO 8601 time, got {value!r:.60}") from problem
    if not first <= time.isoformat() <= last:
        raise ValueError(f"{name} must lie in {first[:10]} to {last[:10]}, got {value!r}")
    return time
