"""What can happen, as data: an event is three small numbers, so that hypothesis can shrink it and a seed can draw it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from gateway.console.desk import CORRECTIONS
from gateway.handoff import Event, State
from tests.model.people import Counsellor, Visitor
from tests.model.races import read_as_it_goes, word_as_it_expires, word_as_it_goes
from tests.model.reasons import Broken
from tests.model.world import World

# How often each is drawn: the numbers are shares, not percents.
SHARES = {
    "say human_now": 5, "say emergency": 2, "say plain": 3, "say held plain": 3, "say held human_now": 2,
    "say held emergency": 1, "say offer": 1, "say yes": 1, "say no_human": 1, "say fails": 2, "say danger": 1,
    "say hidden": 1, "choose": 4, "repeat": 1, "type": 1, "look": 3, "hang up": 2, "come back": 2, "erase": 1,
    "bye": 1, "quick bye": 1,
    "claim": 9, "answer": 4, "answer again": 1, "types": 1, "read": 3, "release": 3, "requeue": 3, "transfer": 4,
    "correct": 1, "close": 1, "board": 2,
    "go": 2, "come": 1,
    "time": 2, "sweep": 2, "late sweep": 6, "kill": 1, "crash": 1, "engine answers": 4, "engine fails": 1,
    "word as it expires": 2, "read as it goes": 3, "word as it goes": 4,
}  # fmt: skip
KINDS = tuple(kind for kind, share in SHARES.items() for _ in range(share))
# Past each limit of the settings by a second: counsellor, visitor, quick exit, wait, bot, silence.
TIMES = (1, 61, 61, 301, 601, 1801, 3601, 12 * 3600 + 1, 24 * 3600 + 1)


@dataclass(frozen=True)
class Happening:
    """`who` is a person's number, `pick` chooses among what they can do it to."""

    kind: str
    who: int
    pick: int


@dataclass(frozen=True)
class Step:
    """Happenings at the same time, and the order in which their transactions are let in.

    With a `focus` all of them happen to that visitor's conversation: there the races are.
    """

    focus: int | None
    happenings: tuple[Happening, ...]
    order: tuple[int, ...]


def draw(source: Random, steps: int) -> list[Step]:
    """Draw steps from a seeded source, as hypothesis draws them for the tests."""

    def happening() -> Happening:
        return Happening(source.choice(KINDS), source.randrange(3), source.randrange(8))

    return [
        Step(
            source.choice((None, None, 0, 1, 2)),
            tuple(happening() for _ in range(source.choice((1, 1, 2, 2, 3)))),
            tuple(source.randrange(5) for _ in range(12)),
        )
        for _ in range(steps)
    ]


async def play(world: World, steps: list[Step]) -> None:
    """Take all steps, then bring everything to its end."""
    for step in steps:
        events = [_event(world, one, step.focus) for one in step.happenings]
        await world.run(events, list(step.order))
    await _finish(world)


def _event(world: World, one: Happening, focus: int | None) -> tuple[str, Coroutine[Any, Any, Any]]:
    name, act = _of_world(world, one) or _of_visitor(world, one, focus) or _of_counsellor(world, one, focus)
    return f"{name} {one.kind}", act()


Found = tuple[str, Callable[[], Coroutine[Any, Any, Any]]]


def _of_visitor(world: World, one: Happening, focus: int | None) -> Found | None:
    visitor = world.visitors[one.who if focus is None else focus]
    simple: dict[str, Callable[[], Coroutine[Any, Any, Any]]] = {
        "choose": lambda: visitor.choose(one.pick),
        "repeat": lambda: visitor.repeat(one.pick),
        "type": visitor.type,
        "look": visitor.look,
        "come back": visitor.come_back,
        "erase": visitor.erase,
        "bye": lambda: visitor.bye(False),
        "quick bye": lambda: visitor.bye(True),
        "hang up": lambda: _now(visitor.hang_up),
        "word as it expires": lambda: word_as_it_expires(world, visitor),
    }
    if one.kind.startswith("say "):
        return visitor.name, lambda: visitor.say(one.kind.removeprefix("say "))
    return (visitor.name, simple[one.kind]) if one.kind in simple else None


