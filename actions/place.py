"""What is known of the place that a visitor has named, where that is not where this organisation is."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from actions.answers import doors_before
from actions.buttons import human_choice, more_choice
from actions.remember import known_of
from actions.turn import Memory, Said, Turn
from actions.wording import worded
from content.model import Content
from content.places import Place, serves_there
from content.reach import MOST, fitting, near, ranked_for

ASKED, AFTER_A_RAPE = "find_local_support", "raped_recently"
# Whom a contact is for (contacts.yml), by who asks.
SERVED = {
    "exploited": {"adult_seller", "trafficking", "violence"},
    "minors": {"minor"},
    "buyers": {"buyer"},
    "others": {"relative"},
}
HAVE_RECEPTIONS = ("exploited", "buyers")  # for children and who worries the lines for the whole country are nearer
# A contact for these is a town's social services, a hospital or for staff: no reception for one group, to go far to.
PUBLIC = frozenset({"anyone", "professional"})
ANYBODY = frozenset().union(*SERVED.values())


def place_support(content: Content, turn: Turn, memory: Memory, said: Said) -> bool:
    """Answer what there is near somebody elsewhere: what serves their place, then what serves the country.

    False where no place has been named, or it is where this organisation is: then the topic's own answer holds.
    """
    place = content.places.by_id.get(memory.place or "")
    if turn.topic != ASKED or place is None or content.organisation.place in (place.id, None):
        return False
    _say_near(content, turn, memory, said, place, human=True)
    return True


def place_beside(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """Add what there is near somebody who tells that they are elsewhere, where the answer's own doors are not there."""
    place = content.places.by_id.get(turn.place or "")
    if place is None or content.organisation.place in (place.id, None) or turn.topic == ASKED:
        return
    own = content.topics[turn.topic].said_to(known_of(content, turn, memory)).contacts
    if any(not serves_there(content.contacts[one], place) for one in own) and not memory.worded.get(f"near {place.id}"):
        _say_near(content, turn, memory, said, place, human=False)


def _say_near(content: Content, turn: Turn, memory: Memory, said: Said, place: Place, human: bool) -> None:
    memory.worded[f"near {place.id}"] = 1
    known = known_of(content, turn, memory)
    asker = next((one for one in SERVED if one in known), None)
    served = SERVED[asker] if asker else ANYBODY
    there = [
        one
        for one in near(content, place)
        if served.intersection(groups := content.contacts[one].groups)
        and "professional" not in groups
        and (one not in content.topics[AFTER_A_RAPE].contacts or "sexual_violence" in known)
    ]
    nearest = [] if there or asker not in HAVE_RECEPTIONS else _nearest(content, place, served)
    name = "place_near" if there else "place_nearest" if nearest else "place_none"
    text = worded(content, memory, name).replace("{place}", place.name)
    contacts = (*doors_before(content, memory, known), *there[: MOST - 1], *ranked_for(content, asker or ASKED))
    shown = fitting(content, contacts, known, place.id)
    if nearest:  # it serves others, and is said to
        shown = (nearest[0], *shown)[:MOST]
    called = turn.waiting or turn.no_human or not turn.hours_open
    choices = [more_choice(content, ASKED), *([] if called else [human_choice(content)])] if human else []
    said.say(text, choices, shown, checked=False, sentence=name)


def _nearest(content: Content, place: Place, served: AbstractSet[str]) -> list[str]:
    """Give a reception for such a writer in the nearest region that has one, where their own has none."""
    for region in content.places.outwards(place):
        for one in near(content, region):
            contact = content.contacts[one]
            if served.intersection(contact.groups) and not PUBLIC.intersection(contact.groups):
                return [one]
    return []
