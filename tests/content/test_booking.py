"""booking.yml: what ships is honest about what nobody has confirmed, and every mistake is named with its remedy."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from content.check import unverified
from content.model import ContentError, Way
from content.registry import HERE, load_content


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the real content, to be broken."""
    copied = tmp_path / "content"
    shutil.copytree(HERE, copied, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copied


def change(root: Path, old: str, new: str) -> None:
    file = root / "booking.yml"
    text, count = re.subn(old, new, file.read_text(encoding="utf-8"), count=1, flags=re.M | re.S)
    assert count == 1
    file.write_text(text, encoding="utf-8")


def test_what_ships_invents_no_entrance_and_no_line() -> None:
    content = load_content()
    (place,) = content.booking.places.values()
    assert (place.id, place.name, place.entrance, place.way.checked) == (
        "centrum_mot_vald",
        "Centrum mot våld",
        None,
        False,
    )
    assert content.booking.way("visit", "centrum_mot_vald") == place.way
    phone = content.booking.way("phone", None)
    assert (phone.contacts, phone.checked) == (("umea_vaxel",), False)
    lines = [line for line in unverified(content) if line.startswith(("place ", "booked "))]
    assert lines == [
        "place centrum_mot_vald: verify entrance, way and cited facts, then set 'checked: true'",
        "booked phone: verify entrance, way and cited facts, then set 'checked: true'",
    ]


def test_another_municipality_edits_this_file_only(root: Path) -> None:
    (root / "booking.yml").write_text(
        "lengths: [60, 45]\nbook_hours: 24\ncancel_hours: 4\ndays_ahead: 60\napart_minutes: 0\nplaces:\n"
        "- {id: huset, name: Huset, entrance: Storgatan 1, way: Ring på., contacts: [], sources: [varsam_booked_times],"
        " checked: true, reviewed: 2026-11-25}\nphone: null\nchat: null\n",
        encoding="utf-8",
    )
    booking = load_content(root).booking
    assert (booking.lengths, booking.book_hours, booking.cancel_hours) == ((45, 60), 24, 4)
    assert (booking.days_ahead, booking.apart_minutes, booking.ways) == (60, 0, {})
    assert booking.way("visit", "huset") == Way("Ring på.", (), True, ("varsam_booked_times",))
    assert [line for line in unverified(load_content(root)) if line.startswith(("place ", "booked "))] == []
    with pytest.raises(KeyError):
        booking.way("phone", None)


BROKEN = [
    (r"^lengths: [^\n]*", "lengths: [10]", "'lengths' holds '10'. Use minutes from 15 to 180."),
    (r"^lengths: [^\n]*", "lengths: []", "the section 'lengths' is missing or of the wrong kind. Write it."),
    (r"^book_hours: \d+", "book_hours: -1", "'book_hours' must be a whole number from 0 to 336. Write one."),
    (r"^cancel_hours: \d+", "cancel_hours: true", "'cancel_hours' must be a whole number from 0 to 336. Write one."),
    (r"^days_ahead: \d+", "days_ahead: 91", "'days_ahead' must be a whole number from 1 to 90. Write one."),
    (r"^apart_minutes: \d+", "", "'apart_minutes' must be a whole number from 0 to 1440. Write one."),
    (r"^places:\n.*?(?=^# What is told about a booked call)", "places: huset\n", "'places' must be a list."),
    (r"^places:\n", "places:\n- huset\n", "'places' holds 'huset'. Give each place id, name, entrance and way."),
    (r"^  entrance: null\n", "", "'centrum_mot_vald' has no 'entrance'. Say which door, or 'null' where it is not"),
    (r"^  checked: false", "  checked: true", "'centrum_mot_vald' is checked but has no entrance. Write it, or set"),
    (
        r"^  checked: false",
        "  checked: kanske",
        "'centrum_mot_vald' needs 'checked': true once somebody has verified it",
    ),
    (
        r"^  entrance: null",
        "  entrance: Ring 090-16 10 00",
        "'entrance' holds the number '090-16 10 00'. Name a contact",
    ),
    (r"contacts: \[umea_vaxel\]", "contacts: [umea_kast]", "contact 'umea_kast' may not be shown here."),
    (r"contacts: \[umea_vaxel\]", "contacts: [vaxel]", "unknown contact 'vaxel' in 'contacts'."),
    (r"sources: \[umea_kast_decided\]", "sources: []", "no source is cited. Give 'sources' with ids of facts."),
    (r"^  reviewed: [^\n]*", "", "'centrum_mot_vald' has no review date. Give 'reviewed: YYYY-MM-DD'."),
    (r"^phone:\n(  [^\n]*\n)+", "", "'phone' is missing. Say how to come to it, or 'phone: null' for none."),
    (r"^chat:\n", "chat: []\nx:\n", "the section 'chat' is missing or of the wrong kind. Write it."),
    (r"^- id: centrum_mot_vald\n.*?(?=^$)", r"\g<0>\g<0>", "place 'centrum_mot_vald' stands twice. Remove one."),
    (r"^- id: centrum_mot_vald", f"- id: {'x' * 41}", "is longer than 40 characters. Shorten it."),
]


@pytest.mark.parametrize(("old", "new", "complaint"), BROKEN)
def test_a_mistake_is_named_with_file_line_and_remedy(root: Path, old: str, new: str, complaint: str) -> None:
    change(root, old, new)
    with pytest.raises(ContentError) as refused:
        load_content(root)
    assert re.match(r"content/booking\.yml: line \d+: ", str(refused.value))
    assert complaint in str(refused.value)
