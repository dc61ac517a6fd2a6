"""Values on the wire: typed ones of JSON and CBOR, and texts of XML, forms and headers."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import cbor2
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.utils import parse_timestamp

from engine.services.shapes import typed

# https://www.rfc-editor.org/rfc/rfc8949#section-3.4.2: the tag of an epoch time
EPOCH_TIME = 1
_KINDS = {bool: "BOOLEAN_VALUE", str: "STRING_VALUE", int: "NUMBER_VALUE", float: "NUMBER_VALUE"}


class MalformedError(Exception):
    """A request whose body violates the model, with the services' message."""


def wire_name(name: str, member: Shape) -> str:
    return str(member.serialization.get("name", name))


def _unexpected(value: Any, wanted: str) -> MalformedError:
    """The messages are observed ones of AWS's services; which of them is used differs."""
    if isinstance(value, list):
        return MalformedError("Start of list found where not expected")
    if isinstance(value, Mapping):
        return MalformedError("Start of structure or map found where not expected.")
    kind = _KINDS.get(type(value), "VALUE")
    return MalformedError(f"{kind} can not be converted to {wanted}")


def decode(value: Any, shape: Shape) -> Any:
    """A value of a JSON or CBOR body. Members outside of the model are ignored, like on AWS."""
    if isinstance(shape, StructureShape | MapShape) and not isinstance(value, dict):
        raise _unexpected(value, "a structure or map")
    if isinstance(shape, StructureShape):
        named = ((name, wire_name(name, member), member) for name, member in shape.members.items())
        return {name: decode(value[key], m) for name, key, m in named if value.get(key) is not None}
    if isinstance(shape, MapShape):
        return {key: decode(item, shape.value) for key, item in value.items() if item is not None}
    if isinstance(shape, ListShape):
        if not isinstance(value, list):
            raise MalformedError("Expected list or null")
        return [decode(item, shape.member) for item in value]
    # A time may be written as text.
    if not typed(value, shape, *([str] if shape.type_name == "timestamp" else [])):
        raise _unexpected(value, shape.type_name.capitalize())
    if isinstance(value, str):
        return decode_text(value, shape)
    return value.timestamp() if isinstance(value, datetime) else value


def decode_text(value: Any, shape: Shape) -> Any:
    """A value as text, or a tree of dicts, lists and texts from XML or a form."""
    if isinstance(shape, StructureShape):
        if not isinstance(value, dict):
            if value.strip() if isinstance(value, str) else value:
                raise _unexpected(value, "a structure or map")
            value = {}
        keys = ((name, _element_name(name, member), member) for name, member in shape.members.items())
        return {name: decode_text(value[key], member) for name, key, member in keys if key in value}
    if isinstance(shape, ListShape):
        return [decode_text(item, shape.member) for item in _items(value, shape, "member")]
    if isinstance(shape, MapShape):
        key, item = wire_name("key", shape.key), wire_name("value", shape.value)
        pairs = [pair for pair in _items(value, shape, "entry") if isinstance(pair, dict) and key in pair]
        return {pair[key]: decode_text(pair.get(item, ""), shape.value) for pair in pairs}
    if not isinstance(value, str):
        raise _unexpected(value, shape.type_name.capitalize())
    try:
        match shape.type_name:
            case "integer" | "long":
                return int(value)
            case "float" | "double":
                return float(value)
            case "boolean":
                return {"true": True, "false": False}[value]
            case "blob":
                return base64.b64decode(value, validate=True)
            case "timestamp":
                return parse_timestamp(value).timestamp()
    except (ValueError, KeyError, binascii.Error):
        raise _unexpected(value, shape.type_name.capitalize()) from None
    return value


def _element_name(name: str, member: Shape) -> str:
    """A flattened list has no element of its own, only its items'."""
    if isinstance(member, ListShape) and member.serialization.get("flattened"):
        return wire_name(wire_name(name, member), member.member)
    return wire_name(name, member)


def _items(value: Any, shape: ListShape | MapShape, default: str) -> list[Any]:
    if not shape.serialization.get("flattened"):
        name = wire_name(default, shape.member) if isinstance(shape, ListShape) else default
        if isinstance(value, str) and value.strip():
            raise _unexpected(value, "a list")
        value = value.get(name, []) if isinstance(value, dict) else []
    return value if isinstance(value, list) else [value]


def encode(value: Any, shape: Shape, cbor: bool) -> Any:
    """A value for a JSON or CBOR body."""
    if isinstance(shape, StructureShape):
        members = shape.members
        return {wire_name(k, members[k]): encode(item, members[k], cbor) for k, item in value.items()}
    if isinstance(shape, ListShape):
        return [encode(item, shape.member, cbor) for item in value]
    if isinstance(shape, MapShape):
        return {key: encode(item, shape.value, cbor) for key, item in value.items()}
    if shape.type_name == "timestamp" and cbor:
        return cbor2.CBORTag(EPOCH_TIME, _moment(value).timestamp())
    if shape.type_name == "timestamp":
        text = shape.serialization.get("timestampFormat", "unixTimestamp")
        return _moment(value).timestamp() if text == "unixTimestamp" else encode_text(value, shape, text)
    if shape.type_name == "blob" and not cbor:
        return encode_text(value, shape, "")
    return value


def encode_text(value: Any, shape: Shape, timestamps: str) -> str:
    """A scalar as text; `timestamps` is the default format of times."""
    match shape.type_name:
        case "boolean":
            return str(value).lower()
        case "blob":
            return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()
        case "timestamp":
            moment = _moment(value)
            match shape.serialization.get("timestampFormat", timestamps):
                case "rfc822":
                    return format_datetime(moment.replace(microsecond=0), usegmt=True)
                case "unixTimestamp":
                    return str(moment.timestamp())
            return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(value)


def add_element(parent: Element, name: str, value: Any, shape: Shape) -> None:
    """Write a value below an XML element."""
    if isinstance(shape, ListShape | MapShape):
        flat = shape.serialization.get("flattened")
        holder = parent if flat else SubElement(parent, name)
        if isinstance(shape, ListShape):
            item_name = wire_name(name if flat else "member", shape.member)
            for item in value:
                add_element(holder, item_name, item, shape.member)
            return
        for key, item in value.items():
            pair = SubElement(holder, name if flat else "entry")
            add_element(pair, wire_name("key", shape.key), key, shape.key)
            add_element(pair, wire_name("value", shape.value), item, shape.value)
    elif isinstance(shape, StructureShape):
        holder = SubElement(parent, name)
        for key, item in value.items():
            add_element(holder, wire_name(key, shape.members[key]), item, shape.members[key])
    else:
        SubElement(parent, name).text = encode_text(value, shape, "iso8601")


def _moment(value: Any) -> datetime:
    return value.astimezone(UTC) if isinstance(value, datetime) else datetime.fromtimestamp(value, UTC)
