"""The records of an XML file as Ruby on Rails writes them, one at a time.

A child of the root is a record. Names have hyphens, which become underscores; `type` tells integers, booleans and
arrays, `nil` what is empty. DTDs and entities are refused, as they only ever do harm here.
"""

from collections.abc import Iterator
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from damso.channels.imports.errors import ExportUnreadable
from damso.channels.imports.json_records import Record

DEEPEST = 50


def xml_records(name: str, file: IO[bytes]) -> Iterator[Record]:
    """Raises `ExportUnreadable`."""
    depth = number = 0
    root: Element | None = None
    try:
        for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                depth += 1
                root = element if root is None else root
                if depth > DEEPEST:
                    raise ExportUnreadable("TOO_DEEP", f"{name}#{number}")
                continue
            depth -= 1
            if depth == 1 and root is not None:
                number += 1
                value = _value(element)
                place = f"{name}#{number}"
                collection = element.tag.replace("-", "_")
                yield (
                    Record(collection, value, place)
                    if isinstance(value, dict)
                    else Record(collection, {}, place, "UNKNOWN_SHAPE")
                )
                root.clear()
    except (ParseError, DefusedXmlException, UnicodeDecodeError) as error:
        raise ExportUnreadable("NOT_XML", f"{name}#{number}") from error


def _value(element: Element) -> Any:
    kind = element.get("type", "")
    if element.get("nil") == "true":
        return None
    if kind == "array":
        return [_value(child) for child in element]
    if len(element):
        return {child.tag.replace("-", "_"): _value(child) for child in element}
    text = element.text or ""
    if kind == "integer" and text.strip().lstrip("-").isdecimal():
        return int(text)
    if kind == "boolean":
        return text.strip() == "true"
    return text
