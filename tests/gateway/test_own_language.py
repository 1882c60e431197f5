"""With the engine dead: whoever writes another language hears 112 and what broke in it, and danger in it is heard."""

from __future__ import annotations

import pytest

from content.model import Content
from gateway.app import Gateway
from tests.connectors.test_webchat import key_of
from tests.engine_double import EngineDouble
from tests.system import Visitor

LINES = {
    "th": "หนูอยากกลับบ้าน", "ti": "ብዙሕ ፈሪሐ ኣለኹ", "ar": "ما عندي مكان أنام فيه", "prs": "جایی برای خواب ندارم",
    "ru": "ya ne znayu kuda idti", "ro": "nu vorbesc suedeza", "en": "i have nowhere to sleep", "so": "ma aqaan meel aan aado",
}  # fmt: skip


@pytest.mark.parametrize("code", LINES)
async def test_without_the_engine_the_fallback_is_in_the_language_first(
    visitor: Visitor, engine_double: EngineDouble, gateway: Gateway, content: Content, code: str
) -> None:
    engine_double.mode = "dead"
    says = content.languages[code].says
    frames = await visitor.say(LINES[code])
    own, swedish, summons, asked = (frame for frame in frames if frame["type"] == "message")
    assert own["text"] == " ".join(says[name] for name in ("danger", "rights", "machine", "broken"))
    assert {card["id"] for card in own["contacts"]} == {"sos_112", "kvinnofridslinjen", "stodlinjen_man"}
    assert [message.get("lang") for message in (own, swedish, summons, asked)] == [code, None, code, None]
    assert swedish["text"] == gateway.words.sentence("fallback_human")
    assert (summons["text"], own["checked"]) == (says["summons"], False)
    assert [choice["title"].split(" · ")[0] for choice in asked["choices"]] == [
        says["share_yes"], says["share_no"], says["human_no"]
    ]  # fmt: skip
    kept = (await gateway.store.get(await key_of(gateway, visitor))).understood
    assert kept["lang"] == code


DANGER = {"ru": "pomogite", "prs": "komak konid", "th": "ช่วยด้วย", "vi": "cứu tôi với", "ti": "hagizuni", "bg": "помощ"}


@pytest.mark.parametrize("code", DANGER)
async def test_without_the_engine_danger_in_another_language_is_an_emergency(
    visitor: Visitor, engine_double: EngineDouble, content: Content, code: str
) -> None:
    engine_double.mode = "dead"
    frames = await visitor.say(DANGER[code])
    first = next(frame for frame in frames if frame["type"] == "message")
    assert first["text"].startswith(content.languages[code].says["danger"])
    assert (frames[-1]["route"], frames[-1]["risks"]) == ("emergency", ["acute_danger"])
    assert content.languages[code].says["summons_danger"] in [frame.get("text") for frame in frames]


async def test_without_the_engine_what_was_written_before_tells_the_language_of_a_short_word(
    visitor: Visitor, engine_double: EngineDouble
) -> None:
    engine_double.mode = "dead"
    await visitor.say("nie mam gdzie mieszkac")
    frames = await visitor.say("ok")
    assert next(frame for frame in frames if frame["type"] == "message").get("lang") == "pl"


async def test_swedish_hears_swedish_only(visitor: Visitor, engine_double: EngineDouble) -> None:
    engine_double.mode = "dead"
    frames = await visitor.say("jag har ingenstans att sova")
    assert [frame.get("lang") for frame in frames if frame["type"] == "message"] == [None, None]
