"""JSON lines as others wrote them: which are read, and which are refused, where and why."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from common import schema

# What parsing somebody else's record may raise. A number beyond float is an OverflowError, a million brackets
# are a RecursionError; neither is a ValueError.
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
# A client under development sends single wrong records; more of them mean that a sender is broken.
MOST_REFUSED = 0.05
SHOWN = 10
GZIP, BYTE_ORDER_MARK = b"\x1f\x8b", b"\xef\xbb\xbf"


@dataclass
class Refusals:
    """
    Records that were left out, beside the number of those that were not.

    :ivar whole: objects of which nothing could be read; nobody knows how many records they hold
    :ivar reasons: how often each rule was broken
    :ivar first: the first of them, with object, line and value
    """

    count: int = 0
    kept: int = 0
    whole: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    first: list[dict[str, Any]] = field(default_factory=list)

    def add(self, place: str, line: int | None, problem: object) -> None:
        """:param problem: `<rule>, got <value>`; a sentence without a value is a rule by itself"""
        # Half a character, which JSON can name, would end whoever prints the sentence.
        sentence = _sentence(problem)[:300].encode(errors="backslashreplace").decode()
        self.count += 1
        self.whole += line is None
        self.reasons[sentence.split(", got ")[0]] += 1
        if len(self.first) < SHOWN:
            self.first.append({"object": place, "line": line, "problem": sentence})

    @property
    def share(self) -> float:
        """The part of all records that was refused; an object that could not be read counts as all."""
        if self.whole:
            return 1.0
        return self.count / (self.count + self.kept) if self.count else 0.0

    def describe(self) -> str:
        """How many of how many, for which reasons, and where the first one stands."""
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
    Number and text of every line that is not empty. A line ends at a line feed and nowhere else: what JSON
    writers leave as it is inside a text (U+2028, U+0085) ends a line for `str.splitlines`.
    """
    if content.startswith(GZIP):
        refusals.add(place, None, "the object is gzip: deliver JSON lines that are not compressed")
        return
    for number, line in enumerate(content.split(b"\n"), 1):
        # Files that were put together bring their marks along.
        text = line.removeprefix(BYTE_ORDER_MARK)
        if text.strip():
            try:
                yield number, text.decode("utf-8")
            except UnicodeDecodeError as problem:
                refusals.add(place, number, f"a line must be UTF-8, got {problem.object[problem.start]:#x}")


def values(place: str, content: bytes, refusals: Refusals) -> Iterator[tuple[int, Any]]:
    """Every JSON value with the number of its line. What is no JSON takes the rest of its line with it."""
    for number, line in lines(place, content, refusals):
        try:
            for value in _side_by_side(line):
                yield number, value
        except UNREADABLE as problem:
            refusals.add(place, number, problem)


def _side_by_side(line: str) -> Iterator[Any]:
    """
    The JSON values of a line: Firehose puts records that end without a line feed side by side.

    :raises ValueError: when the line is no JSON
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
    A time of the years that an event can have; one without a zone is UTC.

    :param name: of the key, for the message
    :raises ValueError: when it is none
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
