"""The Telegram connector against a Bot API on loopback: sending, fetching, errors, what an operator is told."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer, unused_port

from connectors import telegram
from connectors.messaging import Finding, Inbound, Option, Outbound, SendFailed
from connectors.telegram import ERRORS, Telegram, raise_for_error
from connectors.telegram_check import NO_HOOK, about_bot, about_webhook, hook_problem, hook_refused
from connectors.wire import LONGEST_WAIT, Answer, session
from tests.connectors.payloads.telegram import message, update
from tests.providers.telegram import SECRET, TOKEN, Deleted, TelegramProvider

HOOK = "https://varsam.example/channels/telegram"
OPTIONS = (Option("Ja, visa", "c7:0"), Option("Visa inte", "c7:1"), Option("Nej tack, ingen människa", "c7:2"))
DAY = 24 * 3600.0


class Clock:
    def __init__(self) -> None:
        self.now = 1_795_510_800.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def provider(clock: Clock) -> AsyncIterator[TelegramProvider]:
    provider = TelegramProvider(clock=clock)
    async with TestServer(provider.app()) as server:
        provider.url = str(server.make_url("")).rstrip("/")
        yield provider


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with session() as http:
        yield http


def bot_at(url: str, hook: str = HOOK, token: str = TOKEN) -> Telegram:
    return Telegram({"token": token, "secret": SECRET, "api_url": url}, hook)


@pytest.fixture
def bot(provider: TelegramProvider) -> Telegram:
    return bot_at(provider.url)


@pytest.fixture
def ada(provider: TelegramProvider, bot: Telegram) -> str:
    return bot.parse(provider.text("Ada", "hej"))[0].who[0]


async def failure(work: Any) -> SendFailed:
    with pytest.raises(SendFailed) as caught:
        await work
    assert TOKEN not in str(caught.value)
    assert TOKEN.partition(":")[2] not in repr(caught.value)
    assert caught.value.__cause__ is None
    return caught.value


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(3):
        while not true():
            await asyncio.sleep(0.01)


# Sending.


async def test_text_is_sent_plain_and_without_preview(
    bot: Telegram, provider: TelegramProvider, http: aiohttp.ClientSession, ada: str
) -> None:
    text = "Ring 112. <b>*Läs* [mer](x)</b> https://polisen.se Å 😟"
    id = await bot.send(http, Outbound(ada, text))
    (sent,) = provider.to("Ada")
    assert (sent.text, sent.id, sent.options, sent.protected, sent.preview) == (text, id, (), False, False)
    assert provider.calls[-1][1].keys() == {"chat_id", "text", "link_preview_options"}


async def test_options_are_buttons_one_a_row_and_a_press_comes_back(
    bot: Telegram, provider: TelegramProvider, http: aiohttp.ClientSession, ada: str
) -> None:
    await bot.send(http, Outbound(ada, "Ska kuratorn få se det?", OPTIONS, "buttons"))
    rows = provider.calls[-1][1]["reply_markup"]["inline_keyboard"]
    assert [len(row) for row in rows] == [1, 1, 1]
    (pressed,) = bot.parse(provider.press("Ada", 2))
    assert (pressed.kind, pressed.who, pressed.choice, pressed.text) == (
        "choice", (ada,), "c7:2", "Nej tack, ingen människa",
    )  # fmt: skip
    await bot.acknowledge_press(http, pressed.press)
    assert provider.acknowledged == [pressed.press]


async def test_press_that_is_acknowledged_too_late_is_no_failure(
    bot: Telegram, provider: TelegramProvider, http: aiohttp.ClientSession
) -> None:
    await bot.acknowledge_press(http, "123")
    assert provider.acknowledged == []


def test_press_without_buttons_raises(provider: TelegramProvider) -> None:
    with pytest.raises(LookupError):
        provider.press("Ada", 0)


async def test_as_much_as_the_capabilities_allow_is_taken(
    bot: Telegram, provider: TelegramProvider, http: aiohttp.ClientSession, ada: str
) -> None:
    can = bot.capabilities
    options = tuple(Option("å" * can.button_title, f"{number:040}") for number in range(can.buttons))
    await bot.send(http, Outbound(ada, "😟" * (can.longest_with_options // 2), options, "buttons"))
    assert len(provider.to("Ada")[0].options) == can.buttons
    assert (await failure(bot.send(http, Outbound(ada, "😟" * (can.longest // 2 + 1))))).name == "refused"


async def test_typing_is_shown(
    bot: Telegram, provider: TelegramProvider, http: aiohttp.ClientSession, ada: str
) -> None:
    await bot.show_typing(http, ada)
    assert provider.typing == ["Ada"]


async def test_messages_of_both_sides_are_deleted_within_two_days(
    bot: Telegram, provider: TelegramProvider, http: aiohttp.ClientSession, ada: str, clock: Clock
) -> None:
    theirs = bot.parse(provider.text("Ada", "radera"))[0].removal
    ours = await bot.send(http, Outbound(ada, "Nu är det raderat."))
    late = await bot.send(http, Outbound(ada, "Hej då."))
    clock.now += bot.capabilities.deletes_own - 1
    await bot.delete(http, ada, ours)
    await bot.delete(http, ada, theirs)
    assert provider.deleted == [Deleted("Ada", ours), Deleted("Ada", f"{ada.removeprefix('chat:')}.{theirs}")]
    await bot.delete(http, ada, ours)  # gone already
    assert len(provider.deleted) == 2
    clock.now += 2
    gone = await failure(bot.delete(http, ada, late))
    assert (gone.name, gone.code) == ("refused", "400")


@pytest.mark.parametrize("id", ["", "7.", "7.x", "7.-1", "7.1.2x", "7." + "9" * 30])
async def test_id_that_is_none_is_not_deleted(bot: Telegram, http: aiohttp.ClientSession, ada: str, id: str) -> None:
    assert (await failure(bot.delete(http, ada, id))).name == "refused"


@pytest.mark.parametrize("to", ["", "7", "chat:", "chat:x", "chat:-100", "phone:46701234567", "chat:1 OR 1"])
async def test_what_is_no_chat_is_not_written_to(
    bot: Telegram, provider: TelegramProvider, http: aiohttp.ClientSession, to: str
) -> None:
    assert (await failure(bot.send(http, Outbound(to, "hej")))).name == "refused"
    assert provider.calls == []


# Failures.


async def test_blocked_deactivated_and_strange_chats(
    bot: Telegram, provider: TelegramProvider, http: aiohttp.ClientSession, ada: str
) -> None:
    chat = provider.phones.chat("Ada")
    provider.block("Ada")
    no = await failure(bot.send(http, Outbound(ada, "hej")))
    assert (no.name, no.code, no.retry_after, no.whole) == ("blocked", "403 bot was blocked by the user", None, False)
    provider.text("Ada", "hej igen")  # who writes has let the bot in again
    await bot.send(http, Outbound(ada, "hej"))
    provider.phones.strangers.add(chat)
    assert (await failure(bot.send(http, Outbound(ada, "hej")))).name == "visitor_gone"
    provider.phones.deactivated.add(chat)
    no = await failure(bot.send(http, Outbound(ada, "hej")))
    assert (no.name, no.code) == ("visitor_gone", "403 user is deactivated")
    no = await failure(bot.send(http, Outbound("chat:424242", "hej")))
    assert (no.name, no.code) == ("visitor_gone", "400 chat not found")


async def test_token_that_is_revoked_or_miswritten(provider: TelegramProvider, http: aiohttp.ClientSession) -> None:
    wrong = bot_at(provider.url, token="7312345678:" + "B" * 35)
    assert (await failure(wrong.send(http, Outbound("chat:7", "hej")))).code == "401"
    malformed = bot_at(provider.url, token="7312345678:B")
    no = await failure(malformed.send(http, Outbound("chat:7", "hej")))
    assert (no.name, no.code) == ("misconfigured", "404")
    provider.revoked = True
    assert (await failure(bot_at(provider.url).send(http, Outbound("chat:7", "hej")))).name == "misconfigured"


async def test_more_than_a_chat_takes_is_to_be_sent_later(
    bot: Telegram, provider: TelegramProvider, http: aiohttp.ClientSession, ada: str, clock: Clock
) -> None:
    for number in range(5):
        await bot.send(http, Outbound(ada, f"{number}"))
    no = await failure(bot.send(http, Outbound(ada, "5")))
    assert (no.name, no.retry_after, no.whole, no.code) == ("retry_later", 2.0, False, "429")
    other = bot.parse(provider.text("Bo", "hej"))[0].who[0]
    await bot.send(http, Outbound(other, "den andra väntar inte"))
    clock.now += no.retry_after
    await bot.send(http, Outbound(ada, "5"))
    assert [sent.text for sent in provider.to("Ada")] == ["0", "1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("mood", "name", "retry_after", "arrived"),
    [
        ("429", "retry_later", 7.0, False),
        ("500", "provider_down", None, False),
        ("503", "provider_down", None, False),
        ("drop", "in_doubt", None, True),
        ("garbage", "in_doubt", None, True),
    ],
)
async def test_moods(
    bot: Telegram,
    provider: TelegramProvider,
    http: aiohttp.ClientSession,
    ada: str,
    mood: str,
    name: str,
    retry_after: float | None,
    arrived: bool,
) -> None:
    provider.retry_after = 7
    provider.moods.append(mood)
    no = await failure(bot.send(http, Outbound(ada, "hej")))
    assert (no.name, no.retry_after) == (name, retry_after)
    assert bool(provider.to("Ada")) == arrived
    await bot.send(http, Outbound(ada, "hej igen"))


async def test_slow_answer_is_waited_for(
    bot: Telegram, provider: TelegramProvider, http: aiohttp.ClientSession, ada: str
) -> None:
    provider.slow_seconds = 0.1
    provider.moods.append("slow")
    assert await bot.send(http, Outbound(ada, "hej")) == provider.to("Ada")[0].id


async def test_no_answer_leaves_it_in_doubt(bot: Telegram, provider: TelegramProvider, ada: str) -> None:
    provider.moods.append("hang")
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.2)) as hasty:
        no = await failure(bot.send(hasty, Outbound(ada, "hej")))
    assert (no.name, no.code) == ("in_doubt", "TimeoutError")
    assert provider.to("Ada") == []


async def test_no_connection_is_told_from_doubt(http: aiohttp.ClientSession) -> None:
    no = await failure(bot_at(f"http://127.0.0.1:{unused_port()}").send(http, Outbound("chat:7", "hej")))
    assert no.name == "provider_down"


# (status, description, parameters) as Client.cpp and ClientManager.cpp of the Bot API's server give them.
TOLD: list[tuple[int, str, dict[str, Any], str, float | None]] = [
    (400, "Bad Request: chat not found", {}, "visitor_gone", None),
    (400, "Bad Request: private chat not found", {}, "visitor_gone", None),
    (400, "Bad Request: user not found", {}, "visitor_gone", None),
    (400, "Bad Request: PEER_ID_INVALID", {}, "visitor_gone", None),
    (400, "Bad Request: chat_id is empty", {}, "refused", None),
    (400, "Bad Request: message is too long", {}, "refused", None),
    (400, "Bad Request: message text is empty", {}, "refused", None),
    (400, "Bad Request: strings must be encoded in UTF-8", {}, "refused", None),
    (400, "Bad Request: reply markup is too long", {}, "refused", None),
    (400, "Bad Request: BUTTON_DATA_INVALID", {}, "refused", None),
    (400, "Bad Request: message can't be deleted", {}, "refused", None),
    (400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": -1001}, "refused", None),
    (400, "Logged out", {}, "misconfigured", None),
    (401, "Unauthorized", {}, "misconfigured", None),
    (401, "Unauthorized: invalid token specified", {}, "misconfigured", None),
    (403, "Forbidden: bot was blocked by the user", {}, "blocked", None),
    (403, "Forbidden: user is deactivated", {}, "visitor_gone", None),
    (403, "Forbidden: bot can't initiate conversation with a user", {}, "visitor_gone", None),
    (403, "Forbidden: bot can't send messages to bots", {}, "refused", None),
    (403, "Forbidden: the group chat was deleted", {}, "refused", None),
    (404, "Not Found", {}, "misconfigured", None),
    (404, "Not Found: method not found", {}, "misconfigured", None),
    (409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running", {},
     "misconfigured", None),
    (409, "Conflict: terminated by setWebhook request", {}, "misconfigured", None),
    (409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
     {}, "misconfigured", None),
    (413, "Request Entity Too Large", {}, "refused", None),
    (420, "FLOOD_WAIT_3", {}, "retry_later", None),
    (421, "Misdirected Request: unallowed token specified", {}, "misconfigured", None),
    (429, "Too Many Requests: retry after 60", {"retry_after": 60}, "retry_later", 60.0),
    (429, "Too Many Requests: retry after 3", {}, "retry_later", None),
    (429, "Too Many Requests", {"retry_after": 10**9}, "retry_later", LONGEST_WAIT),
    (429, "Too Many Requests", {"retry_after": "soon"}, "retry_later", None),
    (429, "Too Many Requests", {"retry_after": -4}, "retry_later", None),
    (500, "Internal Server Error: restart", {}, "provider_down", None),
    (500, "Internal Server Error: sent message was immediately deleted and can't be returned", {}, "in_doubt", None),
    (502, "Bad Gateway", {}, "provider_down", None),
    (504, "Gateway Timeout", {}, "in_doubt", None),
    (418, "I'm a teapot", {}, "refused", None),
    (200, "", {}, "in_doubt", None),
]  # fmt: skip


@pytest.mark.parametrize(("status", "description", "parameters", "name", "retry_after"), TOLD)
def test_error_has_a_name(
    status: int, description: str, parameters: dict[str, Any], name: str, retry_after: float | None
) -> None:
    body = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
    with pytest.raises(SendFailed) as caught:
        raise_for_error(Answer(status, body))
    assert (caught.value.name, caught.value.retry_after, caught.value.whole) == (name, retry_after, False)


def test_every_row_of_the_table_is_tried() -> None:
    tried = set()
    for status, description, *_ in TOLD:
        row = next((row for row in ERRORS if row[0] == status and row[1].lower() in description.lower()), None)
        tried.add(row)
    assert set(ERRORS) - tried == {(409, "", "misconfigured")}


@pytest.mark.parametrize(
    ("status", "name"),
    [(200, "in_doubt"), (301, "misconfigured"), (404, "misconfigured"), (407, "misconfigured"), (403, "misconfigured"),
     (400, "refused"), (429, "retry_later"), (502, "provider_down"), (504, "in_doubt")],
)  # fmt: skip
def test_answer_that_is_not_from_telegram(status: int, name: str) -> None:
    with pytest.raises(SendFailed) as caught:
        raise_for_error(Answer(status, {}))
    assert caught.value.name == name


def test_description_of_the_platform_is_not_in_what_is_logged() -> None:
    with pytest.raises(SendFailed) as caught:
        raise_for_error(Answer(400, {"ok": False, "error_code": 400, "description": "Bad Request: hon heter Ada"}))
    assert str(caught.value) == "refused 400"


# Fetching.


class Taken:
    """What `take` was given; fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.batches: list[list[Inbound]] = []
        self.failures = failures

    async def __call__(self, batch: list[Inbound]) -> None:
        self.batches.append(batch)
        if self.failures:
            self.failures -= 1
            raise RuntimeError("store is down")

    @property
    def texts(self) -> list[str]:
        return [one.text for batch in self.batches for one in batch]


