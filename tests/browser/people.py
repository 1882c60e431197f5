"""The people in the browser: a visitor at the chat, a counsellor at the console. What they do and see, no asserts."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from playwright.async_api import Error, Frame, FrameLocator, Locator, Page, Response, WebSocket, expect

# Lines of the conversations, and what the engine makes of them (tests/conversations holds that to be so).
QUESTION, QUESTION_TOPIC = "Är det olagligt att sälja sex?", "selling_legal"
NEED = "jag är 15 och en man betalar mig för sex. han tvingar mig"
PASSWORD = "korrekt häst batteri"
PHONE = {"width": 390, "height": 844}
PATIENCE = 15.0  # seconds; two cores are shared by engine, gateway, browser and others

expect.set_options(timeout=PATIENCE * 1000)


async def eventually(holds: Callable[[], Awaitable[bool]], what: str, every: float = 0.1) -> None:
    """Wait until something holds that no event tells of. Raises AssertionError."""
    until = time.monotonic() + PATIENCE
    while not await holds():
        assert time.monotonic() < until, f"it did not happen: {what}"
        await asyncio.sleep(every)


class Chat:
    """A visitor's chat in a page or in a frame of one. `base` is the gateway that can be asked behind their back."""

    def __init__(self, page: Page, base: str, inside: Page | Frame | FrameLocator | None = None) -> None:
        self.page, self.base = page, base
        self.inside = inside or page
        self.tokens: list[str] = []
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._note)

    def _note(self, raw: str | bytes) -> None:
        frame = json.loads(raw)
        if frame["type"] == "started" and frame["token"] not in self.tokens:
            self.tokens.append(frame["token"])

    @property
    def field(self) -> Locator:
        return self.inside.get_by_label("Skriv ditt meddelande")

    @property
    def status(self) -> Locator:
        return self.inside.locator("#status")

    @property
    def log(self) -> Locator:
        return self.inside.get_by_role("log")

    def button(self, name: str) -> Locator:
        return self.inside.get_by_role("button", name=name, exact=True)

    def said_by(self, sender: str) -> Locator:
        return self.inside.locator(f".message.{sender} .text")

    async def begun(self) -> None:
        await expect(self.said_by("bot").first).to_be_visible()

    async def say(self, text: str) -> None:
        await self.field.fill(text)
        await self.field.press("Enter")

    async def ask(self, text: str) -> None:
        """Say something to the bot and wait for all of its answer."""
        before = await self.said_by("bot").count()
        await self.say(text)
        await expect(self.said_by("bot").nth(before)).to_be_visible()
        await expect(self.inside.locator(".dots")).to_be_hidden()

    async def choose(self, title: str) -> None:
        """Press the newest button of that name and wait for what the service says to it."""
        await self._heard(self.button(title).last.click())

    async def tell(self, text: str) -> None:
        """Say something that the service itself answers, and wait for it."""
        await self._heard(self.say(text))

    async def _heard(self, act: Awaitable[None]) -> None:
        before = await self.said_by("system").count()
        await act
        await expect(self.said_by("system").nth(before)).to_be_visible()
        await expect(self.inside.locator(".dots")).to_be_hidden()

    async def six_words(self) -> list[str]:
        """Give the six words as they stand on the page."""
        words = self.inside.locator(".six-words li")
        await expect(words).to_have_count(6)
        return await words.all_text_contents()

    async def transcript(self) -> list[tuple[str, str]]:
        """Give (sender, text) as the page shows them, from top to bottom."""
        shown: list[list[str]] = await self.inside.locator(".message").evaluate_all(
            "all => all.map(one => [one.classList[1], one.querySelector('.text').textContent])"
        )
        return [(sender, text) for sender, text in shown]

    async def kept(self) -> str | None:
        """Give the token that the tab keeps."""
        found = await self.inside.locator("html").evaluate("() => sessionStorage.getItem('varsam')")
        return json.loads(found)["token"] if found else None


async def stored(base: str, token: str) -> list[dict[str, Any]]:
    """Give the frames of a conversation as the gateway has them."""
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession() as http, http.get(f"{base}/api/chat?after=0", headers=headers) as answer:
        return list((await answer.json())["frames"])


