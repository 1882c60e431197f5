"""Who can be reached at which hour of an Umeå week. 112 always; at 03:00 nothing local."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from content.model import Content
from content.reach import fitting, open_now, opens_next

STOCKHOLM = ZoneInfo("Europe/Stockholm")
GROUPS = ("exploited", "minors", "buyers", "crisis", "others", "service", "smalltalk")


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=STOCKHOLM)


def local(content: Content, moment: str) -> set[str]:
    """The municipality's own contacts that are known to be open."""
    contacts = content.contacts.values()
    return {one.id for one in contacts if one.id.startswith("umea_") and one.open and one.open.is_open(at(moment))}


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        *[(f"2026-11-{day}T03:00", set()) for day in range(23, 30)],
        ("2026-11-24T00:00", set()),
        ("2026-11-28T00:30", {"umea_socialjour"}),  # Friday's evening lasts until 01
        ("2026-11-28T01:00", set()),
        ("2026-11-28T13:59", set()),
        ("2026-11-28T14:00", {"umea_socialjour"}),
        ("2026-11-29T20:00", {"umea_socialjour"}),
        ("2026-11-24T08:00", set()),
        ("2026-11-24T09:00", {"umea_mottagningsenhet"}),
        ("2026-11-24T11:00", set()),
        ("2026-11-24T14:00", {"umea_mottagningsenhet"}),
        ("2026-11-24T16:00", {"umea_socialjour"}),
        ("2026-11-24T23:59", {"umea_socialjour"}),
        # Nobody has said when they are open on holidays: not named until it is known again.
        ("2026-12-24T17:00", set()),
        ("2026-12-25T09:00", set()),
        ("2026-12-26T00:30", set()),  # Friday's evening, which began on Christmas Day
        ("2026-12-27T20:00", {"umea_socialjour"}),
        ("2027-03-29T14:00", set()),  # annandag påsk
        ("2027-03-30T14:00", {"umea_mottagningsenhet"}),
        ("2026-06-19T20:00", set()),  # midsommarafton
    ],
)
def test_local_contacts_are_open_as_in_umea(content: Content, moment: str, expected: set[str]) -> None:
    assert local(content, moment) == expected


@pytest.mark.parametrize(
    ("group", "moment", "expected"),
    [
        ("exploited", "2026-11-24T03:00", ("kvinnofridslinjen", "sos_112")),
        ("minors", "2026-11-24T03:00", ("bris", "sos_112")),
        ("buyers", "2026-11-24T03:00", ("mind_sjalvmordslinjen", "sos_112")),
        ("crisis", "2026-11-24T03:00", ("kvinnofridslinjen", "mind_sjalvmordslinjen", "sos_112")),
        ("others", "2026-11-24T03:00", ("kvinnofridslinjen", "sos_112")),
        ("service", "2026-11-24T03:00", ("kvinnofridslinjen", "bris", "sos_112")),
        ("exploited", "2026-11-24T20:00", ("umea_socialjour", "kvinnofridslinjen", "sos_112")),
        ("minors", "2026-11-24T20:00", ("bris", "umea_socialjour", "sos_112")),
        ("exploited", "2026-11-24T14:00", ("umea_mottagningsenhet", "kvinnofridslinjen", "sos_112")),
        ("exploited", "2026-12-25T20:00", ("kvinnofridslinjen", "sos_112")),
        ("minors", "2026-12-24T20:00", ("bris", "sos_112")),
        ("crisis", "2026-12-25T12:00", ("kvinnofridslinjen", "mind_sjalvmordslinjen", "sos_112")),
        ("no_group", "2026-11-24T14:00", ("umea_mottagningsenhet", "kvinnofridslinjen", "sos_112")),
    ],
)
def test_open_now_names_the_best_first_and_112_last(
    content: Content, group: str, moment: str, expected: tuple[str, ...]
) -> None:
    assert open_now(content, group, at(moment)) == expected


@pytest.mark.parametrize("group", GROUPS)
def test_open_now_never_names_who_is_closed_and_always_112(content: Content, group: str) -> None:
    for hour in range(6 * 7 * 24):  # into January: every holiday of the darkest weeks
        moment = at("2026-11-30T00:30") + timedelta(hours=hour)
        found = open_now(content, group, moment)
        opens = [content.contacts[one].open for one in found]
        closed = [one for one in opens if one is None or one.open_now(moment) is not True]
        assert (closed, found[-1], found.count("sos_112"), len(found) <= 3) == ([], "sos_112", 1, True)


def test_every_group_of_topics_has_its_own_list(content: Content) -> None:
    assert {group for group, _ in content.taxonomy.topics.values()} == set(GROUPS)
    assert set(content.organisation.reach) == {*GROUPS, "suicidal"}  # the one topic with a list of its own


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        (set(), "kvinnofridslinjen"),
        ({"male"}, "stodlinjen_man"),
        ({"trans", "male"}, "stodlinjen_trans"),
        ({"male", "buyers"}, "kvinnofridslinjen"),  # the men's line is for men who were harmed
        ({"male", "others"}, "kvinnofridslinjen"),  # a man who worries for a woman
    ],
)
def test_a_line_is_the_one_for_such_a_writer(content: Content, known: set[str], shown: str) -> None:
    assert fitting(content, ("kvinnofridslinjen", "sos_112"), known, None) == (shown, "sos_112")


@pytest.mark.parametrize(
    ("moment", "about", "opens"),
    [
        ("2026-11-24T03:00", "exploited", ("stodlinjen_man", "2026-11-24T07:00")),
        ("2026-11-24T12:00", "exploited", ("umea_mottagningsenhet", "2026-11-24T13:00")),
        ("2026-11-28T03:00", "buyers", ("umea_socialjour", "2026-11-28T14:00")),
        ("2026-12-24T20:00", "minors", None),  # nobody has said when they are open on Christmas Day
    ],
)
def test_who_opens_next_within_a_day(content: Content, moment: str, about: str, opens: tuple[str, str] | None) -> None:
    found = opens_next(content, about, frozenset(), None, at(moment))
    assert found == (None if opens is None else (opens[0], at(opens[1])))
