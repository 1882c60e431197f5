"""Whether what is written reaches somebody at a phone: until when it may, whether they want it, what came of it.

Of a conversation in the web chat there is nothing to tell: its visitor's own page fetches the words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from connectors.messaging import FAILURES, Channel, Failure
from gateway.console.texts import said
from gateway.storage.addresses import Addresses
from gateway.storage.outbox import Delivery, OutboxRows
from gateway.storage.records import Conversation, Line
from gateway.views import iso

KNOWN = {str(name): failure for name, failure in FAILURES.items()}


def reads_of(delivery: Delivery, works: bool = True) -> str:
    """Name the sentence (content/console.yml, `delivery`) that tells what became of a line; empty: it was sent.

    `works`: the channel is in use. What is given up is not promised to be tried again, whatever it failed of.
    """
    failure = KNOWN.get(delivery.failure or "")
    match delivery.state:
        case "sent":
            return ""
        case "doubt":
            return KNOWN["in_doubt"].reads
        case "failed":
            return "given_up" if failure is None or _tries_again(failure) else failure.reads
    if not works:
        return KNOWN["misconfigured"].reads
    if delivery.failure == "in_doubt":
        return "again"
    return "pending" if failure is None else failure.reads


def _tries_again(failure: Failure) -> bool:
    return failure.retry and failure.fault == "platform"


class Reach:
    """`channel` gives a channel on which we talk with people, None where it is off. Reads; changes nothing."""

    def __init__(
        self, channel: Callable[[str], Channel | None], addresses: Addresses, outbox: OutboxRows, silent_seconds: float
    ) -> None:
        self._channel = channel
        self._addresses = addresses
        self._outbox = outbox
        self._silent_seconds = silent_seconds

    async def stopped(self) -> set[str]:
        """Give the conversations whose visitors get nothing any more. Raises what the store raises."""
        return await self._addresses.stopped()

    def window_ends(self, conversation: Conversation) -> str | None:
        """Tell until when the platform lets a counsellor answer the visitor's last word; None: it sets no limit."""
        channel = self._channel(conversation.channel) if conversation.goes_out else None
        window = channel.capabilities.human_window if channel is not None else None
        return None if window is None else iso(conversation.visitor_at + window)

    def silent_ends(self, conversation: Conversation) -> str | None:
        """Tell when the conversation is closed unless the visitor writes: on a phone nobody is warned of it."""
        return iso(conversation.visitor_at + self._silent_seconds) if conversation.goes_out else None

    async def delivery(self, conversation: Conversation, shown: Iterable[Line]) -> dict[str, dict[str, str]]:
        """Give what became of the lines of ours that are shown, by seq. Raises what the store raises."""
        if not conversation.goes_out:
            return {}
        works = self._channel(conversation.channel) is not None
        ours = {line.seq for line in shown if line.sender != "visitor"}
        found = _in_order(await self._outbox.delivery_of(conversation.id))
        return {str(seq): _told(found[seq], works) for seq in found if seq in ours}


def _in_order(found: dict[int, Delivery]) -> dict[int, Delivery]:
    """Give the fates in the order of the lines: what waits behind one that cannot go out waits for the same reason."""
    given: dict[int, Delivery] = {}
    stuck: str | None = None
    for seq in sorted(found):
        one = found[seq]
        if one.state == "pending" and one.failure is None:
            one = Delivery("pending", stuck)
        elif one.state == "pending" and one.failure != "in_doubt":
            stuck = stuck or one.failure
        given[seq] = one
    return given


def _told(delivery: Delivery, works: bool) -> dict[str, str]:
    name = reads_of(delivery, works)
    return {"state": delivery.state, "text": said("delivery", name) if name else ""}


def blanked(shown: Iterable[Line]) -> list[dict[str, Any]]:
    """Give the lines whose words are gone, taken back or edited: what a page still shows of them is to go too."""
    return [{"seq": line.seq, "text": line.words["text"]} for line in shown if line.words.get("blank")]
