"""A host page on another origin whose script tries everything: it reads not one word of visitor or bot."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, expect

from tests.browser.people import NEED, PATIENCE, QUESTION, Chat, Console, erase
from tests.system import System

pytestmark = [pytest.mark.browser, pytest.mark.system]
SCRIPT = Path(__file__).parent / "hostile_host.js"
CONTROL = "DET HÄR FÅR VÄRDSIDAN LÄSA"


@pytest_asyncio.fixture
async def host(host_port: int) -> AsyncIterator[str]:
    """A foreign site. `?base=` says whose launcher it embeds, `?frame=` what it frames instead."""

    async def page(request: web.Request) -> web.Response:
        base, frame = request.query.get("base"), request.query.get("frame")
        body = "<!doctype html><title>Värdsida</title><script src=/hostile.js></script><iframe src=/control></iframe>"
        body += f"<script src={base}/launcher.js async></script>" if base else ""
        body += f"<iframe id=framed src='{frame}'></iframe>" if frame else ""
        return web.Response(text=body, content_type="text/html")

    async def script(request: web.Request) -> web.Response:
        return web.Response(text=SCRIPT.read_text(encoding="utf-8"), content_type="text/javascript")

    async def control(request: web.Request) -> web.Response:
        return web.Response(text=f"<p>{CONTROL}</p>", content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/", page), web.get("/hostile.js", script), web.get("/control", control)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", host_port).start()  # another site than localhost, too
    yield f"http://127.0.0.1:{host_port}"
    await runner.cleanup()


async def framed_text(page: Page, selector: str) -> str:
    """Give what a frame has come to show, as only the browser itself can tell."""
    handle = await page.locator(selector).element_handle()
    frame = await handle.content_frame() if handle else None
    assert frame
    await frame.wait_for_load_state()
    return frame.url + " " + (await frame.locator("body").text_content() or "")


async def test_hostile_host_that_may_embed_reads_no_word(browser: Browser, host: str, embedding_base: str) -> None:
    page = await (await browser.new_context()).new_page()
    chat = Chat(page, embedding_base)
    await page.goto(f"{host}/?base={embedding_base}")
    await page.get_by_role("button", name="Öppna chatten").click()
    chat.inside = page.frame_locator("varsam-launcher iframe")
    await chat.begun()
    await chat.ask(QUESTION)
    await chat.ask(NEED)
    try:
        results = await page.evaluate("base => attack(base)", embedding_base)
        loot = " ".join(await page.evaluate("loot"))
        transcript, token = await chat.transcript(), chat.tokens[0]
        assert len(transcript) > 4
        assert CONTROL in loot  # the script does read what it can reach
        words = {piece.strip() for _, text in transcript for piece in text.split(".") if len(piece.strip()) > 12}
        assert {word for word in words if word in loot} == set()
        assert token not in loot
        assert await page.evaluate("heard") == []
        refused = ("post", "get", "get with token", "page", "settings", "queue")
        assert {name: results[name] for name in refused} == dict.fromkeys(refused)
        assert not results["blind post"]
        assert [json.loads(frame).get("code") for frame in results["chatSocket"][1:]] == ["unknown_token"] * 2
        assert results["consoleSocket"] == []

        await chat.button("Stäng chatten").click()
        await expect(page.locator("varsam-launcher iframe")).to_be_hidden()
        assert await page.evaluate("heard") == [{"varsam": "close"}]
    finally:
        for one in chat.tokens:
            await erase(embedding_base, one)


async def test_hostile_host_that_may_not_embed_gets_nothing(browser: Browser, host: str, system: System) -> None:
    page = await (await browser.new_context()).new_page()
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    await page.goto(f"{host}/?base={system.base}")
    async with page.expect_event("requestfailed", lambda one: "/chat?embed=1" in one.url, timeout=PATIENCE * 1000):
        await page.get_by_role("button", name="Öppna chatten").click()
    shown = await framed_text(page, "varsam-launcher iframe")
    assert "Varsam" not in shown
    assert sockets == []  # nothing of ours has run in the frame

    results = await page.evaluate("base => attack(base)", system.base)
    assert CONTROL in " ".join(await page.evaluate("loot"))
    assert [name for name, got in results.items() if got] == []  # its Origin opens neither calls nor sockets
    assert await page.evaluate("heard") == []


@pytest.mark.parametrize("path", ["/console", "/demo"])
async def test_hostile_host_cannot_frame_other_pages(
    path: str, browser: Browser, host: str, embedding_base: str
) -> None:
    page = await (await browser.new_context()).new_page()
    async with page.expect_event("requestfailed", lambda one: one.url.endswith(path), timeout=PATIENCE * 1000):
        await page.goto(f"{host}/?frame={embedding_base}{path}")
    shown = await framed_text(page, "#framed")
    for words in ("Logga in", "Varsam", "kommun"):
        assert words not in shown


async def test_hostile_host_cannot_use_a_counsellors_login(
    counsellors: Callable[..., Awaitable[Console]], host: str, system: System
) -> None:
    """The counsellor is logged in and visits the foreign site with the same browser."""
    console = await counsellors("Alva")
    page = await console.page.context.new_page()
    await page.goto(host)
    results = await page.evaluate("base => attack(base)", system.base)
    assert CONTROL in " ".join(await page.evaluate("loot"))
    assert results["queue"] is None
    assert results["consoleSocket"] == []
    cookies = [one for one in await page.context.cookies() if one["name"] == "varsam_console"]
    assert [(one["httpOnly"], one["sameSite"], one["path"]) for one in cookies] == [(True, "Strict", "/console")]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost.evil.example"])
async def test_hostile_origin_is_refused_by_the_gateway_itself(origin: str, system: System) -> None:
    headers = {"Origin": origin}
    body = {"frames": [{"type": "start", "token": None, "after": 0}]}
    async with aiohttp.ClientSession(headers=headers) as http:
        async with http.post(f"{system.base}/api/chat", json=body) as answer:
            assert answer.status == 403
        async with http.get(f"{system.base}/api/chat?after=0") as answer:
            assert [frame["type"] for frame in (await answer.json())["frames"]] == ["error"]
        for path in ("/ws/chat", "/console/ws"):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await http.ws_connect(system.base.replace("http", "ws", 1) + path)
            assert refused.value.status == 403
