"""Polly: texts, markup, voices and limits are checked; the audio is silence of about the right length.

https://docs.aws.amazon.com/polly/latest/dg/limits.html"""

import json
import re
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from engine.host import ApiError, Host
from engine.services.service import Params
from engine.services.stand_in import StandIn

_BILLED, _TOTAL = 3000, 6000
_MS_PER_CHARACTER = 70
# 16 kHz, 16 bits, mono.
_PCM_BYTES_PER_MS = 32
# MPEG-2 layer III, 48 kbit/s, 22.05 kHz, mono: 576 samples whose part of the spectrum is empty.
_MP3_FRAME, _MP3_FRAME_MS = b"\xff\xf3\x60\xc4".ljust(156, b"\0"), 26
_AUDIO = {"mp3": "audio/mpeg", "pcm": "audio/pcm"}
# Some voices of https://docs.aws.amazon.com/polly/latest/dg/available-voices.html.
_BOTH = {"standard", "neural"}
_VOICES = {
    **dict.fromkeys(("Joanna", "Matthew", "Amy", "Lucia", "Lea", "Vicki"), _BOTH),
    "Carmen": {"standard"},
    "Ruth": {"neural"},
}
# https://docs.aws.amazon.com/polly/latest/dg/supportedtags.html
_STANDARD_TAGS = {"emphasis", "amazon:auto-breaths", "amazon:breath", "amazon:effect"}
_TAGS = {
    "speak", "break", "lang", "mark", "p", "phoneme", "prosody", "s", "say-as", "sub", "w", "amazon:domain",
} | _STANDARD_TAGS  # fmt: skip


class Polly(StandIn):
    name = "polly"
    taken = ("Engine", "OutputFormat", "SpeechMarkTypes", "Text", "TextType", "VoiceId")

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.operations = {"SynthesizeSpeech": self._synthesize}

    def refuse(self, operation: str, params: Params) -> None:
        super().refuse(operation, params)
        if operation != "SynthesizeSpeech":
            return
        voice, engine, marks = (
            params["VoiceId"],
            params.get("Engine", "standard"),
            "SpeechMarkTypes" in params,
        )
        for name, known in ("VoiceId", voice in _VOICES), ("Engine", engine in _BOTH):
            if not known:
                raise ApiError(self.invalid, f"{name} {params[name]} is not rehearsed.")
        if params["OutputFormat"] not in (*_AUDIO, "json") or (params["OutputFormat"] == "json") > marks:
            raise ApiError(
                self.invalid, f"OutputFormat {params['OutputFormat']} without marks is not rehearsed."
            )
        if engine not in _VOICES[voice]:
            raise ApiError(
                "EngineNotSupportedException", f"This voice does not support the selected engine: {engine}"
            )
        if marks and params["OutputFormat"] != "json":
            raise ApiError(
                "MarksNotSupportedForFormatException", "Speech marks are only supported in json format"
            )
        if "ssml" in params.get("SpeechMarkTypes", ()) and params.get("TextType") != "ssml":
            raise ApiError(
                "SsmlMarksNotSupportedForTextTypeException",
                "SSML speech marks are only supported for SSML text type",
            )

    def _synthesize(self, params: Params) -> dict[str, Any]:
        text, engine = params["Text"], params.get("Engine", "standard")
        spoken = _words(text, engine) if params.get("TextType") == "ssml" else text
        if len(text) > _TOTAL or len(spoken) > _BILLED:
            raise ApiError("TextLengthExceededException", "Maximum text length has been exceeded")
        milliseconds = len(spoken) * _MS_PER_CHARACTER
        match params["OutputFormat"]:
            case "pcm":
                stream = bytes(milliseconds * _PCM_BYTES_PER_MS)
            case "mp3":
                stream = _MP3_FRAME * (milliseconds // _MP3_FRAME_MS)
            case _:
                lines = sorted(_marks(text, set(params["SpeechMarkTypes"])), key=lambda mark: mark["time"])
                stream = "".join(f"{json.dumps(mark)}\n" for mark in lines).encode()
        content_type = _AUDIO.get(params["OutputFormat"], "application/x-json-stream")
        return {"AudioStream": stream, "ContentType": content_type, "RequestCharacters": len(spoken)}


def _words(ssml: str, engine: str) -> str:
    """The billed part of SSML: everything but its tags. Prefixes belong to the tags' names."""
    tags: list[str] = []
    texts: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _: tags.append(name)
    parser.CharacterDataHandler = texts.append
    try:
        parser.Parse(ssml, True)
    except expat.ExpatError:
        tags = []
    known = _TAGS if engine == "standard" else _TAGS - _STANDARD_TAGS
    if not known.issuperset(tags) or tags[:1] != ["speak"]:
        raise ApiError("InvalidSsmlException", "Invalid SSML request")
    return "".join(texts)


def _marks(text: str, types: set[str]) -> Iterator[dict[str, Any]]:
    """Offsets are bytes of the request's text, including tags."""
    plain = re.sub(r"<[^>]*>", lambda tag: " " * len(tag[0]), text)
    patterns = {"sentence": r"\w[^.!?]*[.!?]?", "word": r"\w+(?:['-]\w+)*", "viseme": r"\w+"}
    found = [
        (kind, match, match[0]) for kind in types - {"ssml"} for match in re.finditer(patterns[kind], plain)
    ]
    if "ssml" in types:
        found += [("ssml", mark, mark[1]) for mark in re.finditer(r"<mark\s+name=[\"']([^\"']*)[^>]*>", text)]
    for kind, match, value in found:
        start, end = (len(text[:at].encode()) for at in match.span())
        time = len(plain[: match.start()].split(" ")) * _MS_PER_CHARACTER
        place = {"start": start, "end": end}
        # A mark of a mouth's shape has no position in the text; "sil" is a closed mouth.
        yield {
            "time": time,
            "type": kind,
            **({} if kind == "viseme" else place),
            "value": "sil" if kind == "viseme" else value,
        }
