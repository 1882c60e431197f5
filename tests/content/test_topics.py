"""Every real topic, word by word: length, tone, forbidden words, and the traps found in the material."""

from __future__ import annotations

import re

import pytest

from content.model import Content
from content.registry import HERE, load_content
from content.wording import load_wording

CONTENT, WORDING = load_content(), load_wording()
TOPICS = sorted(CONTENT.topics)
KAST_NEIGHBOURS = {"who_runs_this"}
OBSOLETE = {
    "the old name of the crime": r"sexuell tjänst",
    "the old social services act": r"14 kap\. ?1 §",
    "the old hours of Bris": r"14[–-]21",
    "the register that is being retired": r"nmtsverige",
    "numbers of another town": r"61 ?60 ?60|73 ?55 ?55",
}


def texts(content: Content) -> dict[str, str]:
    """Everything a visitor may read, by where it stands."""
    said = {f"sentence {name}": text for name, text in content.sentences.items()}
    said |= {f"risk reply {name}": reply.text for name, reply in content.risk_replies.items()}
    said |= {f"risk title {name}": text for name, text in content.risk_titles.items()}
    for topic in content.topics.values():
        said[f"topic {topic.id}"] = " ".join((topic.title, topic.choice, topic.answer, topic.next_step))
    for one in content.contacts.values():
        if one.show != "hold":
            said[f"contact {one.id}"] = " | ".join(filter(None, (one.name, one.what, one.phone_note, one.hours)))
    return said


TEXTS = texts(CONTENT)


def filled(text: str) -> str:
    organisation = CONTENT.organisation
    text = text.replace("{organisation}", organisation.name)
    return text.replace("{counsellor_hours}", organisation.counsellor_hours_text)


@pytest.mark.parametrize("name", TOPICS)
def test_topic_is_whole_and_its_buttons_lead_elsewhere(name: str) -> None:
    topic = CONTENT.topics[name]

    assert "{" not in filled(topic.answer) + filled(topic.next_step)
    assert (len(topic.choice) <= 30, len(topic.title) <= 40) == (True, True)
    assert len(set(topic.buttons)) == len(topic.buttons)
    assert name not in topic.buttons


@pytest.mark.parametrize("where", [where for where in TEXTS if where.startswith("contact")])
def test_what_a_contact_is_said_to_be_holds_no_forbidden_word(where: str) -> None:
    """What our own texts must hold to is tests/content/test_wording.py's. A journey home may be called voluntary."""
    topic = "assisted_return" if where == "contact iom_atervandande" else None
    forbidden = [never for never in WORDING.never if topic not in never.unless]
    assert [never.instead for never in forbidden if never.pattern.search(TEXTS[where])] == []


@pytest.mark.parametrize("where", TEXTS)
def test_text_holds_nothing_obsolete(where: str) -> None:
    assert {why: found for why, pattern in OBSOLETE.items() if (found := re.findall(pattern, TEXTS[where]))} == {}


@pytest.mark.parametrize("name", ["acute_danger", "suicidal"])
def test_danger_is_answered_with_112_in_the_first_sentence(name: str) -> None:
    assert "112" in CONTENT.topics[name].answer.split(".")[0]


@pytest.mark.parametrize("name", [name for name, route in CONTENT.taxonomy.risks.items() if route == "emergency"])
def test_danger_heard_beside_a_question_is_answered_with_112_first(name: str) -> None:
    assert "112" in CONTENT.risk_replies[name].text.split(".")[0]


@pytest.mark.parametrize("name", TOPICS)
def test_kast_is_mentioned_to_buyers_only(name: str) -> None:
    topic = CONTENT.topics[name]
    shown = [topic.title, topic.choice, topic.answer, topic.next_step]
    shown += [CONTENT.topics[other].choice for other in topic.buttons]
    shown += [CONTENT.contacts[one].name for one in topic.contacts]

    assert ("KAST" not in " ".join(shown)) or topic.group == "buyers" or name in KAST_NEIGHBOURS