async def stored_transcript(base: str, token: str) -> list[tuple[str, str]]:
    return [(one["sender"], one["text"]) for one in await stored(base, token) if one["type"] == "message"]


async def is_dead(base: str, token: str) -> bool:
    return [frame.get("code") for frame in await stored(base, token)] == ["unknown_token"]


async def erase(base: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession() as http:
        await (await http.post(f"{base}/api/chat", json={"frames": [{"type": "erase"}]}, headers=headers)).read()


class Console:
    """A counsellor's page."""

    def __init__(self, page: Page, base: str, name: str) -> None:
        self.page, self.base, self.name = page, base, name
        self.csrf = ""
        self._pushed: list[str] = []
        self._answers: list[asyncio.Task[str]] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda raw: self._pushed.append(str(raw))))
        page.on("response", lambda answer: self._answers.append(asyncio.ensure_future(self._body(answer))))

    async def _body(self, answer: Response) -> str:
        with contextlib.suppress(Error):  # redirects and broken answers have no body
            return await answer.text()
        return ""

    async def told(self) -> str:
        """Give everything that the gateway has told this page, and what the page shows."""
        answers = await asyncio.gather(*self._answers)
        return " ".join([*self._pushed, *answers, await self.page.content()])

    async def enter(self, password: str) -> None:
        """Log in without the form, and open the console."""
        await self._log_in(password)
        await self.page.goto(f"{self.base}/console")
        await expect(self.page.get_by_role("heading", name="Väntar")).to_be_visible()

    async def choose_password(self, one_time: str, own: str) -> None:
        await self._log_in(one_time)
        body, url = {"old": one_time, "new": own}, f"{self.base}/console/api/password"
        answer = await self.page.context.request.post(url, data=body, headers={"X-CSRF-Token": self.csrf})
        assert answer.status == 200, await answer.text()

    async def _log_in(self, password: str) -> None:
        body, url = {"name": self.name, "password": password}, f"{self.base}/console/api/login"
        self.csrf = (await (await self.page.context.request.post(url, data=body)).json())["csrf"]

    def claims(self) -> Locator:
        return self.page.get_by_role("button", name="Ta över samtalet med")

    def claim(self, who: str) -> Locator:
        return self.page.get_by_role("button", name=f"Ta över samtalet med {who}", exact=True)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def card(self, who: str) -> Locator:
        return self.page.locator(".card", has=self.page.locator(".who", has_text=who))

    def talk(self, who: str) -> Locator:
        """The heading of the open conversation, or of the open letters."""
        return self.page.get_by_role("heading", name=who, level=2)

    async def go(self, part: str) -> None:
        """Go to another part of the console: Samtal, Meddelanden or Tider."""
        await self.page.get_by_role("navigation").get_by_role("link", name=part).click()

    def part(self, heading: str) -> Locator:
        return self.page.locator(".queue-part", has=self.page.get_by_role("heading", name=heading))

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def field(self) -> Locator:
        return self.page.get_by_label("Skriv till besökaren")

    async def waiting(self) -> set[str]:
        """Give the pseudonyms of those who wait."""
        return set(await self.page.locator(".card", has=self.claims()).locator(".who").all_text_contents())

    async def newcomer(self, before: set[str]) -> str:
        """Wait for somebody who was not waiting before; give their pseudonym."""
        found: set[str] = set()

        async def came() -> bool:
            found.update(await self.waiting() - before)
            return bool(found)

        await eventually(came, "somebody new waits")
        return found.pop()

    async def say(self, text: str) -> None:
        await self.field.fill(text)
        await self.field.press("Enter")

    async def say_unseen(self, conversation: str, text: str) -> None:
        """Say something as this counsellor without touching the page."""
        url = f"{self.base}/console/api/conversations/{conversation}/messages"
        body = {"id": str(uuid.uuid4()), "text": text}
        answer = await self.page.context.request.post(url, data=body, headers={"X-CSRF-Token": self.csrf})
        assert answer.status == 200, await answer.text()