@pytest_asyncio.fixture
async def pulled(
    provider: TelegramProvider, http: aiohttp.ClientSession
) -> AsyncIterator[Callable[[Taken], asyncio.Task[None]]]:
    """Start fetching; give the task."""
    tasks: list[asyncio.Task[None]] = []

    def start(taken: Taken) -> asyncio.Task[None]:
        tasks.append(asyncio.create_task(bot_at(provider.url, hook="").pull(http, taken)))
        return tasks[-1]

    yield start
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError, SendFailed, RuntimeError):
            await task


def test_messages_are_fetched_where_there_is_no_address() -> None:
    assert bot_at("https://api.telegram.org", hook="").pulls
    assert not bot_at("https://api.telegram.org").pulls
    assert bot_at("https://api.telegram.org").tail == ""


async def test_what_waits_and_what_comes_is_fetched_once(
    provider: TelegramProvider, pulled: Callable[[Taken], asyncio.Task[None]]
) -> None:
    for text in ("ett", "två"):
        provider.enqueue(provider.text("Ada", text))
    taken = Taken()
    task = pulled(taken)
    await until(lambda: len(taken.texts) == 2)
    provider.enqueue(provider.text("Bo", "tre"))
    await until(lambda: len(taken.texts) == 3)
    assert taken.texts == ["ett", "två", "tre"]
    asked = [asked for method, asked in provider.calls if method == "getupdates"]
    assert "offset" not in asked[0]
    assert asked[0]["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]
    await until(lambda: provider.calls[-1][1].get("offset") == asked[1]["offset"] + 1)
    assert not task.done()


async def test_what_was_not_taken_is_fetched_again(
    provider: TelegramProvider, pulled: Callable[[Taken], asyncio.Task[None]]
) -> None:
    provider.enqueue(provider.text("Ada", "jag är rädd"))
    taken = Taken(failures=1)
    task = pulled(taken)
    with pytest.raises(RuntimeError):
        await task
    assert len(provider.pending) == 1
    pulled(taken)
    await until(lambda: len(taken.batches) == 2)
    assert taken.batches[0] == taken.batches[1]
    await until(lambda: not provider.pending)


async def test_broken_update_does_not_stop_those_beside_it(
    provider: TelegramProvider, pulled: Callable[[Taken], asyncio.Task[None]]
) -> None:
    provider.enqueue(provider.text("Ada", "före"))
    provider.pending.append({"update_id": 884_200_002, "message": [None]})
    provider.phones.update()
    provider.enqueue(provider.text("Ada", "efter"))
    taken = Taken()
    pulled(taken)
    await until(lambda: not provider.pending)
    assert [(one.kind, one.text) for one in taken.batches[0]] == [("text", "före"), ("unknown", ""), ("text", "efter")]


async def test_updates_without_ids_are_a_fault_of_the_platform(
    provider: TelegramProvider, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def updates(asked: dict[str, Any]) -> list[Any]:
        return [{"message": "x"}]

    monkeypatch.setattr(provider, "_updates", updates)
    no = await failure(bot_at(provider.url, hook="").pull(http, Taken()))
    assert (no.name, no.code) == ("provider_down", "updates without update_id")


@pytest.mark.parametrize("result", [None, True, "", {}, {"0": {"update_id": 1}}])
async def test_an_answer_without_a_list_is_a_fault_of_the_platform(
    provider: TelegramProvider, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, result: Any
) -> None:
    async def updates(asked: dict[str, Any]) -> Any:
        return result

    monkeypatch.setattr(provider, "_updates", updates)
    no = await failure(bot_at(provider.url, hook="").pull(http, Taken()))
    assert (no.name, no.code) == ("provider_down", "no list of updates")


async def test_a_backlog_of_long_texts_is_fetched(
    provider: TelegramProvider, pulled: Callable[[Taken], asyncio.Task[None]]
) -> None:
    long = "Я" * 4096  # six bytes each, as Telegram writes them
    for number in range(1, 101):
        replied = message(number, text=long, reply_to_message=message(number + 500, text=long), quote={"text": long})
        provider.pending.append(update(number, message=replied))
    taken = Taken()
    pulled(taken)
    await until(lambda: len(taken.texts) == 100)
    assert set(taken.texts) == {long}


async def test_ids_that_begin_anew_after_a_quiet_time_are_fetched(
    provider: TelegramProvider, pulled: Callable[[Taken], asyncio.Task[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram, "POLL_SECONDS", 0)
    monkeypatch.setattr(telegram, "SHORTEST_POLL", 0.01)
    provider.pending.append(update(884_200_001, message=message(1, text="före")))
    taken = Taken()
    pulled(taken)
    await until(lambda: len(provider.calls) > 4)
    provider.pending.append(update(4711, message=message(2, text="efter")))
    await until(lambda: taken.texts == ["före", "efter"])


async def test_a_server_that_never_waits_is_not_asked_without_end(
    provider: TelegramProvider, pulled: Callable[[Taken], asyncio.Task[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram, "POLL_SECONDS", 0)
    pulled(Taken())
    await asyncio.sleep(0.3)
    assert sum(method == "getupdates" for method, _ in provider.calls) == 1


async def test_old_webhook_is_removed_and_what_waits_is_kept(
    provider: TelegramProvider, pulled: Callable[[Taken], asyncio.Task[None]]
) -> None:
    provider.webhook = {"url": "https://gammal.example/x"}
    provider.enqueue(provider.text("Ada", "har väntat"))
    taken = Taken()
    pulled(taken)
    await until(lambda: taken.texts == ["har väntat"])
    assert [method for method, _ in provider.calls[:3]] == ["getwebhookinfo", "deletewebhook", "getupdates"]
    assert provider.calls[1][1] == {"drop_pending_updates": False}


async def test_webhook_is_not_removed_where_there_is_none(
    provider: TelegramProvider, pulled: Callable[[Taken], asyncio.Task[None]]
) -> None:
    pulled(Taken())
    await until(lambda: any(method == "getupdates" for method, _ in provider.calls))
    assert [method for method, _ in provider.calls] == ["getwebhookinfo", "getupdates"]


async def test_second_program_that_fetches_is_told_plainly(
    provider: TelegramProvider, pulled: Callable[[Taken], asyncio.Task[None]]
) -> None:
    first = pulled(Taken())
    await until(lambda: bool(provider.calls) and provider.calls[-1][0] == "getupdates")
    pulled(Taken())
    no = await failure(first)
    assert (no.name, no.code) == ("misconfigured", "409 terminated by other getUpdates")


async def test_webhook_set_meanwhile_is_told_plainly(
    provider: TelegramProvider,
    bot: Telegram,
    http: aiohttp.ClientSession,
    pulled: Callable[[Taken], asyncio.Task[None]],
) -> None:
    task = pulled(Taken())
    await until(lambda: bool(provider.calls) and provider.calls[-1][0] == "getupdates")
    assert await bot.register(http) == Finding(True, f"Telegram now calls {HOOK}. What was waiting is kept.")
    assert (await failure(task)).code == "409 terminated by setWebhook"


@pytest.mark.parametrize(("mood", "name"), [("500", "provider_down"), ("429", "retry_later"), ("drop", "in_doubt")])
async def test_fetching_ends_with_what_went_wrong(
    provider: TelegramProvider, pulled: Callable[[Taken], asyncio.Task[None]], mood: str, name: str
) -> None:
    provider.poll_moods.append(mood)
    provider.enqueue(provider.text("Ada", "hej"))
    assert (await failure(pulled(Taken()))).name == name
    taken = Taken()
    pulled(taken)
    await until(lambda: taken.texts == ["hej"])


async def test_long_poll_is_waited_for_longer_than_a_call(
    provider: TelegramProvider, pulled: Callable[[Taken], asyncio.Task[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram, "POLL_SECONDS", 0)
    began = time.monotonic()
    pulled(Taken())
    await until(lambda: sum(method == "getupdates" for method, _ in provider.calls) > 2)  # none came, and it asks again
    assert time.monotonic() - began < 2


# Bringing it to the webhook.


async def test_update_is_delivered_to_our_address(
    provider: TelegramProvider, bot: Telegram, http: aiohttp.ClientSession
) -> None:
    got: list[tuple[str, str, bytes]] = []

    async def hook(request: aiohttp.web.Request) -> aiohttp.web.Response:
        got.append((request.path, request.headers["X-Telegram-Bot-Api-Secret-Token"], await request.read()))
        return aiohttp.web.Response()

    app = aiohttp.web.Application()
    app.router.add_post("/channels/telegram", hook)
    async with TestServer(app) as server:
        base = str(server.make_url("")).rstrip("/")
        assert await provider.deliver(http, base, provider.text("Ada", "hej å")) == 200
    assert (got[0][0], got[0][1]) == ("/channels/telegram", SECRET)
    assert json.loads(got[0][2])["message"]["text"] == "hej å"
    provider.pulls = True
    assert await provider.deliver(http, "", provider.text("Ada", "hej")) == 200
    assert len(provider.pending) == 1


# What an operator is told.


async def test_check_of_a_bot_in_order(provider: TelegramProvider, bot: Telegram, http: aiohttp.ClientSession) -> None:
    assert await bot.register(http) == Finding(True, f"Telegram now calls {HOOK}. What was waiting is kept.")
    assert provider.webhook == {
        "url": HOOK, "secret_token": SECRET, "max_connections": 40,
        "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member"],
    }  # fmt: skip
    before = len(provider.calls)
    assert await bot.check(http) == [
        Finding(True, "The token is right. The bot is @VarsamBot, at https://t.me/VarsamBot."),
        Finding(True, f"Telegram calls {HOOK}."),
        Finding(True, "Nothing waits at Telegram."),
    ]
    assert [method for method, _ in provider.calls[before:]] == ["getme", "getwebhookinfo"]


async def test_register_keeps_what_waits(
    provider: TelegramProvider, bot: Telegram, http: aiohttp.ClientSession
) -> None:
    provider.enqueue(provider.text("Ada", "har väntat"))
    await bot.register(http)
    assert len(provider.pending) == 1


async def test_register_without_an_address(provider: TelegramProvider, http: aiohttp.ClientSession) -> None:
    assert await bot_at(provider.url, hook="").register(http) == NO_HOOK
    assert provider.calls == []


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        ("http://varsam.example/channels/telegram", "VARSAM_PUBLIC_ORIGIN must begin with https://"),
        ("https://varsam.example:9443/channels/telegram", "use 443, 80, 88 or 8443"),
    ],
)
async def test_register_of_an_address_that_telegram_refuses(
    provider: TelegramProvider, http: aiohttp.ClientSession, hook: str, said: str
) -> None:
    found = await bot_at(provider.url, hook=hook).register(http)
    assert found is not None
    assert not found.good
    assert said in found.text


@pytest.mark.parametrize(
    ("mood", "said"),
    [
        ("500", "did not answer"),
        ("503", "did not answer"),
        ("429", "asks us to wait for 7 seconds"),
        ("garbage", "did not answer"),
    ],
)
async def test_check_and_register_say_why_they_could_not(
    provider: TelegramProvider, bot: Telegram, http: aiohttp.ClientSession, mood: str, said: str
) -> None:
    provider.retry_after = 7
    provider.moods.extend([mood, mood])
    (found,) = await bot.check(http)
    registered = await bot.register(http)
    assert found == registered
    assert not found.good
    assert said in found.text


async def test_check_of_a_wrong_token_says_where_to_get_it(
    provider: TelegramProvider, http: aiohttp.ClientSession
) -> None:
    provider.revoked = True
    (found,) = await bot_at(provider.url).check(http)
    assert not found.good
    assert "(401). Send @BotFather /token" in found.text
    assert TOKEN not in found.text


async def test_check_where_nothing_is_set_says_what_to_run(
    provider: TelegramProvider, bot: Telegram, http: aiohttp.ClientSession
) -> None:
    provider.can_join_groups = True
    assert [(found.good, found.text[:28]) for found in await bot.check(http)] == [
        (True, "The token is right. The bot "),
        (True, "Advice: the bot can be added"),
        (False, "Telegram has no address for "),
    ]


def identity(text: str) -> str:
    return text


@pytest.mark.parametrize(
    ("webhook", "hook", "good", "said"),
    [
        ({"url": ""}, "", True, "Messages are fetched"),
        ({"url": "https://gammal.example/tokentoken"}, "", False, "at gammal.example. If it is an old one"),
        ({"url": "https://annan.example/hemlig"}, HOOK, False, "at annan.example that is not ours"),
        ({"url": "https://[x/hemlig"}, HOOK, False, "at an unknown host"),
        ({"url": None}, HOOK, False, "no address for this bot"),
        ({"url": HOOK, "allowed_updates": ["message"]}, HOOK, False, "not tell us of everything"),
        ({"url": HOOK, "allowed_updates": [3, None]}, HOOK, False, "not tell us of everything"),
        ({"url": HOOK, "pending_update_count": 12}, HOOK, True, "12 messages are on their way"),
    ],
)
def test_finding_of_the_webhook(webhook: dict[str, Any], hook: str, good: bool, said: str) -> None:
    wrong = [found for found in about_webhook(webhook, hook, identity) if not found.good]
    last = wrong[0] if wrong else about_webhook(webhook, hook, identity)[-1]
    assert last.good == good
    assert said in last.text
    assert "hemlig" not in last.text
    assert "tokentoken" not in last.text


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        ("Wrong response from the webhook: 401 Unauthorized", "VARSAM_TELEGRAM_SECRET. Run `varsam channel register"),
        ("Wrong response from the webhook: 403 Forbidden", "or a firewall stands in between"),
        ("Wrong response from the webhook: 404 Not Found", "VARSAM_TELEGRAM_MODE"),
        ("Wrong response from the webhook: 302 Found", "redirects"),
        ("Wrong response from the webhook: 502 Bad Gateway", "look at their logs"),
        ("SSL error {error:0A000086:SSL routines::certificate verify failed}", "The certificate is not accepted"),
        ("Connection timed out", "open the firewall"),
        ("Connection refused", "Nothing listens"),
        ("Webhook connection closed", "proxy's log"),
        ("Failed to resolve host: Name or service not known", "DNS"),
        ("IPv6-only addresses are not allowed", "IPv4"),
        ("Something new", "Something new."),
    ],
)
def test_finding_of_a_delivery_that_fails_says_what_to_do(error: str, advice: str) -> None:
    webhook = {"url": HOOK, "pending_update_count": 3, "last_error_date": 1_795_510_800, "last_error_message": error}
    found = about_webhook(webhook, HOOK, identity)[-1]
    assert not found.good
    assert found.text.startswith(
        "3 messages wait at Telegram; the last time that Telegram could not reach us was at 2026-11-24 09:00 UTC:"
    )
    assert advice in found.text
    past = about_webhook({**webhook, "pending_update_count": 0}, HOOK, identity)[-1]
    assert past.good


@pytest.mark.parametrize("date", [None, "x", -1, 10**30, True])
def test_finding_of_an_error_without_a_date(date: Any) -> None:
    webhook = {
        "url": HOOK,
        "pending_update_count": "x",
        "last_error_date": date,
        "last_error_message": "a\x1b[2J\nb" + "c" * 999,
    }
    found = about_webhook(webhook, HOOK, identity)[-1]
    assert "not told: a[2Jbccc" in found.text
    assert len(found.text) < 320


async def test_secrets_in_the_platforms_words_are_not_shown(
    provider: TelegramProvider, bot: Telegram, http: aiohttp.ClientSession
) -> None:
    await bot.register(http)
    provider.last_error = {"last_error_date": 1, "last_error_message": f"Wrong response: {TOKEN} {SECRET}"}
    provider.enqueue(provider.text("Ada", "hej"))
    said = " ".join(found.text for found in await bot.check(http))
    assert "Wrong response: … …" in said
    assert TOKEN not in said
    assert SECRET not in said


def test_what_is_not_the_bot_api_is_told() -> None:
    for answer in ({}, {"username": 3, "is_bot": True}, {"username": "ada", "is_bot": False}):
        assert about_bot(answer) == [
            Finding(False, "What answers is not Telegram's Bot API. Look at VARSAM_TELEGRAM_API_URL.")
        ]


@pytest.mark.parametrize("hook", ["https://[x", "https://a.example:99999/", "ftp://a.example", ""])
def test_hook_that_is_none_is_a_problem(hook: str) -> None:
    assert hook_problem(hook)


@pytest.mark.parametrize("port", ["", ":443", ":80", ":88", ":8443"])
def test_hook_at_a_port_of_telegrams(port: str) -> None:
    assert hook_problem(f"https://varsam.example{port}/channels/telegram") == ""


def test_refused_hook_says_what_to_do() -> None:
    found = hook_refused(HOOK, "Bad Request: bad webhook: Failed to resolve host: Name or service not known")
    assert found == Finding(
        False,
        f"Telegram does not take the address {HOOK}: Bad Request: bad webhook: Failed to resolve host: Name or service "
        "not known. The name is not found in DNS.",
    )


# What it is made from.


def test_settings_take_what_telegram_gives() -> None:
    patterns = {setting.name: setting.pattern for setting in Telegram.settings}
    for setting in Telegram.settings:
        assert re.fullmatch(setting.pattern, setting.example)
        assert bool(setting.default) == (setting.name == "api_url")
        assert setting.secret == (setting.name != "api_url")
    for name, value, good in [
        ("token", TOKEN, True), ("token", "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11", True), ("token", "hej", False),
        ("token", TOKEN + "/x", False), ("token", "0:" + "A" * 35, False), ("token", TOKEN + "\n", False),
        ("secret", "a" * 15, False), ("secret", "a" * 16, True), ("secret", "A" * 256, True),
        ("secret", "A" * 257, False), ("secret", "å" * 16, False),
        ("secret", "", False), ("secret", "a b" * 8, False), ("api_url", "https://api.telegram.org", True),
        ("api_url", "http://127.0.0.1:8081", True), ("api_url", "https://x.example/tg", True),
        ("api_url", "https://x.example/", False), ("api_url", "x.example", False), ("api_url", "https://a b", False),
    ]:  # fmt: skip
        assert bool(re.fullmatch(patterns[name], value)) == good, (name, value)


def test_capabilities_are_within_what_telegram_names() -> None:
    can = Telegram.capabilities
    assert (can.unit, can.longest, can.longest_with_options) == ("utf16", 4096, 4096)
    assert can.per_second <= 30
    assert can.burst <= 30
    assert can.chat_seconds >= 1
    assert (can.deletes_own, can.deletes_theirs) == (2 * DAY, 2 * DAY)
    assert can.window is None
    assert can.human_window is None