def _of_counsellor(world: World, one: Happening, focus: int | None) -> Found:
    if one.kind in ("board", "go", "come", "answer again"):
        one = replace(one, pick=one.pick + 6)  # nobody's conversation is meant
    elif one.kind.endswith(" as it goes") and not any(seen.holder for seen in world.observer.now.values()):
        one = replace(one, kind="claim")  # somebody must hold one first
    counsellor, key = _pick(world, one, world.visitors[focus].key if focus is not None else "")
    acts: dict[str, Callable[[], Coroutine[Any, Any, Any]]] = {
        "claim": lambda: counsellor.claim(key),
        "answer": lambda: counsellor.say(key),
        "answer again": lambda: counsellor.repeat(one.pick),
        "types": lambda: counsellor.type(key),
        "read": lambda: counsellor.read(key),
        "release": lambda: counsellor.end(key, Event.RELEASED_TO_BOT),
        "requeue": lambda: counsellor.requeue(key),
        "transfer": lambda: counsellor.transfer(key, world.counsellors[one.pick % len(world.counsellors)]),
        "correct": lambda: counsellor.correct(key, CORRECTIONS[one.pick % len(CORRECTIONS)]),
        "close": lambda: counsellor.end(key, Event.CLOSED),
        "board": counsellor.look,
        "read as it goes": lambda: read_as_it_goes(world, counsellor, key, one.pick),
        "word as it goes": lambda: word_as_it_goes(world, counsellor, key, one.pick),
        "go": lambda: _now(counsellor.go),
        "come": lambda: _now(counsellor.come),
    }
    return f"{counsellor.name} {world.observer.marks.get(key, '')}", acts[one.kind]


def _of_world(world: World, one: Happening) -> Found | None:
    def pass_time() -> None:
        world.clock.pass_seconds(TIMES[(one.pick + 8 * one.who) % len(TIMES)])

    async def late_sweep() -> None:
        pass_time()
        await world.gateway.sweeper.sweep()

    acts: dict[str, Callable[[], Coroutine[Any, Any, Any]]] = {
        "time": lambda: _now(pass_time),
        "sweep": world.gateway.sweeper.sweep,
        "late sweep": late_sweep,
        "kill": lambda: world.killed(False),
        "crash": lambda: world.killed(True),
        "engine answers": lambda: _now(lambda: world.engine.answer(one.pick, fails=False)),
        "engine fails": lambda: _now(lambda: world.engine.answer(one.pick, fails=True)),
    }
    return ("", acts[one.kind]) if one.kind in acts else None


def _pick(world: World, one: Happening, focus: str) -> tuple[Counsellor, str]:
    """Mostly a counsellor who can, and what they can do it to; now and then anybody, to anything."""
    everything = [seen for seen in world.observer.now.values() if focus in ("", seen.id)]
    counsellor = world.counsellors[one.who]
    if one.pick < 6 and one.kind == "claim":
        fit = [seen for seen in everything if seen.state is State.WAITING]
    elif one.pick < 6:
        fit = [seen for seen in everything if seen.holder is not None]
    else:
        fit = []
    if not (known := fit or everything):
        return counsellor, "0" * 32
    seen = known[one.pick % len(known)]
    if fit and one.kind != "claim":
        counsellor = next(one for one in world.counsellors if one.id == seen.holder)
    return counsellor, seen.id


async def _now(act: Callable[[], None]) -> None:
    act()


async def _finish(world: World) -> None:
    """The engine answers what it owes, everybody looks; then time passes until everything is gone."""
    while world.engine.held:
        await world.run([("engine answers", _now(lambda: world.engine.answer(0, fails=False)))], [])
    for seen in world.observer.now.values():
        if owed := [line.text for line in seen.lines.values() if line.sender == "visitor" and not line.answered]:
            raise Broken(f"accepted and never answered: {owed}")
    await world.run([(one.name, one.look()) for one in (*world.visitors, *world.counsellors)], [])
    for visitor in world.visitors:
        _has_seen_everything(world, visitor)
    await _nobody_is_left_alone(world)
    await _everything_goes(world)


def _has_seen_everything(world: World, visitor: Visitor) -> None:
    seen = world.observer.now.get(visitor.key)
    if seen is None:
        return
    told = {seq: message.text for seq, message in visitor.seen.items()}
    if told.keys() != seen.lines.keys() or not all(seen.lines[seq].reads(text) for seq, text in told.items()):
        raise Broken(f"{visitor.name} was not told the whole conversation, in order and once")


async def _nobody_is_left_alone(world: World) -> None:
    """Two counsellors go; within their minute and a sweep nobody is held by somebody who is not there."""
    await world.run([(one.name, _now(one.go)) for one in world.counsellors[1:]], [])
    world.clock.pass_seconds(61)
    await world.run([("sweep", world.gateway.sweeper.sweep())], [])
    there = {counsellor.id for counsellor in world.counsellors if counsellor.there}
    for seen in world.observer.now.values():
        if seen.holder is not None and seen.holder not in there:
            raise Broken("a visitor is held by a counsellor who is gone")


async def _everything_goes(world: World) -> None:
    """Silence is warned of, then closed; what is closed is kept, then erased: each in a round of its own."""
    for _ in range(4):
        if not world.observer.now:
            break
        world.clock.pass_seconds(24 * 3600 + 1)
        await world.run([("sweep", world.gateway.sweeper.sweep())], [])
    left = [world.observer.marks.get(id, id) for id in world.observer.now]
    if left or world.gateway.keyring.ids():
        raise Broken(f"still there after everything's time: {left}")
