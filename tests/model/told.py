"""What people were told, held against what was true at the time: each check is made when its step is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from connectors.contract import News
from gateway.handoff import State
from gateway.masking import mask
from tests.model.observer import Seen
from tests.model.reasons import Broken

if TYPE_CHECKING:
    from tests.model.people import Counsellor
    from tests.model.world import World


class Told:
    """Collects what people were told, with the moments at which the telling began and ended."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stored: dict[tuple[str, str], tuple[int, str | None]] = {}
        self._checks: list[Callable[[], None]] = []

    def accepted(self, key: str, id: str, seq: int, kind: str, words: str) -> None:
        self._stored[key, id] = (seq, mask(words).text if kind == "say" else None)

    def won(self, key: str, counsellor: Counsellor, began: int) -> None:
        self._checks.append(lambda: self._check_won(key, counsellor, began, self._world.moment))

    def saw_news(self, key: str, after: int, news: News, began: int) -> None:
        ended = self._world.moment
        self._checks.append(lambda: self._check_news(key, after, news, began, ended))

    def saw_conversation(self, key: str, counsellor: Counsellor, view: dict[str, Any], began: int) -> None:
        ended = self._world.moment
        self._checks.append(lambda: self._check_view(key, counsellor, view, began, ended))

    def saw_queue(self, counsellor: Counsellor, queue: dict[str, Any], began: int) -> None:
        ended = self._world.moment
        self._checks.append(lambda: self._check_queue(counsellor, queue, began, ended))

    def leaves(self, key: str) -> None:
        """The visitor asks for the conversation to go; from here on it may."""
        self._world.observer.let_go.add(key)

    def is_gone(self, key: str) -> None:
        self._checks.append(lambda: self._check_gone(key))

    def said_bye(self, key: str, quick: bool, began: int) -> None:
        ended = self._world.moment
        self._checks.append(lambda: self._check_bye(key, quick, began, ended))

    def settle(self) -> None:
        for check in self._checks:
            check()
        self._checks.clear()
        self._nothing_lost()

    def _nothing_lost(self) -> None:
        for (key, id), (seq, text) in self._stored.items():
            seen = self._world.observer.now.get(key)
            if seen is not None:
                line = seen.lines.get(seq)
                if line is None or line.client_id != id or (text is not None and line.text != text):
                    raise Broken(f"line {seq} was accepted and is not stored so")

    def _between(self, key: str, began: int, ended: int) -> list[Seen | None]:
        return self._world.observer.between(key, began, ended)

    def _check_won(self, key: str, counsellor: Counsellor, began: int, ended: int) -> None:
        held = [seen for seen in self._between(key, began, ended) if seen and seen.holder == counsellor.id]
        if not held:
            raise Broken(f"{counsellor.name} was told that the claim was won, and never held it")

    def _check_view(self, key: str, counsellor: Counsellor, view: dict[str, Any], began: int, ended: int) -> None:
        """What a counsellor read was at one moment theirs to read: held by them, and shown."""
        seqs = [message["seq"] for message in view["messages"]]
        drafts = [draft["text"] for draft in view["drafts"]]
        for seen in self._between(key, began, ended):
            if seen is None:
                continue
            theirs = self._world.turnstile.free or seen.holder == counsellor.id
            shown = [seq for seq, line in seen.lines.items() if seen.is_shown(seq, line)]
            if (theirs and set(seqs) <= set(shown) and set(drafts) <= set(seen.drafts)) or not (seqs or drafts):
                return
        raise Broken(f"{counsellor.name} saw lines {seqs} and drafts {drafts} that were never theirs to see")

    def _check_news(self, key: str, after: int, news: News, began: int, ended: int) -> None:
        given = [(message.seq, message.text) for message in news.messages]
        for seen in self._between(key, began, ended):
            if seen is None and not given:
                return  # it went while it was read; the visitor is told so
            new = [(seq, line) for seq, line in sorted(seen.lines.items()) if seq > after] if seen else []
            same = seen is not None and [seq for seq, _ in given] == [seq for seq, _ in new]
            if same and all(line.reads(text) for (_, text), (_, line) in zip(given, new, strict=True)):
                break
        else:
            raise Broken(f"the visitor saw {given} after {after}, which is not what was stored at any time")
        told = {answer.id for answer in news.answers}
        latest = max((seq for seq, _ in given), default=after)
        for seen in self._world.observer.past.get(key, []):
            new = seen[1]
            if new and any(line.client_id in told and line.answered for line in new.lines.values()):
                if new.last_seq > latest:
                    raise Broken("told as answered before its words")
                return

    def _check_queue(self, counsellor: Counsellor, queue: dict[str, Any], began: int, ended: int) -> None:
        given = ({card["id"] for card in queue["waiting"]}, {card["id"] for card in queue["mine"]})
        keys = self._world.observer.past
        for moment in range(began, ended + 1):
            present = {key: self._between(key, moment, moment)[-1:] for key in keys}
            there = [seen[0] for seen in present.values() if seen and seen[0]]
            waiting = {seen.id for seen in there if seen.state is State.WAITING}
            mine = {seen.id for seen in there if seen.holder == counsellor.id}
            if given == (waiting, mine):
                return
        if not self._world.turnstile.free:
            raise Broken(f"the queue shown to {counsellor.name} is not the queue: somebody is seen by nobody")

    def _check_gone(self, key: str) -> None:
        if key in self._world.observer.now:
            raise Broken("erased, and still there")

    def _check_bye(self, key: str, quick: bool, began: int, ended: int) -> None:
        """Whoever leaves leaves nothing behind, but for the counsellor what a quick exit or a held talk keeps."""
        for seen in self._between(key, began, ended):
            if seen is None or (seen.state is State.HUMAN and not quick):
                return
            if quick and seen.leave_at is not None and seen.state in (State.HUMAN, State.WAITING):
                return
        if not self._world.turnstile.free:
            raise Broken("the visitor has left, and what was said with the bot is still there")

    def everybody_was_told(self, there: list[Counsellor]) -> None:
        for key in self._world.observer.changed:
            past = [seen for _, seen in self._world.observer.past[key][-2:]]
            if any(seen and seen.state in (State.WAITING, State.HUMAN) for seen in past):
                for counsellor in there:
                    if counsellor.there and key not in {id for _, id in counsellor.told}:
                        raise Broken(f"{counsellor.name} was not told that something changed")
        for visitor in self._world.visitors:
            seen = self._world.observer.now.get(visitor.key)
            if visitor.connected and visitor.key:
                if seen is None and "gone" not in visitor.nudges:
                    raise Broken("a visitor was not told that the conversation is gone")
                if seen is not None and seen.last_seq > visitor.after and "news" not in visitor.nudges:
                    raise Broken("a visitor was not told that there is news")
            if "unavailable" in visitor.nudges:
                raise Broken("the store was said to be down")
