"""A message as each platform shows it: a neutral first line, choices that can be made, contacts that can be called."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.compose import compose
from actions.turn import Memory, Turn
from connectors.contract import Choice, ContactCard, Message
from connectors.lengths import is_gsm7, measure
from connectors.messaging import Capabilities, Outbound
from connectors.registry import CHANNELS
from connectors.shaping import Phrases, reference, referred, shape
from content.model import Content
from gateway.channels.greeting import Greeting
from gateway.channels.offered import first_number, typed
from gateway.channels.outbox import phrases
from gateway.storage.records import Line
from gateway.words import Words
from tests.providers.sms import weigh

PHRASES = Phrases(
    "Svar:", "Mer:", "Svara med en siffra:", "Välj", "öppet nu", "stängt nu", "öppnar {when}", "ej kontrollerad"
)
AT = "2026-11-24T09:00:00+00:00"
CAN = {name: kind.capabilities for name, kind in CHANNELS.items()}
SMS = CAN["sms"]
SIGNS = st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("👋🏽🇸🇪\u200d\u0301 \n.€"))
TITLES = st.lists(st.text("abcdefåäö ,", min_size=1, max_size=70).filter(str.strip), max_size=14)


def said(text: str, *titles: str, contacts: tuple[ContactCard, ...] = (), **more: object) -> Message:
    choices = tuple(Choice(title, f"topic:{place}") for place, title in enumerate(titles))
    return replace(Message(7, "bot", text, AT, choices, contacts), **more)  # type: ignore[arg-type]


def card(**more: object) -> ContactCard:
    one = ContactCard("bris", "Bris", None, "116 111", "gratis", None, None, None, True, True)
    return replace(one, **more)  # type: ignore[arg-type]


def texts(message: Message, can: Capabilities) -> list[str]:
    return [part.text for part in shape(message, can, PHRASES)]


@pytest.mark.parametrize("name", CAN)
@given(st.text(SIGNS, max_size=6000), TITLES)
def test_every_part_fits_its_platform_and_begins_neutrally(name: str, text: str, titles: list[str]) -> None:
    can = CAN[name]
    parts = shape(said(text, *titles), can, PHRASES)
    for place, part in enumerate(parts):
        assert part.text.startswith("Mer:\n" if place else "Svar:\n")
        most = can.longest if part.form == "text" else can.longest_with_options
        assert measure(part.text, can.unit) <= most
        assert (part.options != ()) == (part.form != "text")
    _can_be_shown(parts, can)
    if text.strip() or titles:
        assert parts


def _can_be_shown(parts: list[Outbound], can: Capabilities) -> None:
    """Options stand with the last part, are distinct, and no longer than the platform takes."""
    assert all(part.form == "text" for part in parts[:-1])
    for part in parts[-1:]:
        titles = [option.title for option in part.options]
        assert len(set(titles)) == len(titles)
        if part.form == "buttons":
            assert len(titles) <= can.buttons
            assert max(map(len, titles)) <= can.button_title
        if part.form == "list":
            assert len(titles) <= can.rows
            assert max(map(len, titles)) <= can.row_title
            assert max(len(option.description) for option in part.options) <= can.row_description


def test_nothing_is_sent_for_a_line_that_says_nothing() -> None:
    assert shape(said(" \n "), SMS, PHRASES) == []


def test_choices_without_words_are_asked_for() -> None:
    assert texts(said("", "Ja", "Nej"), CAN["telegram"]) == ["Svar:\nSvara med en siffra:"]


@pytest.mark.parametrize(
    ("name", "titles", "form"),
    [
        ("telegram", ["Ja", "Nej"], "buttons"),
        ("telegram", ["x" * 41], "text"),
        ("whatsapp", ["Ja, visa", "Visa inte", "Nej tack"], "buttons"),
        ("whatsapp", ["Ja", "Nej", "Vet inte", "Senare"], "list"),
        ("whatsapp", ["Nej tack, ingen människa"], "list"),
        ("whatsapp", [str(number) for number in range(11)], "text"),
        ("whatsapp", ["x" * 73], "text"),
        ("whatsapp", ["Ja", "Ja"], "text"),
        ("whatsapp", ["Jag vill prata med en kurator i dag", "Jag vill prata med en kurator i morgon"], "text"),
        ("messenger", ["Ja"] * 2, "text"),
        ("messenger", [f"val {number}" for number in range(13)], "buttons"),
        ("sms", ["Ja", "Nej"], "text"),
        ("signal", ["Ja", "Nej"], "text"),
    ],
)
def test_choices_become_buttons_a_list_or_numbers(name: str, titles: list[str], form: str) -> None:
    (part,) = shape(said("Vad vill du?", *titles), CAN[name], PHRASES)
    assert part.form == form
    if form == "text":
        assert part.text.endswith(
            "\n\nSvara med en siffra:\n" + "\n".join(f"{n}. {t}" for n, t in enumerate(titles, 1))
        )


def test_a_row_keeps_its_whole_words_in_the_description() -> None:
    title = "Jag vill prata med en människa nu"
    (part,) = shape(said("Vad vill du?", title, "Nej", "Kanske", "Senare"), CAN["whatsapp"], PHRASES)
    assert [(option.title, option.description) for option in part.options][:2] == [
        ("Jag vill prata med en…", title),
        ("Nej", ""),
    ]
    assert part.list_label == "Välj"


def test_a_counsellors_words_are_marked_as_such() -> None:
    assert [part.human for part in shape(said("Hej " * 300, sender="counsellor"), SMS, PHRASES)] == [True, True]


def test_contacts_tell_where_when_and_what_is_not_checked() -> None:
    cards = (
        card(),
        card(name="Linjen", open_now=False, opens="08.00", checked=False),
        card(name="Sidan", phone=None, url="https://stod.example.se", open_now=None),
        card(name="Stängt", open_now=False),
    )
    rich = texts(said("Ring.", contacts=cards), CAN["telegram"])
    assert rich == [
        "Svar:\nRing.\n\nBris: 116 111 (öppet nu, gratis)\nLinjen: 116 111 (öppnar 08.00, gratis, ej kontrollerad)\n"
        "Sidan: https://stod.example.se\nStängt: 116 111 (stängt nu, gratis)"
    ]
    (sms,) = texts(said("Ring.", contacts=cards), SMS)
    assert sms.endswith(
        "Bris: 116 111 (öppet nu)\nLinjen: 116 111 (öppnar 08.00, ej kontrollerad)\nSidan: https://stod.example.se"
    )


def test_what_is_not_checked_is_said_to_be_so() -> None:
    assert texts(said("Det är så.", checked=False), SMS) == ["Svar:\nDet är så. (ej kontrollerad)"]


def test_curved_marks_do_not_double_the_price_of_an_sms() -> None:
    assert texts(said("Öppet 08–17 – “ring” … när du vill"), SMS) == ['Svar:\nÖppet 08-17 - "ring" ... när du vill']


def test_signal_takes_no_text_over_its_bytes() -> None:
    parts = texts(said("Åäö " * 900), CAN["signal"])
    assert len(parts) > 2
    assert max(len(part.encode()) for part in parts) <= 2000


# what a typed answer means


def line(seq: int, sender: str, *titles: str) -> Line:
    words = {"text": "?", "choices": [{"title": title, "payload": title} for title in titles]}
    return Line(seq, sender, 0.0, None, True, words)


def test_numbers_go_on_over_two_lists_of_one_turn() -> None:
    lines = [line(1, "visitor"), line(2, "bot", "a", "b"), line(3, "bot"), line(4, "bot", "c", "d")]
    assert [first_number(lines, seq, SMS) for seq in (2, 3, 4)] == [1, 3, 3]
    meant = [typed(str(number), lines, SMS) for number in range(1, 6)]
    assert [offer and offer.choice.title for offer in meant] == ["a", "b", "c", "d", None]
    (shown,) = texts(Message(4, "bot", "?", AT, (Choice("c", "c"), Choice("d", "d"))), SMS)
    assert shown.endswith("1. c\n2. d")
    (shown,) = [p.text for p in shape(Message(4, "bot", "?", AT, (Choice("c", "c"),)), SMS, PHRASES, 3)]
    assert shown.endswith("3. c")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1", 0), (" 2. ", 1), ("2️⃣", 1), ("nr 3", 2), ("Alternativ 1!", 0), ("tvåan", 1), ("3:an", 2), ("JA", 0),
        ("ja visa", 0), ("visa inte", 1), ("nej tack", 2), ("0", None), ("4", None), ("112", None), ("", None),
        ("nej tack, ingen människa", 2),
    ],
)  # fmt: skip
def test_a_number_or_the_words_typed_back_are_understood(text: str, place: int | None) -> None:
    titles = ["Ja, visa", "Visa inte", "Nej tack, ingen människa"]
    offer = typed(text, [line(1, "bot", *titles)], SMS)
    assert (offer and titles.index(offer.choice.title)) == place


def test_words_that_two_choices_begin_with_mean_neither() -> None:
    assert typed("ja", [line(1, "bot", "Ja, nu", "Ja, sen")], SMS) is None


@given(st.integers(0, 10**6), st.integers(0, 99))
def test_a_reference_comes_back_as_it_was(seq: int, index: int) -> None:
    assert referred(reference(seq, index)) == (seq, index)
    assert len(reference(seq, index)) <= 40


@pytest.mark.parametrize("text", ["", ".", "1.", ".1", "1.2.3", "١.1", "-1.2", "1" * 20 + ".1", "topic:x"])
def test_a_forged_reference_is_none(text: str) -> None:
    assert referred(text) is None


# what an answer costs by SMS


def _answers(content: Content) -> dict[str, list[Message]]:
    """Give the replies to each topic asked for by itself, in counsellors' hours, as the engine composes them."""
    now = datetime.fromisoformat("2026-11-24T10:00:00+01:00")
    words = Words(content, lambda: now, False)
    given = {}
    for topic in content.topics:
        route = content.taxonomy.route(topic, (), ())
        turn = Turn(topic, (), route, (), "sv", now, True, False, False, False, None)
        given[topic] = [
            Message(
                1, "bot", reply["text"], AT, tuple(Choice(c["title"], c["payload"]) for c in reply["choices"]),
                words.cards(reply.get("contacts", ())), reply.get("checked", True),
            )
            for reply in compose(content, turn, Memory()).replies
        ]  # fmt: skip
    return {"(first word)": [Message(1, "bot", Greeting(words).text("sms", alone=False), AT)], **given}


def test_an_answer_by_sms_costs_few_parts_and_has_plain_signs(
    content: Content, capsys: pytest.CaptureFixture[str]
) -> None:
    """`pytest -s -k costs_few_parts` prints the table."""
    words = phrases(Words(content, lambda: datetime.fromisoformat("2026-11-24T10:00:00+01:00"), False))
    table, dear = {}, []
    for topic, messages in _answers(content).items():
        sent = [part.text for message in messages for part in shape(message, SMS, words)]
        table[topic] = (len(sent), sum(weigh(text)[1] for text in sent))
        dear += [(topic, text) for text in sent if not is_gsm7(text)]
    for topic, (count, parts) in sorted(table.items(), key=lambda row: -row[1][1]):
        print(f"{topic:28} {count} messages {parts:2} parts")
    every = sorted(parts for _, parts in table.values())
    print(
        f"answers {len(every)}: median {every[len(every) // 2]}, most {every[-1]}, {dict(sorted(Counter(every).items()))}"
    )
    assert [topic for topic, _ in dear] == []
    assert every[len(every) // 2] <= 6
