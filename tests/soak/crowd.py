"""People who write through messaging apps: words, numbers, buttons, pictures; they edit, take back, erase and leave."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from random import Random
from typing import Any

from connectors.messaging import Channel, Request
from tests.channels.platforms import Platforms
from tests.soak.couriers import BATCHES, Couriers, Thing, together

# What people of each channel do, of a hundred acts; SMS and Signal let out little, and have few of the people.
SHARES = {"telegram": 36, "whatsapp": 26, "messenger": 24, "signal": 8, "sms": 6}
ACTS = {
    "say": 50, "fragments": 10, "batch": 8, "press": 10, "number": 6, "edit": 6, "unsend": 3, "picture": 2,
    "erase": 2.2, "stop": 1.2, "link": 0.8, "gone": 0.4, "report": 4,
}  # fmt: skip
EDITS, UNSENDS = ("telegram", "whatsapp", "messenger", "signal"), ("whatsapp", "signal")
PRESSES = ("telegram", "whatsapp", "messenger")
# What the engine's double makes of a line (tests/soak/moody_engine.py).
MOODS = (
    ("calm",) * 20 + ("plain",) * 8 + ("human_now",) * 3 + ("emergency", "offer", "yes", "no_human", "fails", "late")
)
ENDS = {"erase": ("radera", "Radera allt.", "RADERA"), "stop": ("stopp", "STOPP", "sms stopp"), "link": ("webb",)}


class Budget:
    """How many things are still to be sent, and how many a second; none while it is `held`."""

    def __init__(self, things: int, per_second: float) -> None:
        self.left = things
        self._gap = 1 / per_second
        self._next = 0.0
        self.held = False

    async def take(self, number: int = 1) -> bool:
        """Wait for one's turn; False where nothing is left to be sent."""
        if self.left < number:
            self.left = 0
            return False
        self.left -= number
        now = asyncio.get_running_loop().time()
        self._next = max(self._next, now) + number * self._gap
        await asyncio.sleep(self._next - now)
        while self.held:
            await asyncio.sleep(0.2)
        return True


