"""The SMS channel: what 46elks posts, what is sent through it, and what it refuses."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from connectors.lengths import measure
from connectors.messaging import FAILURES, UNKNOWN, Inbound, Outbound, Request, SendFailed
from connectors.sms import FORM, Sms
from connectors.sms_check import money
from connectors.sms_numbers import can_answer, e164
from connectors.sms_refusals import refusal
from connectors.wire import session
from tests.connectors.payloads.sms import ANNA, AT, BEA, CASES, MALFORMED
from tests.providers.sms import NUMBER, PASSWORD, PRICE, SECRET, USERNAME, NotInSms, SmsProvider, rented, weigh

HOOK = f"https://stod.example.se/channels/sms/{SECRET}"
VALUES = {
    "username": USERNAME, "password": PASSWORD, "number": NUMBER, "path_secret": SECRET,
    "api_url": "https://api.46elks.com",
}  # fmt: skip


@pytest.fixture
def sms() -> Sms:
    return Sms(VALUES, HOOK)


@pytest.fixture
async def provider() -> AsyncIterator[SmsProvider]:
    provider = SmsProvider()
    server = TestServer(provider.app())
    await server.start_server()
    provider.url = str(server.make_url("/")).rstrip("/")
    yield provider
    await server.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with session() as http:
        yield http


@pytest.fixture
def real(provider: SmsProvider) -> Sms:
    return Sms(provider.values(), HOOK)


def posted(body: bytes | str, **other: object) -> Request:
    raw = body.encode() if isinstance(body, str) else body
    return replace(Request("POST", {}, {"content-type": FORM}, raw, SECRET), **other)  # type: ignore[arg-type]


def to_anna(text: str) -> Outbound:
    return Outbound(f"phone:{ANNA}", text)


# what comes


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_parse_reads_what_46elks_posts(sms: Sms, case) -> None:
    assert sms.parse(posted(case.body)) == [case.read]


@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
def test_parse_takes_whatever_comes(sms: Sms, body: bytes) -> None:
    assert sms.parse(posted(body)) == [UNKNOWN]


def test_parse_gives_a_long_text_whole(sms: Sms) -> None:
    text = "Jag behöver hjälp. " * 160_000
    body = urlencode({"direction": "incoming", "id": "s1", "from": ANNA, "to": NUMBER, "message": text})
    assert len(body) > 3_000_000
    assert sms.parse(posted(body)) == [Inbound("text", "s1", (f"phone:{ANNA}",), text)]


def test_a_repeated_post_has_the_same_id(sms: Sms) -> None:
    request = posted(CASES[0].body)
    assert sms.parse(request) == sms.parse(request)
    assert sms.parse(request)[0].id == "sf8425555e5d8db61dda7a7b3f1b91bdb"


def test_reports_of_one_message_have_different_ids(sms: Sms) -> None:
    ids = [sms.parse(posted(f"id=s70df&status={status}"))[0].id for status in ("sent", "delivered", "failed")]
    assert ids == ["s70df:sent", "s70df:delivered", "s70df:failed"]


# who calls


def test_verify_takes_a_form_with_the_secret(sms: Sms) -> None:
    assert sms.tail == SECRET
    assert sms.verify(posted(b"id=1"))
    assert sms.verify(posted(b"", headers={"content-type": "Application/X-WWW-Form-Urlencoded; charset=utf-8"}))


@pytest.mark.parametrize(
    "other",
    [
        {"tail": ""},
        {"tail": SECRET[:-1]},
        {"tail": SECRET + "x"},
        {"tail": SECRET.lower()},
        {"tail": "å" * 24},
        {"method": "GET"},
        {"method": "PUT"},
        {"method": "post"},
        {"headers": {}},
        {"headers": {"content-type": "application/json"}},
        {"headers": {"content-type": "text/plain; application/x-www-form-urlencoded"}},
    ],
    ids=str,
)
def test_verify_refuses_everything_else(sms: Sms, other: dict[str, object]) -> None:
    assert not sms.verify(posted(b"id=1", **other))


@given(st.integers(0, len(SECRET) - 1), st.characters(min_codepoint=33, max_codepoint=0x2FF))
def test_verify_refuses_a_secret_with_one_sign_changed(index: int, sign: str) -> None:
    changed = SECRET[:index] + sign + SECRET[index + 1 :]
    assert Sms(VALUES, HOOK).verify(posted(b"", tail=changed)) == (changed == SECRET)


def test_the_loopback_is_proven_and_means_nothing(sms: Sms) -> None:
    request = sms.loopback()
    assert request is not None
    assert sms.verify(request)
    assert sms.parse(request) == [UNKNOWN]


def test_a_get_is_no_handshake(sms: Sms) -> None:
    assert sms.handshake(posted(b"", method="GET", query={"hub.challenge": "1"})) is None


# hypothesis: mutated payloads


def _changed(fields: list[tuple[str, str]], change: tuple[str, int, str]) -> list[tuple[str, str]]:
    what, at, value = change
    at %= len(fields) or 1
    if what == "drop":
        return fields[:at] + fields[at + 1 :]
    if what == "twice":
        return [*fields, *fields[at : at + 1]]
    if what == "first":
        return [(fields[at][0], value), *fields] if fields else []
    if what == "nest":
        return [(f"{name}[{value}]" if i == at else name, held) for i, (name, held) in enumerate(fields)]
    return [(name, value if i == at else held) for i, (name, held) in enumerate(fields)]


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["drop", "twice", "first", "nest", "retype"]),
        st.integers(0, 20),
        st.one_of(
            st.text(), st.sampled_from(["null", "[]", "1e400", "NaN", "-1", "+46", "failed", "\0", "2016-13-45"])
        ),
    ),
    max_size=4,
)


@given(st.sampled_from(CASES), CHANGES)
def test_parse_never_raises_on_a_mutated_form(case, changes) -> None:
    fields = parse_qsl(case.body, keep_blank_values=True, errors="replace")
    for change in changes:
        fields = _changed(fields, change)
    _sound(Sms(VALUES, HOOK).parse(posted(urlencode(fields, errors="surrogatepass"))))


@given(st.binary(max_size=400))
def test_parse_never_raises_on_bytes(body: bytes) -> None:
    _sound(Sms(VALUES, HOOK).parse(posted(body)))


def _sound(read: list[Inbound]) -> None:
    """Check what must be true of whatever was read: it can be stored, told apart and answered."""
    (one,) = read
    assert all(isinstance(value, str) for value in (one.id, one.text, one.refers, *one.who))
    one.text.encode()
    assert "\0" not in one.text + one.id
    if one.kind in ("text", "media"):
        (who,) = one.who
        assert who.startswith("phone:+")
        assert can_answer(who.removeprefix("phone:"))
        assert who != f"phone:{NUMBER}"
        assert one.id.isalnum()
    elif one.kind == "status":
        assert one.id == f"{one.refers}:{one.status}"
        assert (one.failure is None) == (one.status != "failed")
    else:
        assert one == UNKNOWN


# numbers


@pytest.mark.parametrize(
    ("given", "due"),
    [
        ("+46701740605", "+46701740605"),
        ("0701740605", "+46701740605"),
        ("0046701740605", "+46701740605"),
        (" 46701740605", "+46701740605"),
        ("+46 (0) 70", ""),
        ("+46 70-174 06 05", "+46701740605"),
        ("46701740605", ""),
        ("71160", ""),
        ("Kvinnofrid", ""),
        ("", ""),
        ("+", ""),
        ("+0701740605", ""),
        ("+1234567890123456", ""),
        ("+４６701740605", ""),
        ("٠٧٠١٧٤٠٦٠٥", ""),
    ],
)
def test_a_number_is_written_in_one_way(given: str, due: str) -> None:
    assert e164(given) == due


@pytest.mark.parametrize(
    "number",
    ["+46701740605", "+46729999999", "+46739999999", "+46760000000", "+46790000000", "+4791234567", "+4520123456",
     "+358401234567", "+40712345678", "+359881234567", "+48512345678", "+37061234567", "+37121234567", "+3725123456",
     "+380501234567", "+4915112345678", "+447911123456", "+33612345678", "+34612345678", "+393123456789",
     "+905321234567"],
)  # fmt: skip
def test_an_ordinary_mobile_is_answered(number: str) -> None:
    assert can_answer(number)


@pytest.mark.parametrize(
    "number",
    ["+46900123456", "+46939123456", "+46944123456", "+46771123456", "+4620123456", "+4681234567", "+46101234567",
     "+46740123456", "+46751123456", "+467190012345678", "+4670174060", "+467017406055", "+4690123456",
     "+4590123456", "+4580123456", "+4782012345", "+447012345678", "+447612345678", "+34901234567", "+34801234567",
     "+33899123456", "+40900123456", "+3589001234567", "+421900123456789", "+905121234567", "+4916812345678",
     "+18095551234", "+12025550123", "+23276123456", "+88213123456", "+87077123456", "+9601234567", "+2347012345678",
     "+46", "+", "", "0701740605", "+46701740605\n", "+46701740605,+46701740606"],
)  # fmt: skip
def test_what_costs_extra_or_is_no_mobile_is_not_answered(number: str) -> None:
    assert not can_answer(number)


# sending


async def test_send_gives_46elks_what_it_needs(provider: SmsProvider, real: Sms, http) -> None:
    id = await real.send(http, to_anna("Hej! Vi finns här. Å ä ö, 500 kr & mer = ja"))
    (sent,) = provider.sent
    assert sent.id == id
    assert sent.form == {
        "from": NUMBER, "to": ANNA, "message": "Hej! Vi finns här. Å ä ö, 500 kr & mer = ja",
        "dontlog": "message", "whendelivered": HOOK,
    }  # fmt: skip
    assert (sent.parts, sent.cost, sent.encoding, sent.logged) == (1, PRICE, "gsm7", False)
    assert provider.to(ANNA) == [sent]
    assert provider.to(BEA) == []
    assert provider.balance == 9_670_500 - PRICE


async def test_send_asks_for_no_report_where_nobody_can_call_us(provider: SmsProvider, http) -> None:
    await Sms(provider.values(), "").send(http, to_anna("Hej"))
    assert "whendelivered" not in provider.sent[0].form


async def test_send_keeps_emoji_and_other_alphabets(provider: SmsProvider, real: Sms, http) -> None:
    await real.send(http, to_anna("Du är inte ensam 💛\nДопомога"))
    assert (provider.sent[0].text, provider.sent[0].encoding) == ("Du är inte ensam 💛\nДопомога", "ucs2")


async def test_send_survives_a_lone_surrogate(provider: SmsProvider, real: Sms, http) -> None:
    await real.send(http, to_anna("hej \ud83d!"))
    assert provider.sent[0].text == "hej ?!"


@pytest.mark.parametrize("to", ["phone:+46939123456", "phone:71160", "phone:", "psid:+46701740605", ANNA, ""])
async def test_send_refuses_by_itself_who_cannot_be_answered(provider: SmsProvider, real: Sms, http, to: str) -> None:
    with pytest.raises(SendFailed) as failed:
        await real.send(http, Outbound(to, "hej"))
    assert (failed.value.name, str(failed.value)) == ("refused", "refused number")
    assert provider.calls == []


@pytest.mark.parametrize("words", ["Ring 112. ", "Pengar {hyra} 500€ "])
async def test_the_longest_message_takes_six_parts_and_the_best_three(
    provider: SmsProvider, real: Sms, http, words: str
) -> None:
    for length, due in ((Sms.capabilities.longest, 6), (Sms.capabilities.best, 3)):
        text = ""
        while measure(text + words, "septets") <= length:
            text += words
        assert measure(text + words, "septets") > length
        await real.send(http, to_anna(text))
        assert (provider.sent[-1].parts, provider.sent[-1].cost) == (due, due * PRICE)


async def test_a_sign_outside_gsm_makes_the_same_length_dearer(provider: SmsProvider, real: Sms, http) -> None:
    text = "é" * 400
    await real.send(http, to_anna(text))
    await real.send(http, to_anna(text + "–"))
    assert [sent.parts for sent in provider.sent] == [3, 6]
    assert measure(text + "–", "septets") > measure(text, "septets")


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("a" * 160, ("gsm7", 1)),
        ("a" * 161, ("gsm7", 2)),
        ("å" * 306, ("gsm7", 2)),
        ("ö" * 307, ("gsm7", 3)),
        ("{}" * 80, ("gsm7", 3)),
        ("ы" * 70, ("ucs2", 1)),
        ("ы" * 71, ("ucs2", 2)),
        ("🫎" * 36, ("ucs2", 2)),
        ("ы" * 201, ("ucs2", 3)),
    ],
)
def test_the_provider_counts_parts_as_46elks_was_seen_to(text: str, due: tuple[str, int]) -> None:
    assert weigh(text) == due


# what goes wrong


@pytest.mark.parametrize(
    ("status", "text", "name", "code"),
    [
        (401, "API access denied", "misconfigured", "401 credentials"),
        (401, "", "misconfigured", "401 credentials"),
        (402, "Payment required", "misconfigured", "402 credit"),
        (403, "Not enough credits", "misconfigured", "403 credit"),
        (403, '{"error": "Not enough credits"}', "misconfigured", "403 credit"),
        (403, "API access denied", "misconfigured", "403 credentials"),
        (403, "SMS to US is disallowed by default, please contact us", "visitor_gone", "403 country"),
        (403, "Sending to this country from your account is disallowed by default", "visitor_gone", "403 country"),
        (403, "The sender is not allowed", "misconfigured", "403 sender"),
        (400, "Invalid from", "misconfigured", "400 sender"),
        (400, "Invalid to number", "visitor_gone", "400 recipient"),
        (403, 'Parameter "to" is not a phone number', "visitor_gone", "403 recipient"),
        (400, "Missing key to", "visitor_gone", "400 recipient"),
        (403, "Message is empty", "refused", "403 message"),
        (400, "Missing key message", "refused", "400 message"),
        (400, "The message was not sent.", "refused", "400 refused"),
        (403, "The message was not sent.", "misconfigured", "403 forbidden"),
        (403, "You are not allowed to send", "misconfigured", "403 forbidden"),
        (
            403,
            "<!DOCTYPE html><p>This distribution is configured to block access from your country.",
            "misconfigured",
            "403 forbidden",
        ),
        (403, "\ufeff\r\n <html>The destination is not permitted.</html>", "misconfigured", "403 forbidden"),
        (400, "<html><title>Bad Request</title>Missing key to</html>", "refused", "400 refused"),
        (403, "\ufffd\ufffd", "misconfigured", "403 forbidden"),
        (400, "", "refused", "400 refused"),
        (404, "Not found", "misconfigured", "404 address"),
        (405, "Method not allowed", "misconfigured", "405 address"),
        (413, "", "refused", "413 refused"),
        (422, "", "refused", "422 refused"),
    ],
)
async def test_a_refusal_has_its_name(
    provider: SmsProvider, real: Sms, http, status: int, text: str, name: str, code: str
) -> None:
    provider.refuse = (status, text)
    with pytest.raises(SendFailed) as failed:
        await real.send(http, to_anna("hemligt"))
    assert (failed.value.name, failed.value.code, failed.value.whole) == (name, code, False)
    assert name in FAILURES
    assert provider.sent == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_a_wrong_address_and_not_followed(real: Sms, provider: SmsProvider, http, status) -> None:
    provider.refuse = (status, "")
    with pytest.raises(SendFailed) as failed:
        await real.send(http, to_anna("hej"))
    assert (failed.value.name, failed.value.code) == ("misconfigured", f"{status} address")


@given(st.integers(300, 499), st.text())
def test_every_refusal_has_a_name(status: int, text: str) -> None:
    name, word = refusal(status, text)
    assert name in FAILURES
    assert word.isalpha()


@pytest.mark.parametrize(
    ("mood", "name", "code", "after", "whole", "phones"),
    [
        ("429", "retry_later", "429", 7.0, True, 0),
        ("500", "provider_down", "500", None, False, 0),
        ("503", "provider_down", "503", None, False, 0),
        ("garbage", "in_doubt", "answer", None, False, 1),
        ("drop", "in_doubt", "ServerDisconnectedError", None, False, 1),
    ],
)
async def test_what_went_wrong_on_the_way_has_its_name(
    provider: SmsProvider, real: Sms, http, mood: str, name: str, code: str, after, whole: bool, phones: int
) -> None:
    provider.moods.append(mood)
    with pytest.raises(SendFailed) as failed:
        await real.send(http, to_anna("hej"))
    found = failed.value
    assert (found.name, found.code, found.retry_after, found.whole) == (name, code, after, whole)
    assert len(provider.sent) == phones


async def test_a_wait_of_unknown_length_is_a_wait(provider: SmsProvider, real: Sms, http) -> None:
    provider.moods.append("429")
    provider.retry_after = None
    with pytest.raises(SendFailed) as failed:
        await real.send(http, to_anna("hej"))
    assert (failed.value.name, failed.value.retry_after) == ("retry_later", None)


async def test_an_answer_too_late_leaves_a_doubt(provider: SmsProvider, real: Sms) -> None:
    timeout = aiohttp.ClientTimeout(total=0.1)
    for mood, phones in (("slow", 1), ("hang", 1)):
        provider.moods.append(mood)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            with pytest.raises(SendFailed) as failed:
                await real.send(http, to_anna("hej"))
        assert failed.value.name == "in_doubt"
        assert len(provider.sent) == phones


async def test_a_slow_answer_is_an_answer(provider: SmsProvider, real: Sms, http) -> None:
    provider.moods.append("slow")
    provider.slow_seconds = 0.1
    assert await real.send(http, to_anna("hej")) == provider.sent[0].id


async def test_nobody_there_is_no_doubt(http) -> None:
    with pytest.raises(SendFailed) as failed:
        await Sms({**VALUES, "api_url": "http://127.0.0.1:1"}, HOOK).send(http, to_anna("hej"))
    assert failed.value.name == "provider_down"


async def test_a_message_that_failed_at_once_is_told(provider: SmsProvider, real: Sms, http) -> None:
    provider.immediately = "failed"
    with pytest.raises(SendFailed) as failed:
        await real.send(http, to_anna("hej"))
    assert (failed.value.name, failed.value.code) == ("visitor_gone", "failed")


@pytest.mark.parametrize(
    "answer", [{}, {"id": None}, {"id": 7}, {"id": ""}, {"id": ["s1"]}, {"id": "s 1"}, {"status": "sent"}]
)
async def test_an_answer_without_an_id_leaves_a_doubt(http, answer) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.json_response(answer)

    app = web.Application()
    app.router.add_post("/a1/sms", handler)
    async with TestServer(app) as server:
        with pytest.raises(SendFailed) as failed:
            await Sms({**VALUES, "api_url": str(server.make_url("/"))}, HOOK).send(http, to_anna("hej"))
    assert (failed.value.name, failed.value.code) == ("in_doubt", "answer")


async def test_no_account_money_number_or_country_is_told_by_the_provider_itself(provider: SmsProvider, http) -> None:
    async def name(**other: str) -> str:
        with pytest.raises(SendFailed) as failed:
            await Sms({**provider.values(), **other}, HOOK).send(http, to_anna("hej"))
        return str(failed.value)

    assert await name(password="0" * 32) == "misconfigured 401 credentials"
    assert await name(number="+46766861009") == "misconfigured 403 sender"
    provider.balance = PRICE - 1
    assert await name() == "misconfigured 403 credit"
    provider.balance = PRICE
    with pytest.raises(SendFailed, match="refused 403 message"):
        await Sms(provider.values(), HOOK).send(http, to_anna(""))
    assert provider.sent == []


async def test_nothing_secret_is_in_a_failure_or_finding(provider: SmsProvider, real: Sms, http, caplog) -> None:
    caplog.set_level("DEBUG")
    said: list[str] = []
    words = f"Invalid to number {ANNA}: Han slår mig. {PASSWORD} {SECRET}"
    provider.refuse = (403, words)
    for mood in ("ok", "429", "500", "drop"):
        provider.moods.append(mood)
        with pytest.raises(SendFailed) as failed:
            await real.send(http, to_anna("Han slår mig."))
        said += [str(failed.value), repr(failed.value), failed.value.code, repr(failed.value.__dict__)]
        assert failed.value.__cause__ is None
    said += [finding.text for finding in await real.check(http)]
    provider.refuse = None
    said += [finding.text for finding in await real.check(http)]
    said.append(str(await real.register(http)))
    said += [finding.text for finding in await real.check(http)]
    said.append(repr(real))
    said.append(caplog.text)
    for secret in (USERNAME, PASSWORD, SECRET, ANNA, "slår"):
        assert secret not in "\n".join(said)


# what SMS does not have


async def test_sms_has_no_deletion_typing_buttons_or_fetching(sms: Sms, http) -> None:
    able = Sms.capabilities
    assert (able.buttons, able.rows, able.typing, able.deletes_own, able.deletes_theirs) == (0, 0, False, 0, 0)
    assert (able.window, able.contacts, able.best, able.longest) == (None, 3, 459, 918)
    assert sms.pulls is False
    with pytest.raises(SendFailed, match="refused no deletion"):
        await sms.delete(http, f"phone:{ANNA}", "s1")
    with pytest.raises(SendFailed, match="refused no pull"):
        await sms.pull(http, _take)
    await sms.acknowledge_press(http, "x")
    await sms.show_typing(http, f"phone:{ANNA}")


async def _take(_: list[Inbound]) -> None:
    raise AssertionError("nothing is fetched")


# check and register


async def texts(sms: Sms, http) -> list[tuple[bool, str]]:
    return [(finding.good, finding.text) for finding in await sms.check(http)]


PRICED = (True, "An SMS of one part to a Swedish number costs 0.52 SEK.")
RICH = (True, "There is 967.05 SEK on the account, which is enough for 1859 parts.")
KNOWN = (True, "46elks knows the account (Exempelstads kommun).")
COMES = (True, f"What people write to {NUMBER} comes to this service.")


async def test_register_sets_addresses_and_forbids_replies_from_bodies(provider: SmsProvider, real: Sms, http) -> None:
    (good, first), (also, second) = (await texts(real, http))[0:2]
    assert (good, first) == KNOWN
    assert not also
    assert second.endswith("Run: varsam channel register sms")
    finding = await real.register(http)
    assert finding is not None
    assert finding.good
    number = provider.numbers[0]
    assert (number["sms_url"], number["mms_url"], number["sms_replies"]) == (HOOK, HOOK, "no")
    assert await texts(real, http) == [KNOWN, COMES, PRICED, RICH]


async def test_check_changes_and_sends_nothing(provider: SmsProvider, real: Sms, http) -> None:
    before = [dict(number) for number in provider.numbers]
    await real.check(http)
    assert (provider.sent, provider.numbers, provider.balance) == ([], before, 9_670_500)
    posts = [form for method, _, form in provider.calls if method == "POST"]
    assert [(form["dryrun"], form["to"]) for form in posts] == [("yes", "+46701740605")]


async def test_a_number_without_mms_is_registered_for_sms_alone(provider: SmsProvider, real: Sms, http) -> None:
    provider.numbers = [rented(NUMBER, capabilities=["sms"])]
    await real.register(http)
    assert "mms_url" not in provider.numbers[0]
    no_mms = (True, "The number takes no MMS: a picture sent to it reaches nobody.")
    assert await texts(real, http) == [KNOWN, COMES, no_mms, PRICED, RICH]


async def test_check_finds_the_number_among_many_and_prefers_the_living_one(
    provider: SmsProvider, real: Sms, http
) -> None:
    others = [rented(f"+4676686{n:04}") for n in range(2000, 2007)]
    provider.page = 2
    provider.numbers = [
        rented(NUMBER, active="no"),
        *others,
        rented(NUMBER, sms_url=HOOK, mms_url=HOOK, sms_replies="no"),
    ]
    assert await texts(real, http) == [KNOWN, COMES, PRICED, RICH]


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"active": "no"}, "is given up and cannot be had back"),
        ({"capabilities": ["voice"]}, "takes no SMS"),
        ({"capabilities": None}, "takes no SMS"),
        ({"sms_url": "https://stod.example.se/channels/sms/another"}, "does not come here"),
        ({"sms_url": '{"forward":"+46701740605"}'}, "does not come here"),
        ({"sms_url": HOOK, "mms_url": ""}, "Who sends a picture gets no answer"),
        ({"sms_url": HOOK, "mms_url": HOOK, "sms_replies": "yes"}, "sends that page as an SMS to the person"),
    ],
    ids=str,
)
async def test_check_says_what_is_wrong_with_the_number(provider, real: Sms, http, other, words: str) -> None:
    provider.numbers = [rented(NUMBER, **{"sms_replies": "no", **other})]
    bad = [text for good, text in await texts(real, http) if not good]
    assert len(bad) == 1
    assert words in bad[0]


async def test_check_and_register_say_whose_number_it_is_not(provider: SmsProvider, real: Sms, http) -> None:
    provider.numbers = [rented("+46766861002")]
    (_, (good, text)) = await texts(real, http)
    assert not good
    assert text.startswith(f"The number {NUMBER} is not one of this account's")
    finding = await real.register(http)
    assert finding is not None
    assert (finding.good, finding.text) == (False, text)


async def test_without_a_public_address_both_say_so(provider: SmsProvider, http) -> None:
    unreachable = Sms(provider.values(), "")
    finding = await unreachable.register(http)
    assert finding is not None
    assert (False, finding.text) in await texts(unreachable, http)
    assert "VARSAM_PUBLIC_ORIGIN" in finding.text


FILL = "Fill it in the 46elks dashboard."


@pytest.mark.parametrize(
    ("balance", "due"),
    [
        (PRICE * 199, (False, f"There is 103.48 SEK on the account, which is enough for 199 parts. {FILL}")),
        (PRICE * 200, (True, "There is 104.00 SEK on the account, which is enough for 200 parts.")),
        (0, (False, "46elks sends nothing, for the account has no money left: fill it in the 46elks dashboard.")),
    ],
)
async def test_check_tells_how_far_the_money_goes(provider: SmsProvider, real: Sms, http, balance: int, due) -> None:
    provider.balance = balance
    await real.register(http)
    assert (await texts(real, http))[-1] == due


@pytest.mark.parametrize(
    ("account", "trial", "due"),
    [
        ({}, {}, []),
        ({"balance": None, "currency": "EUR"}, {"estimated_cost": 470}, [(True, "An SMS of one part to a Swedish number costs 0.05 EUR.")]),
        ({"balance": 20_000, "currency": "SEK"}, {}, [(True, "There is 2.00 SEK on the account.")]),
        ({"balance": 0, "currency": "SEK"}, {}, [(False, f"There is 0.00 SEK on the account. {FILL}")]),
        ({"balance": -60_000, "currency": "SEK"}, {"estimated_cost": 0}, [
            (True, "An SMS of one part to a Swedish number costs 0.00 SEK."),
            (False, f"There is -6.00 SEK on the account. {FILL}"),
        ]),
        ({"balance": -60_000, "currency": "SEK"}, {"estimated_cost": 5200}, [
            (True, "An SMS of one part to a Swedish number costs 0.52 SEK."),
            (False, f"There is -6.00 SEK on the account, which is enough for 0 parts. {FILL}"),
        ]),
    ],
)  # fmt: skip
def test_money_is_told_from_whatever_46elks_tells(account, trial, due) -> None:
    assert [(finding.good, finding.text) for finding in money(account, trial)] == due


@pytest.mark.parametrize(
    ("mood", "words"),
    [
        ("429", "try again in some minutes"),
        ("503", "cannot be reached"),
        ("drop", "cannot be reached"),  # aiohttp asks a GET that was cut off once more by itself
        ("garbage", "not the API of 46elks"),
    ],
)
async def test_check_says_when_46elks_cannot_be_asked(provider: SmsProvider, real: Sms, http, mood, words) -> None:
    provider.moods.extend([mood, mood])
    ((good, text),) = await texts(real, http)
    assert not good
    assert words in text


@pytest.mark.parametrize(
    ("refuse", "words"),
    [
        ((401, "API access denied"), "VARSAM_SMS_PASSWORD"),
        ((404, "Not found"), "VARSAM_SMS_API_URL"),
        ((418, "Teapot"), "(418 refused)"),
    ],
)
async def test_check_says_what_46elks_refuses(provider: SmsProvider, real: Sms, http, refuse, words) -> None:
    provider.refuse = refuse
    ((good, text),) = await texts(real, http)
    assert not good
    assert words in text


async def test_check_survives_nonsense_from_the_platform(http) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        told = {
            "/a1/me": {"balance": "much", "displayname": 7, "currency": None},
            "/a1/numbers": {"data": [None, 7, {"number": NUMBER, "id": "../me", "capabilities": {}}], "next": 5},
        }
        return web.json_response(told.get(request.path, {"estimated_cost": True}))

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handler)
    async with TestServer(app) as server:
        found = await texts(Sms({**VALUES, "api_url": str(server.make_url("/"))}, HOOK), http)
    assert found[0] == (True, "46elks knows the account.")
    assert [good for good, _ in found] == [True, False]


# the other way


class Ours:
    """Our webhook as the gateway has it: verified, read, answered with `body`."""

    def __init__(self, sms: Sms) -> None:
        self.sms, self.status, self.body, self.kind = sms, 200, "", "text/plain"
        self.got: list[Inbound] = []

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/channels/sms/{tail}", self._take)
        return app

    async def _take(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Request("POST", {}, headers, await request.read(), request.match_info["tail"])
        if not self.sms.verify(asked):
            return web.Response(status=403)
        self.got += self.sms.parse(asked)
        return web.Response(status=self.status, text=self.body, content_type=self.kind)


@pytest.fixture
async def ours(sms: Sms) -> AsyncIterator[tuple[Ours, str]]:
    ours = Ours(sms)
    async with TestServer(ours.app()) as server:
        yield ours, str(server.make_url("/")).rstrip("/")


async def test_the_phones_of_the_provider_are_understood(provider: SmsProvider, ours, http) -> None:
    us, base = ours
    id = "s" + "0" * 32
    requests = [
        provider.text(ANNA, "Jag behöver hjälp 😢", id=id, at=AT),
        provider.picture(BEA, "Se här"),
        provider.report(id, "delivered", at=AT),
        provider.report(id, "failed"),
    ]
    assert [await provider.deliver(http, base, request) for request in requests] == [200] * 4
    text, picture, delivered, failed = us.got
    assert text == Inbound("text", id, (f"phone:{ANNA}",), "Jag behöver hjälp 😢", at=AT)
    assert (picture.kind, picture.who, picture.text, picture.media) == ("media", (f"phone:{BEA}",), "Se här", "picture")
    assert (delivered.status, delivered.refers, delivered.at) == ("delivered", id, AT)
    assert (failed.status, failed.failure) == ("failed", "visitor_gone")
    assert provider.sent == []


async def test_a_body_of_our_answer_is_sent_to_the_person(provider: SmsProvider, ours, http) -> None:
    us, base = ours
    us.body = "ok"
    await provider.deliver(http, base, provider.text(ANNA, "hej"))
    assert [(sms.text, sms.reply, sms.to) for sms in provider.sent] == [("ok", True, ANNA)]
    us.body, us.kind = '{"forward": "+46701740606"}', "application/json"
    await provider.deliver(http, base, provider.text(ANNA, "hjälp"))
    assert [(sms.text, sms.to) for sms in provider.sent[1:]] == [("hjälp", BEA)]
    us.body = '{"other": 1}'
    await provider.deliver(http, base, provider.text(ANNA, "hjälp"))
    us.body = "of a report it is ignored"
    await provider.deliver(http, base, provider.report("s1", "sent"))
    assert len(provider.sent) == 2
    provider.numbers[0]["sms_replies"] = "no"
    us.body = "ok"
    await provider.deliver(http, base, provider.text(ANNA, "hej"))
    assert len(provider.sent) == 2


async def test_what_is_not_answered_is_posted_again(provider: SmsProvider, ours, http) -> None:
    us, base = ours
    us.status = 503
    us.body = "not sent, for it was no answer"
    assert await provider.deliver(http, base, provider.text(ANNA, "hej")) == 503
    us.status, us.body = 204, ""
    assert await provider.repeat(http) == [204]
    assert len(us.got) == 3
    assert len({got.id for got in us.got}) == 1
    assert (provider.unanswered, provider.sent) == ([], [])
    assert await provider.deliver(http, "http://127.0.0.1:1", provider.text(ANNA, "hej")) == 0
    assert len(provider.unanswered) == 1


async def test_a_stranger_is_turned_away(provider: SmsProvider, ours, http) -> None:
    us, base = ours
    provider.tries = 1
    request = replace(provider.text(ANNA, "hej"), tail="0" * 24)
    assert await provider.deliver(http, base, request) == 403
    assert us.got == []


def test_the_provider_has_no_buttons_edits_or_unsending() -> None:
    provider = SmsProvider()
    for act in (
        lambda: provider.press(ANNA, 0),
        lambda: provider.edit(ANNA, "s1", "x"),
        lambda: provider.unsend(ANNA, "s1"),
    ):
        with pytest.raises(NotInSms):
            act()


async def test_the_provider_keeps_no_words_that_are_not_to_be_logged(provider: SmsProvider, real: Sms, http) -> None:
    id = await real.send(http, to_anna("hemligt"))
    auth = {"Authorization": aiohttp.encode_basic_auth(USERNAME, PASSWORD)}
    async with http.get(f"{provider.url}/a1/sms/{id}", headers=auth) as answer:
        assert await answer.json() == {"id": id, "to": ANNA}


# settings


def test_settings_can_be_told_apart_and_match_their_examples() -> None:
    for setting in Sms.settings:
        assert re.fullmatch(setting.pattern, setting.example), setting.name
        assert not setting.default or re.fullmatch(setting.pattern, setting.default)
    by_name = {setting.name: setting for setting in Sms.settings}
    assert [name for name, setting in by_name.items() if setting.secret] == ["password", "path_secret"]
    assert by_name["api_url"].default == "https://api.46elks.com"
    assert not re.fullmatch(by_name["path_secret"].pattern, "x" * 23)
    assert not re.fullmatch(by_name["number"].pattern, "0766861001")


async def test_many_at_once_are_each_their_own(provider: SmsProvider, real: Sms, http) -> None:
    ids = await asyncio.gather(*(real.send(http, to_anna(f"nummer {n}")) for n in range(20)))
    assert len(set(ids)) == 20
    assert {sms.id: sms.text for sms in provider.sent}.keys() == set(ids)
