"""`varsam channel check`: whether a channel works, from its settings to a trial message, in words for an operator.

The trial message means nothing and stores nothing (`LOOPBACK` of `hooks`); a gateway that would take a real one counts
it, which is how it is seen that it came to the gateway on this machine. No finding holds a secret.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import TypeVar

import aiohttp

from connectors.messaging import Finding, Request, SendFailed
from connectors.registry import CHANNELS
from gateway.channels import trial
from gateway.channels.hooks import LOOPBACK
from gateway.channels.running import Seen, base_here, look
from gateway.channels.settings import ChannelSettings
from gateway.settings import Settings

PLATFORM_SECONDS = 45.0  # eight questions to a platform that is slow
SHORTEST_SECRET = 8  # what is shorter is in every text
_CHANGED = (
    "Varsam itself takes it, but something before it changes what is sent: headers, path, query or body. Look at the "
    "proxy"
)
Told = TypeVar("Told")


class Unanswered(Exception):
    """A platform that was asked gave no answer. The message is a sentence for the operator."""


async def ask(one: ChannelSettings, question: Awaitable[Told], seconds: float = PLATFORM_SECONDS) -> Told:
    """Wait for what a connector asks its platform. Raises Unanswered."""
    hint = f"Try again in some minutes; look at the firewall and at VARSAM_{one.name.upper()}_API_URL."
    try:
        async with asyncio.timeout(seconds):
            return await question
    except TimeoutError:
        raise Unanswered(f"The platform did not answer within {seconds:g} seconds. {hint}") from None
    except SendFailed as failure:
        raise Unanswered(f"The platform could not be asked ({failure}). {hint}") from None


class Check:
    """The check of one channel, that is not off."""

    def __init__(
        self,
        settings: Settings,
        one: ChannelSettings,
        http: aiohttp.ClientSession,
        platform_seconds: float = PLATFORM_SECONDS,
    ) -> None:
        self._settings, self._one, self._http = settings, one, http
        self._seconds = platform_seconds
        self._origin = settings.public_origin
        self._channel = one.made(self._origin)
        self._shown = one.shown(self._origin).removeprefix("webhook ")

    async def findings(self) -> AsyncIterator[Finding]:
        """Give what is found, as it is found."""
        async for finding in self._all():
            yield Finding(finding.good, without_secrets(finding.text, self._one))

    async def _all(self) -> AsyncIterator[Finding]:
        yield Finding(True, "The settings are whole.")
        address = self._one.values.get("api_url", "")
        if address.startswith("http://") and await trial.is_public(address):
            yield Finding(
                False,
                f"VARSAM_{self._one.name.upper()}_API_URL begins with http:// and leads out of our network: whoever is "
                "on the way can read the token and every word. Make it https://.",
            )
        try:
            for finding in await ask(self._one, self._channel.check(self._http), self._seconds):
                yield finding
        except Unanswered as problem:
            yield Finding(False, str(problem))
        seen = await look(self._http, self._settings, self._one.name)
        for finding in self._of_the_gateway(seen):
            yield finding
        if self._channel.pulls:
            yield self._of_the_fetching(seen)
        elif not self._origin:
            yield Finding(False, "Nobody can call us: set VARSAM_PUBLIC_ORIGIN to our own address.")
        else:
            async for finding in self._of_the_address(seen):
                yield finding

    # -- the gateway

    def _of_the_gateway(self, seen: Seen | None) -> list[Finding]:
        if seen is None:
            return [self._of_no_gateway()]
        if seen.mode == self._one.mode:
            return [Finding(True, f"Varsam runs on this machine, with {self._one.name} in mode {seen.mode}.")]
        return [
            Finding(
                False,
                f"The Varsam that runs on this machine has {self._one.name} in mode {seen.mode or 'off'}, the settings "
                f"here say {self._one.mode}: start it again.",
            )
        ]

    def _of_no_gateway(self) -> Finding:
        why = f"No Varsam is seen on this machine (looked for in {self._settings.var}, which VARSAM_VAR tells)"
        if self._channel.pulls:
            return Finding(False, f"{why}, so that nothing is fetched: start it, or check where it runs.")
        return Finding(True, f"{why}: which one answers at our address cannot be told.")

    def _of_the_fetching(self, seen: Seen | None) -> Finding:
        if seen is None or seen.fetching:
            return Finding(True, "No address of ours is needed: messages are fetched.")
        return Finding(
            False,
            "Messages are fetched, but Varsam could not at its last try: look for not_fetched in its log. It goes on "
            "trying.",
        )

    # -- the address

    async def _of_the_address(self, seen: Seen | None) -> AsyncIterator[Finding]:
        loopback = self._channel.loopback()
        if loopback is None:
            return
        if not await trial.is_public(self._origin):
            yield Finding(
                True,
                "Advice: from here our address is one of this machine or of a private network. Whether the internet "
                "gets through cannot be told; call it from outside.",
            )
        answer = await self._call(loopback, {LOOPBACK: "1"})
        after = await look(self._http, self._settings, self._one.name)
        unproven = seen is not None and after is not None and after.unproven > seen.unproven
        if answer.status == 403 and unproven and (await self._call_here(loopback, {LOOPBACK: "1"})).taken:
            yield Finding(False, f"A trial message to {self._shown} was refused (403): {_CHANGED}.")
            return
        finding = self._of_the_loopback(answer, seen, after)
        yield finding
        if finding.good:
            yield await self._of_a_wrong_proof(loopback)
            async for more in self._of_the_handshake():
                yield more
        elif seen is not None and seen.unproven == (after or seen).unproven:
            yield await self._of_the_road(loopback)

    def _of_the_loopback(self, answer: trial.Answer, before: Seen | None, after: Seen | None) -> Finding:
        if not answer.taken:
            if answer.status != 403:
                return Finding(False, f"A trial message to {self._shown} failed: {answer.meaning()}.")
            return Finding(False, f"A trial message to {self._shown} was refused (403): {_refused(before, after)}.")
        if before is None or after is None:
            return Finding(True, f"A trial message to {self._shown} was taken.")
        if after.loopbacks > before.loopbacks:
            fate = "stored" if self._one.mode == "full" else "answered"
            return Finding(
                True,
                f"A trial message to {self._shown} came to the Varsam on this machine: a real one would be {fate}.",
            )
        return Finding(
            False,
            f"A trial message to {self._shown} was taken, but not by the Varsam on this machine: the address leads to "
            "another one. Set VARSAM_PUBLIC_ORIGIN to this one's, or check where that one runs.",
        )

    async def _of_a_wrong_proof(self, loopback: Request) -> Finding:
        answer = await self._call(trial.unproven(loopback))
        if answer.status == 403:
            return Finding(True, "The same message with a wrong proof was refused.")
        return Finding(
            False,
            f"The same message with a wrong proof was not refused ({answer.status}): something before Varsam answers "
            "in its place. Look at the proxy.",
        )

    async def _of_the_handshake(self) -> AsyncIterator[Finding]:
        request = self._channel.trial()
        if request is None:
            return
        right = await self._call(request)
        wrong = [await self._call(one) for one in trial.altered(request) if self._channel.handshake(one) is None]
        refused = all(answer.status == 403 for answer in wrong)
        if right.status == 200 and right.text == self._channel.handshake(request) and refused:
            yield Finding(True, "The verify token is answered, and a wrong one refused.")
        elif right.status == 403 and (await self._call_here(request)).text == self._channel.handshake(request):
            yield Finding(False, f"The platform's trial of the address (GET) is refused (403): {_CHANGED}.")
        elif right.status == 403:
            yield Finding(
                False,
                f"The verify token is refused: Varsam was started with another. Start it again, and enter "
                f"VARSAM_{self._one.name.upper()}_VERIFY_TOKEN at the platform.",
            )
        else:
            yield Finding(
                False,
                f"The platform's trial of the address (GET) is not answered as it must be ({right.status}): something "
                "before Varsam answers in its place. Look at the proxy.",
            )

    async def _of_the_road(self, loopback: Request) -> Finding:
        """It did not come to the gateway here: does that take it, when the road is left out?"""
        answer = await self._call_here(loopback, {LOOPBACK: "1"})
        if answer.taken:
            return Finding(
                True, "Varsam itself takes the trial message: look at name, certificate, firewall and proxy."
            )
        here = base_here(self._settings)
        return Finding(False, f"Nor is it taken by Varsam itself at {here}: {answer.meaning()}.")

    async def _call(self, request: Request, headers: dict[str, str] | None = None) -> trial.Answer:
        return await trial.call(self._http, self._origin, self._one.name, request, headers)

    async def _call_here(self, request: Request, headers: dict[str, str] | None = None) -> trial.Answer:
        """Call the gateway on this machine, whatever stands before it left out."""
        return await trial.call(self._http, base_here(self._settings), self._one.name, request, headers)


def _refused(before: Seen | None, after: Seen | None) -> str:
    other = "Varsam was started with another secret than is set here; start it again"
    before_it = (
        "something before Varsam refuses it. If the proxy lets in the platform's addresses alone, let in this "
        "machine's too"
    )
    if before is None or after is None:
        return f"{other}. Or {before_it}"
    return other if after.unproven > before.unproven else before_it


def without_secrets(text: str, one: ChannelSettings) -> str:
    """Take out what is secret, whoever put it in."""
    for setting in CHANNELS[one.name].settings:
        value = one.values[setting.name]
        if setting.secret and len(value) >= SHORTEST_SECRET:
            text = text.replace(value, "…")
    return text
