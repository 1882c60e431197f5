"""Other languages through the real engine: recognised, answered at once, danger first, the button in that language."""

from __future__ import annotations

from typing import Any

import pytest

from content.registry import load_content

METADATA = {"mode": "talk", "now": "2026-11-24T10:00:00+01:00", "hours_open": True, "channel": "web"}
LINES = [
    ("ro", "va rog ajutati ma, nu stiu unde sa merg"), ("ti", "ትግርኛ ዝዛረብ ሰብ ኣሎ ዶ"), ("ru", "ya ne govoryu po shvedski"),
    ("th", "เขาไม่ให้ออกไปไหนเลย"), ("uk", "я приїхала з харкова і не маю де жити"), ("bg", "нямам къде да отида"),
    ("prs", "جایی برای خواب ندارم"), ("ar", "بدي مترجم لو سمحت"), ("se", "mun dárbbašan hupmat olbmuin dál"),
    ("so", "turjubaan ma heli karaa"), ("vi", "toi khong biet tieng thuy dien"), ("en", "where can I get tested for free"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text"), LINES)
async def test_each_language_is_answered_at_once_with_its_safety_message(engine: Any, code: str, text: str) -> None:
    language = load_content().languages[code]
    answer = await engine.turn(text, None, METADATA)
    assert answer["understood"]["lang"] == code
    assert (answer["replies"][0]["text"], answer["replies"][0]["lang"]) == (language.safety(), code)


async def test_the_safety_message_comes_once_and_the_button_keeps_the_language(engine: Any) -> None:
    polish = load_content().languages["pl"]
    first = await engine.turn("nie mam gdzie mieszkac", None, METADATA)
    again = await engine.turn("nie znam tu nikogo", first["context"], METADATA)
    assert polish.safety() not in [reply["text"] for reply in again["replies"]]
    pressed = await engine.turn(polish.says["human"], again["context"], {**METADATA, "choice": "topic:talk_to_human"})
    assert pressed["understood"]["lang"] == "pl"
    assert polish.says["summons"] in [reply["text"] for reply in pressed["replies"]]


@pytest.mark.parametrize(
    "text", ["pomogite", "hagizuni", "cứu tôi với", "komak konid", "помощ, заключиха ме", "ana fi khatar"]
)
async def test_danger_in_another_language_is_an_emergency(engine: Any, text: str) -> None:
    answer = await engine.turn(text, None, METADATA)
    assert answer["understood"]["route"] == "emergency"
    assert "112" in answer["replies"][0]["text"].split(".")[0]
