"""Reads JSON of which nothing is certain, once for all connectors. Pure; never raises."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

LATEST = 4_102_444_800.0  # 2100-01-01: what lies after it is no time
_ID = re.compile(r"[\x21-\x7e]{1,512}")
_NOT_STORED = re.compile("[\0\ud800-\udfff]")


def whole_number(value: object) -> int | None:
    """Read a number that came as such or as digits."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value):
        return int(value)
    return None


def moment(value: object, unit: float = 1.0) -> float | None:
    """Read a time, of which `unit` is how many make a second; None where it is none."""
    number = whole_number(value)
    if number is None or not 0 < number < LATEST * unit:
        return None
    return number / unit


def part(value: object, key: str) -> dict[str, Any]:
    """Give the object under a key; empty where there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def parts(value: object, key: str) -> list[Any]:
    """Give the list under a key; empty where there is none. What is in it may be anything."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def objects(value: object, key: str) -> list[dict[str, Any]]:
    """Give the objects in the list under a key; what is none is an empty one."""
    return [one if isinstance(one, dict) else {} for one in parts(value, key)]


def words(value: object) -> str:
    """Give a text without what cannot be stored (NUL, lone surrogates); empty where it is no text."""
    return _NOT_STORED.sub("", value) if isinstance(value, str) else ""


def identifier(value: object) -> str:
    """Give an id; empty where it is no text, or none that can be one."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def host(address: str) -> str:
    """Give the host of an address: the rest of it may be a secret of another service's."""
    try:
        return urlsplit(address).hostname or "an unreadable address"
    except ValueError:
        return "an unreadable address"
