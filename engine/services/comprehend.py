"""Comprehend: limits and languages as documented, findings by word lists and patterns.

https://docs.aws.amazon.com/comprehend/latest/dg/guidelines-and-limits.html"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from engine.host import ApiError, Host
from engine.services.service import Params
from engine.services.stand_in import StandIn

Found = dict[str, Any]

# UTF-8 bytes of a text: KB are thousands, according to the service's refusal.
_LIMITS = {"DetectSentiment": 5000, "DetectKeyPhrases": 99_999}
_OTHER_LIMIT = 100_000
_BATCH_TEXTS, _BATCH_LIMIT = 25, 5000
# The parameter's type has more languages than the service accepts for personal data.
_PII_LANGUAGES = {"en", "es"}

_STOP_WORDS = {
    "en": {"the", "and", "is", "was", "of", "from", "with", "my", "this"},
    "es": {"el", "los", "las", "y", "es", "del", "con", "mi", "muy"},
    "fr": {"le", "les", "et", "est", "des", "avec", "mon", "une", "dans"},
    "de": {"der", "die", "und", "ist", "von", "mit", "mein", "das", "nicht"},
    "it": {"il", "gli", "e", "della", "con", "mio", "sono", "che", "molto"},
    "pt": {"o", "os", "e", "do", "com", "meu", "não", "uma", "muito"},
}
_POSITIVE = {"good", "great", "excellent", "friendly", "happy", "love", "loved", "punctual", "thanks"}
_NEGATIVE = {"bad", "terrible", "late", "lost", "rude", "angry", "hate", "delayed", "cancelled"}

_NAME = r"[A-Z][\w'-]+(?: [A-Z][\w'-]+)*"
_ENTITIES = {"LOCATION": rf"(?<=\b(?:from|near) )({_NAME})", "OTHER": rf"\b({_NAME})"}
_PII = {
    "EMAIL": r"\b([\w.+-]+@[\w-]+\.[\w.-]*\w)",
    "CREDIT_DEBIT_NUMBER": r"\b((?:\d{4}[ -]?){3}\d{4})\b",
    "PHONE": r"(?<![\d-])(\+?(?:\d[ -]?)?(?:\(\d{3}\) ?|\d{3}[ -])\d{3}[ -]\d{4})\b",
    "NAME": rf"(?i:\bmy name is|\bI am) ({_NAME})",
}
_PHRASES = {"": r"(?i)\b((?:the|a|an|my|our|this) \w+)"}


class Comprehend(StandIn):
    name = "comprehend"
    taken = ("Text", "TextList", "LanguageCode")

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.operations = {
            "DetectDominantLanguage": lambda params: {"Languages": _languages(params["Text"])},
            "DetectSentiment": lambda params: _sentiment(params["Text"]),
            "DetectEntities": lambda params: {"Entities": _entities(params["Text"])},
            "DetectKeyPhrases": lambda params: {"KeyPhrases": list(_found(params["Text"], _PHRASES))},
            "DetectPiiEntities": lambda params: {"Entities": list(_found(params["Text"], _PII))},
            "BatchDetectSentiment": lambda params: _each(params, _sentiment),
            "BatchDetectEntities": lambda params: _each(params, lambda text: {"Entities": _entities(text)}),
        }

    def refuse(self, operation: str, params: Params) -> None:
        super().refuse(operation, params)
        if operation == "DetectEntities" and not params.keys() >= {"Text", "LanguageCode"}:
            raise ApiError("InvalidRequestException", "Text and LanguageCode are needed without an endpoint.")
        if operation == "DetectPiiEntities" and params["LanguageCode"] not in _PII_LANGUAGES:
            raise ApiError(
                "UnsupportedLanguageException",
                f"Input language {params['LanguageCode']} is not supported for the operation.",
            )
        texts = params.get("TextList", [params.get("Text", "")])
        if len(texts) > _BATCH_TEXTS:
            sizes = f"at most {_BATCH_TEXTS} documents are allowed in a request, this one has {len(texts)}"
            raise ApiError("BatchSizeLimitExceededException", f"Batch size exceeds limit: {sizes}")
        limit = _BATCH_LIMIT if "TextList" in params else _LIMITS.get(operation, _OTHER_LIMIT)
        # One text that is too long makes the service refuse the whole batch.
        for size in (len(text.encode()) for text in texts):
            if size > limit:
                raise ApiError(
                    "TextSizeLimitExceededException",
                    f"Input text size exceeds limit. Max length of request text allowed is {limit} bytes "
                    f"while in this request the text size is {size} bytes",
                )


def _each(params: Params, find: Callable[[str], Found]) -> Found:
    found = [{"Index": index, **find(text)} for index, text in enumerate(params["TextList"])]
    return {"ResultList": found, "ErrorList": []}


def _languages(text: str) -> list[Found]:
    words = set(re.findall(r"\w+", text.lower()))
    counts = {code: len(words & stop_words) for code, stop_words in _STOP_WORDS.items()}
    best = max(counts, key=lambda code: counts[code])
    return [{"LanguageCode": best, "Score": (counts[best] + 1) / (sum(counts.values()) + 1)}]


def _sentiment(text: str) -> Found:
    words = re.findall(r"\w+", text.lower())
    positive, negative = (sum(word in known for word in words) for known in (_POSITIVE, _NEGATIVE))
    mixed = min(positive, negative)
    counts = {"Positive": positive - mixed, "Negative": negative - mixed, "Neutral": 0.5, "Mixed": 2 * mixed}
    scores = {name: count / sum(counts.values()) for name, count in counts.items()}
    return {"Sentiment": max(scores, key=lambda name: scores[name]).upper(), "SentimentScore": scores}


def _entities(text: str) -> list[Found]:
    """Every name once, under the first matching pattern."""
    places = {found["BeginOffset"]: found for found in reversed(list(_found(text, _ENTITIES)))}
    return [places[begin] for begin in sorted(places)]


def _found(text: str, patterns: dict[str, str]) -> Iterator[Found]:
    """Matches of the patterns' groups, with offsets in code points, which are Python's indices too."""
    for kind, pattern in patterns.items():
        for match in re.finditer(pattern, text):
            begin, end = match.span(1)
            yield {"Score": 0.99, "Type": kind, "Text": match[1], "BeginOffset": begin, "EndOffset": end}
