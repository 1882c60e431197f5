"""Telegram: a bot that answers in private chats. Bot API: https://core.telegram.org/bots/api

Updates come by webhook, proven by a secret in a header, or are fetched where there is no public address. What comes is
read in telegram_updates, what an operator is told is in telegram_check. No profile, no file is ever asked for.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any, ClassVar

import aiohttp

from connectors import telegram_check
from connectors.messaging import (
    ADDRESS,
    Capabilities,
    Channel,
    FailureName,
    Finding,
    Inbound,
    Outbound,
    Request,
    SendFailed,
    Setting,
    Take,
)
from connectors.telegram_updates import ALLOWED_UPDATES, PERSON, read_update, reference, update_id
from connectors.wire import CONNECT_SECONDS, LONGEST_WAIT, Answer, call, raise_for_server, read_object, same

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 (a header's name)
POLL_SECONDS = 30
POLL_SLACK_SECONDS = 15.0
SHORTEST_POLL = 0.5  # seconds between two questions where there was nothing
# An update may have 512 KB (MAX_EVENT_LEN in td/db/TQueue.cpp). A batch of which only the beginning was read would be
# asked for again for ever, and nothing behind it would come: all that are asked for at once must fit.
FETCHED_AT_ONCE = 20
MOST_FETCHED = FETCHED_AT_ONCE * 600_000
MOST_CONNECTIONS = 40
TWO_DAYS = 48 * 3600.0

# (status, part of the description, what it means): the first that fits; an empty part fits all of the status.
# Source: fail_query_with_error, check_chat_access, get_closing_error and process_get_updates_query in
# telegram-bot-api/Client.cpp, ClientManager.cpp, https://github.com/tdlib/telegram-bot-api
ERRORS: tuple[tuple[int, str, FailureName], ...] = (
    (400, "chat not found", "visitor_gone"),  # also «private chat not found»
    (400, "user not found", "visitor_gone"),
    (400, "PEER_ID_INVALID", "visitor_gone"),
    (400, "logged out", "misconfigured"),
    (400, "", "refused"),  # too long, empty, buttons that are not taken
    (401, "", "misconfigured"),  # the token has been revoked
    (403, "bot was blocked by the user", "blocked"),
    (403, "user is deactivated", "visitor_gone"),
    (403, "bot can't initiate conversation with a user", "visitor_gone"),  # has never written to this bot
    (403, "", "refused"),
    (404, "", "misconfigured"),  # no such bot: the token is not written right
    (409, "terminated by other getUpdates", "misconfigured"),  # another program fetches for the same bot
    (409, "terminated by setWebhook", "misconfigured"),
    (409, "webhook is active", "misconfigured"),
    (409, "", "misconfigured"),
    (413, "", "refused"),
    (420, "", "retry_later"),
    (421, "", "misconfigured"),  # this API server is not for this bot
    (429, "", "retry_later"),
    (500, "sent message was immediately deleted", "in_doubt"),
)


class Telegram(Channel):
    """One bot."""

    name: ClassVar[str] = "telegram"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting(
            "token",
            "the bot's token, which @BotFather gives",
            r"[1-9][0-9]{3,17}:[A-Za-z0-9_-]{24,80}",
            "123456789:AAExampleExampleExampleExampleExamp",
            secret=True,
        ),
        Setting(
            "secret",
            "a random word of your own of at least 16 letters and digits, by which Telegram proves that it calls",
            r"[A-Za-z0-9_-]{16,256}",
            "what-openssl-rand-hex-32-gives",
            secret=True,
        ),
        Setting(
            "api_url",
            "the address of the Bot API",
            ADDRESS,
            "https://api.telegram.org",
            default="https://api.telegram.org",
        ),
    )
    # per_second, chat_seconds: https://core.telegram.org/bots/faq names 30 a second over all chats and one a second in
    # a chat, with short bursts; best: messages over some 500 characters hit these limits sooner, so does every further
    # piece (https://telegra.ph/Hitting-limits-bot-FAQ). Titles and the number of buttons: what a phone shows whole.
    capabilities: ClassVar[Capabilities] = Capabilities(
        unit="utf16",
        longest=4096,
        best=1000,
        longest_with_options=4096,
        buttons=10,
        button_title=40,
        typing=True,
        deletes_own=TWO_DAYS,
        deletes_theirs=TWO_DAYS,
        per_second=25.0,
        burst=25.0,
        chat_seconds=1.0,
        chat_burst=3.0,
    )

    def __init__(self, values: Mapping[str, str], hook: str) -> None:
        self._token, self._secret = values["token"], values["secret"]
        self._api = values["api_url"]
        self._hook = hook

    @property
    def pulls(self) -> bool:
        return not self._hook

    def verify(self, request: Request) -> bool:
        return same(request.headers.get(SECRET_HEADER, ""), self._secret)

    def parse(self, request: Request) -> list[Inbound]:
        return [read_update(read_object(request.body))]

    async def pull(self, http: aiohttp.ClientSession, take: Take) -> None:
        """Fetch for ever. Asking for what comes after an update tells Telegram that it can forget it.

        A webhook is removed first, for Telegram gives nothing while there is one; what waits there is kept. Where
        there was nothing all that was taken is confirmed, and the next question names no place: after a quiet week
        update_id begins anew, and may be lower.
        """
        if (await self._ask(http, "getWebhookInfo")).get("url"):
            await self._ask(http, "deleteWebhook", drop_pending_updates=False)
        after: dict[str, int] = {}
        while True:
            began = asyncio.get_running_loop().time()
            updates = await self._fetch(http, after)
            if not updates:
                after = {}
                await asyncio.sleep(began + SHORTEST_POLL - asyncio.get_running_loop().time())
                continue
            await take([read_update(update) for update in updates])
            last = max((id for id in map(update_id, updates) if id is not None), default=None)
            if last is None:
                raise SendFailed("provider_down", code="updates without update_id")
            after = {"offset": last + 1}

    async def _fetch(self, http: aiohttp.ClientSession, after: Mapping[str, int]) -> list[Any]:
        timeout = aiohttp.ClientTimeout(total=POLL_SECONDS + POLL_SLACK_SECONDS, sock_connect=CONNECT_SECONDS)
        asked = {
            "timeout": POLL_SECONDS,
            "limit": FETCHED_AT_ONCE,
            "allowed_updates": list(ALLOWED_UPDATES),
            **after,
        }
        answer = await self._call(http, "getUpdates", asked, timeout=timeout, most=MOST_FETCHED)
        raise_for_error(answer)
        updates = answer.body.get("result")
        if not isinstance(updates, list):
            raise SendFailed("provider_down", code="no list of updates")
        return updates

    async def send(self, http: aiohttp.ClientSession, message: Outbound) -> str:
        chat = _chat(message.to)
        asked: dict[str, Any] = {
            "chat_id": chat,
            "text": message.text,
            "link_preview_options": {"is_disabled": True},
        }
        if message.options:
            buttons = [[{"text": option.title, "callback_data": option.reference}] for option in message.options]
            asked["reply_markup"] = {"inline_keyboard": buttons}
        sent = (await self._ask(http, "sendMessage", **asked)).get("message_id")
        if type(sent) is not int:
            raise SendFailed("in_doubt", code="no message_id")
        return reference(chat, sent)

    async def delete(self, http: aiohttp.ClientSession, to: str, id: str) -> None:
        """Delete a message on both sides; one that is deleted already is no failure."""
        number = id.rpartition(".")[2]
        if not re.fullmatch(r"[0-9]{1,18}", number):
            raise SendFailed("refused", code="no id of a message")
        asked = {"chat_id": _chat(to), "message_id": int(number)}
        raise_for_error(await self._call(http, "deleteMessage", asked), unless="message to delete not found")

    async def acknowledge_press(self, http: aiohttp.ClientSession, press: str) -> None:
        """Stop the button's waiting sign; it is no failure if the phone has given up waiting."""
        answer = await self._call(http, "answerCallbackQuery", {"callback_query_id": press})
        raise_for_error(answer, unless="query is too old")

    async def show_typing(self, http: aiohttp.ClientSession, to: str) -> None:
        await self._ask(http, "sendChatAction", chat_id=_chat(to), action="typing")

    async def check(self, http: aiohttp.ClientSession) -> list[Finding]:
        try:
            bot = await self._ask(http, "getMe")
            webhook = await self._ask(http, "getWebhookInfo")
        except SendFailed as failure:
            return [telegram_check.unreachable(failure, self._api)]
        return [*telegram_check.about_bot(bot), *telegram_check.about_webhook(webhook, self._hook, self._mask)]

    async def register(self, http: aiohttp.ClientSession) -> Finding | None:
        """Tell Telegram our address; what waits there is kept."""
        if not self._hook:
            return telegram_check.NO_HOOK
        asked = {
            "url": self._hook,
            "secret_token": self._secret,
            "allowed_updates": list(ALLOWED_UPDATES),
            "max_connections": MOST_CONNECTIONS,
            "drop_pending_updates": False,
        }
        try:
            answer = await self._call(http, "setWebhook", asked)
            if _said(answer)[0] == 400:
                return telegram_check.hook_refused(self._hook, self._mask(_said(answer)[1]))
            raise_for_error(answer)
        except SendFailed as failure:
            return telegram_check.unreachable(failure, self._api)
        return telegram_check.hook_set(self._hook)

    def loopback(self) -> Request | None:
        return Request(
            "POST", {}, {SECRET_HEADER: self._secret, "content-type": "application/json"}, b'{"update_id":1}'
        )

    def trial(self) -> Request | None:
        return None

    async def _ask(self, http: aiohttp.ClientSession, method: str, **parameters: Any) -> dict[str, Any]:
        answer = await self._call(http, method, parameters)
        raise_for_error(answer)
        result = answer.body.get("result")
        return result if isinstance(result, dict) else {}

    async def _call(
        self, http: aiohttp.ClientSession, method: str, parameters: Mapping[str, Any], **how: Any
    ) -> Answer:
        return await call(http, "POST", f"{self._api}/bot{self._token}/{method}", json=parameters, **how)

    def _mask(self, text: str) -> str:
        """Take our secrets out of the platform's words; a secret of few characters is in every text."""
        for secret in (self._token, self._secret):
            text = text.replace(secret, "…") if len(secret) >= 8 else text
        return text