class Person:
    """One of them, on one channel. `name`: what the provider knows them by; `number` stands in all their marks."""

    def __init__(
        self, platforms: Platforms, connector: Channel, couriers: Couriers, name: str, number: int, source: Random
    ) -> None:
        self.channel, self.name, self.number = connector.name, name, number
        self._platforms, self._provider = platforms, platforms[connector.name]
        self._connector, self._couriers, self._random = connector, couriers, source
        self._count = itertools.count(1)
        self.things: list[Thing] = []
        self.denied: list[str] = []  # ids of messages of ours of which the platform says later that they did not arrive
        self.whos: set[str] = set()
        self._labels: dict[str, str] = {}

    def aliases(self) -> set[str]:
        """Give every name by which the provider may call them."""
        return {self.name, *self.whos, *(who.partition(":")[2] for who in self.whos)}

    async def live(self, budget: Budget) -> None:
        """Do one thing after the other until nothing is left; most wait until the platform has brought it."""
        await asyncio.sleep(self._random.random() * 3)
        while budget.left:
            act = self._random.choices(list(ACTS), list(ACTS.values()))[0]
            number = self._random.randint(2, 3) if act in ("fragments", "batch") else 1
            if act != "report" and not await budget.take(number):
                break
            bringing = self._act(act, number)
            if act == "gone":
                await asyncio.gather(*bringing)
                await asyncio.sleep(4)  # what was on its way is refused until then, and they count as gone
            elif self._random.random() < 0.85:
                await asyncio.gather(*bringing)
            await asyncio.sleep(self._random.random() * 2)

    def _act(self, act: str, number: int) -> list[asyncio.Task[None]]:
        """Do it, or say something instead where that cannot be done here and now."""
        doing: Callable[[], list[Thing]] = getattr(self, f"_{act}", self._say)
        if act == "fragments":
            things = [thing for _ in range(number) for thing in self._say()]
            self._random.shuffle(things)
            return [self._couriers.send(self.channel, thing.request, [thing]) for thing in things]
        if act == "batch":
            return self._batch(number)
        if act == "report":
            return [self._couriers.send(self.channel, request, []) for request in self._reports()]
        things = doing() or self._say()
        return [self._couriers.send(self.channel, thing.request, [thing]) for thing in things]

    # -- what can be done

    def _mark(self) -> str:
        return f"v{self.number}:{next(self._count)}"

    def _id(self) -> str:
        """Give an id as this platform gives them."""
        count = next(self._count)
        return {"sms": f"s{self.number:06x}{count:08x}", "messenger": f"m_{self.number}x{count}"}.get(
            self.channel, f"wamid.S{self.number}x{count}"
        )

    def _thing(self, kind: str, request: Request, mark: str = "", refers: str = "") -> Thing:
        (inbound,) = self._connector.parse(request)
        thing = Thing(self.name, self.channel, kind, inbound.id, request, mark, refers)
        self.whos |= set(inbound.who)
        self.things.append(thing)
        return thing

    def _text(self, kind: str, text: str, mark: str = "") -> list[Thing]:
        label = self._id()
        thing = self._thing(kind, self._provider.text(self.name, text, label), mark)
        self._labels[thing.id] = label
        return [thing]

    def _say(self) -> list[Thing]:
        mark = self._mark()
        return self._text("text", f"{mark} ({self._random.choice(MOODS)})", mark)

    def _number(self) -> list[Thing]:
        return self._text("number", self._random.choice(("1", "2", "3.", "nr 1")))

    def _erase(self) -> list[Thing]:
        return self._text("erase", self._random.choice(ENDS["erase"]))

    def _stop(self) -> list[Thing]:
        return self._text("stop", self._random.choice(ENDS["stop"]))

    def _link(self) -> list[Thing]:
        return self._text("link", self._random.choice(ENDS["link"]))

    def _picture(self) -> list[Thing]:
        mark = self._mark() if self._random.random() < 0.5 else ""
        return [self._thing("picture", self._provider.picture(self.name, f"{mark} (calm)" if mark else ""), mark)]

    def _press(self) -> list[Thing]:
        if self.channel not in PRESSES or (self.things and self.things[-1].kind == "gone"):
            return []
        try:
            return [self._thing("press", self._provider.press(self.name, self._random.randint(0, 2)))]
        except (LookupError, IndexError):
            return []

    def _edit(self) -> list[Thing]:
        said = self._latest_said()
        if said is None or self.channel not in EDITS:
            return []
        mark, label = self._mark(), self._labels[said.id]
        more = {"times": next(self._count)} if self.channel == "messenger" else {}
        request = self._provider.edit(self.name, label, f"{mark} ({self._random.choice(MOODS)})", **more)
        return [self._thing("edit", request, mark, said.id)]

    def _unsend(self) -> list[Thing]:
        said = self._latest_said()
        if said is None or self.channel not in UNSENDS:
            return []
        return [self._thing("unsend", self._provider.unsend(self.name, self._labels[said.id]), refers=said.id)]

    def _latest_said(self) -> Thing | None:
        """Give one of the latest texts that was not taken back."""
        back = {thing.refers for thing in self.things if thing.kind == "unsend"}
        said = [thing for thing in self.things[-8:] if thing.kind == "text" and thing.id not in back]
        return self._random.choice(said) if said else None

    def _gone(self) -> list[Thing]:
        """Block us; whoever writes again has let us in again."""
        return [self._thing("gone", self._provider.block(self.name))] if self.channel == "telegram" else []

    def _batch(self, number: int) -> list[asyncio.Task[None]]:
        """Several messages in one call, and now and then one among them that has come before."""
        things = [thing for _ in range(number) for thing in self._say()]
        if self.channel not in BATCHES:
            return [self._couriers.send(self.channel, thing.request, [thing]) for thing in things]
        old = [thing for thing in self.things[:-number] if thing.acknowledged < float("inf")][-5:]
        if old and self._random.random() < 0.5:
            self._couriers.repeats += 1
            things.append(self._random.choice(old))
        self._random.shuffle(things)
        request = together(self._platforms, self.channel, [thing.request for thing in things])
        return [self._couriers.send(self.channel, request, things)]

    def _reports(self) -> list[Request]:
        """What the platform tells of a message of ours; of few that they did not arrive after all."""
        got: list[Any] = self._provider.to(self.name)[-3:]
        if not got or self.channel == "telegram":
            return []
        one = self._random.choice(got)
        fails = self.channel in ("sms", "whatsapp") and self._random.random() < 0.1
        if fails:
            self.denied.append(one.id)
        match self.channel:
            case "sms":
                return [self._provider.report(one.id, "failed" if fails else "delivered")]
            case "whatsapp":
                return [self._provider.status(one.id, one.to, *(("failed", 131026) if fails else ("delivered",)))]
            case "messenger":
                return [self._provider.delivered(self.name, one.id)]
            case _:
                return [self._provider.receipt(self.name, [one.id])]


def names(channel: str, number: int) -> str:
    """Give a name that a channel's provider takes for somebody's."""
    if channel == "telegram":
        return f"chat:{5_100_000_000 + number}"
    if channel == "sms" or (channel == "signal" and number % 2):
        return f"+4670{1_740_000 + number}"
    if channel == "messenger":
        return str(6_400_000_000_000_000 + number)
    return f"Anonym {number}" if channel == "signal" or number % 3 else f"4673{1_740_000 + number}"