@pytest.mark.parametrize("where", TEXTS)
def test_no_text_claims_a_mika_in_umea(where: str) -> None:
    sentences = re.split(r"(?<=[.?])\s|\|", TEXTS[where])

    assert [one for one in sentences if "Mika" in one and "Umeå" in one] == []


def test_no_text_claims_that_kast_is_open_in_umea() -> None:
    """Decided in 2017 is not open today: whoever names Umeå's advice to buyers says that it was decided."""
    sentences = [one for text in TEXTS.values() for one in re.split(r"(?<=[.?])\s", text)]
    claims = [one for one in sentences if "Umeå" in one and ("KAST" in one or "köper sex" in one)]

    assert [one for one in claims if "har beslutat" not in one and "beslutade 2017" not in one] == []
    assert claims != []


def test_contacts_on_hold_are_used_nowhere() -> None:
    hold = {one.id for one in CONTENT.contacts.values() if one.show == "hold"}
    used = {one for topic in CONTENT.topics.values() for one in topic.contacts}
    used |= {one for reply in CONTENT.risk_replies.values() for one in reply.contacts}
    used |= {one for ids in CONTENT.organisation.reach.values() for one in ids}

    assert (hold & used, bool(hold)) == (set(), True)


def test_support_line_for_professionals_is_shown_to_them_alone() -> None:
    assert CONTENT.contacts["nspm_stodtelefon"].phone == "020-390 000"
    assert CONTENT.contacts["nspm_stodtelefon"].show == "staff"
    assert [topic.id for topic in CONTENT.topics.values() if "nspm_stodtelefon" in topic.contacts] == [
        "professional_advice"
    ]


def test_numbers_of_another_town_stand_in_no_file() -> None:
    files = [file for file in HERE.rglob("*.yml") if re.search(r"61 ?60 ?60|73 ?55 ?55", file.read_text("utf-8"))]

    assert files == []


@pytest.mark.parametrize(
    ("contact", "phone"),
    [
        ("sos_112", "112"), ("bris", "116 111"), ("polis_114_14", "114 14"), ("kvinnofridslinjen", "020-50 50 50"),
        ("mind_sjalvmordslinjen", "90101"), ("vard_1177", "1177"), ("brottsofferjouren", "116 006"),
        ("umea_vaxel", "090-16 10 00"), ("umea_mottagningsenhet", "090-16 10 02"), ("umea_socialjour", "090-16 30 50"),
    ],
)  # fmt: skip
def test_contact_has_its_own_number(contact: str, phone: str) -> None:
    assert CONTENT.contacts[contact].phone == phone


@pytest.mark.parametrize("contact", ["sos_112", "bris", "polis_114_14", "kvinnofridslinjen"])
def test_contact_is_always_open(contact: str) -> None:
    assert (CONTENT.contacts[contact].open, CONTENT.contacts[contact].hours) == (
        CONTENT.contacts["sos_112"].open, CONTENT.contacts[contact].hours,
    )  # fmt: skip
    assert (CONTENT.contacts[contact].hours or "").startswith("dygnet runt")


def test_umeas_own_kast_mika_and_centre_stay_on_hold_until_they_confirm() -> None:
    for name in ("umea_kast", "umea_mika", "umea_centrum_mot_vald"):
        assert (CONTENT.contacts[name].show, CONTENT.contacts[name].phone) == ("hold", None)


@pytest.mark.parametrize(
    ("topic", "contact"), [(topic.id, one) for topic in CONTENT.topics.values() for one in topic.contacts]
)
def test_line_for_those_harmed_is_not_given_to_buyers(topic: str, contact: str) -> None:
    """Stödlinjen för män is for men who were harmed (NOTES 8.12); Talita's paid campaign line is nobody's number."""
    assert (CONTENT.topics[topic].group == "buyers" and contact.startswith("stodlinjen_")) is False
    assert CONTENT.contacts["talita"].phone is None