def raise_for_error(answer: Answer, unless: str = "") -> None:
    """Raise what Telegram said; `unless`: part of a description that is no failure here.

    An answer that is not Telegram's comes from something between: of a good status it cannot be told whether
    Telegram has got the message.
    """
    status, description = _said(answer)
    if answer.body.get("ok") is True or (unless and unless in description):
        return
    if "ok" not in answer.body:
        if answer.good:
            raise SendFailed("in_doubt", code=f"{answer.status} no answer of Telegram's")
        if 300 <= answer.status < 400 or answer.status in (404, 405, 407):
            raise SendFailed("misconfigured", code=f"{answer.status} no answer of Telegram's")
        raise_for_server(answer)
    for code, part, name in ERRORS:
        if code == status and part.lower() in description.lower():
            raise SendFailed(name, _retry_after(answer), code=f"{status} {part}".strip())
    raise_for_server(Answer(status, {}, answer.retry_after))
    raise SendFailed("in_doubt", code=str(status))


def _said(answer: Answer) -> tuple[int, str]:
    code, description = answer.body.get("error_code"), answer.body.get("description")
    return code if type(code) is int else answer.status, description if isinstance(description, str) else ""


def _retry_after(answer: Answer) -> float | None:
    """Give the seconds to wait. Telegram does not say whether it means the chat or the bot, so it is the chat's: what
    one chat has brought about is not to silence the others, and if it means the bot they are told themselves."""
    parameters = answer.body.get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if not isinstance(seconds, int | float) or not seconds > 0:
        return answer.retry_after
    return float(min(seconds, LONGEST_WAIT))


def _chat(to: str) -> int:
    if not re.fullmatch(PERSON + r"[0-9]{1,18}", to):
        raise SendFailed("refused", code="no Telegram chat")
    return int(to.removeprefix(PERSON))
