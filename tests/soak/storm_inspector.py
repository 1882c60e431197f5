"""What must hold after a storm, of every thing that people sent and of everything that reached a phone.

A thing that was taken in is answered, honestly in doubt or failed, or belongs to a talk that was erased, stopped,
edited, taken back or claimed. LOST, DOUBLED, in doubt (UNKNOWN) and REPEATED as the rule allows are counted apart.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from content.model import Content
from gateway.delivery import ERRANDS
from tests.channels.platforms import Platforms
from tests.model.observer import HANDED_BACK, Sentences
from tests.model.reasons import Broken
from tests.soak.clients import CounsellorClient
from tests.soak.couriers import NEVER, Thing
from tests.soak.crowd import SHARES, Person
from tests.soak.stored import Line, Part, Stored, Talk
from tests.soak.weather import SPOILED

MARK = re.compile(r"\bv(\d+):\d+\b")
HUMAN = re.compile(r"\bk\d+\.\d+\b")
ENDS = ("erase", "stop", "gone")
SIGNALS_QUEUE = 30.0  # seconds: what Signal's socket gives is not acknowledged, and is taken in within so long
ON_ITS_WAY = 20.0  # seconds: what was handed to a platform before an end may still land
# What may become of a thing that was sent; the last three are acts, which are carried out.
FATES = (
    "answered", "doubt", "failed", "claimed", "erased", "edited", "taken_back", "lost_by_platform",
    *(f"in_{kind}" for kind in (*ENDS, "unsend")),
)  # fmt: skip
FAILURES = ("visitor_gone", "blocked")  # what may become of a message here; we are never to be refused one


@dataclass
class Copy:
    """A message of ours on a phone."""

    person: Person
    text: str
    id: str
    at: float
    mood: str
    place: int


@dataclass
class Gaps:
    """When there was no gateway: from each kill until Signal's socket was open again."""

    kills: list[float] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)

    def killed_between(self, first: float, last: float) -> bool:
        return any(first - 1 <= kill <= last for kill in self.kills)


class Inspector:
    """`inspect` gives the figures, or raises Broken with the first few of each thing that is wrong."""

    def __init__(
        self, stored: Stored, content: Content, platforms: Platforms, people: list[Person],
        counsellors: list[CounsellorClient], gaps: Gaps,
    ) -> None:  # fmt: skip
        self._stored, self._people, self._counsellors, self._gaps = stored, people, counsellors, gaps
        self._sentences, self._said = Sentences(content), content.sentences
        self.fates: Counter[str] = Counter()
        self.by_channel: dict[str, Counter[str]] = defaultdict(Counter)
        self.wrong: dict[str, list[str]] = defaultdict(list)
        self._whose = {(one.channel, alias): one for one in people for alias in one.aliases()}
        self._copies = {name: list(self._read_phones(name, platforms[name])) for name in SHARES}
        self._signal_taken = [
            thing.first
            for one in people
            for thing in one.things
            if one.channel == "signal" and thing.brought == 1 and self._taken(thing)
        ]
        self._on_phone = {(name, copy.id): copy for name, all in self._copies.items() for copy in all}

    def inspect(self, log: Path, database: Path | None) -> dict[str, Any]:
        if keys := self._stored.keys_without_rows():
            self.wrong["KEYS without rows"] += sorted(keys)
        if self._stored.twice:
            self.wrong["STORED twice"] += self._stored.twice
        for talk in self._stored.talks.values():
            self._talk(talk)
        for person in self._people:
            self._person(person)
        for name, copies in self._copies.items():
            self._phones(name, copies)
        self._all_are_judged()
        self._counsellors_words()
        self._records(log, database)
        if self.wrong:
            told = [f"{name}: {len(some)}, like {'; '.join(some[:4])}" for name, some in self.wrong.items()]
            raise Broken("\n".join([*told, f"otherwise {dict(self.fates)}"]))
        return {**self.fates, "dead_letters": sum(row[-1] for row in self._stored.dead)}

    def _count(self, channel: str, fate: str, number: int = 1) -> None:
        self.fates[fate] += number
        self.by_channel[channel][fate] += number

    def _all_are_judged(self) -> None:
        sent = sum(thing.first < NEVER for person in self._people for thing in person.things)
        judged = sum(number for fate, number in self.fates.items() if fate in FATES)
        if not self.wrong and sent != judged:
            self.wrong["NOT JUDGED"].append(f"{sent - judged} of {sent}")

    # -- the phones

    def _read_phones(self, name: str, provider: Any) -> Any:
        for place, (sent, (at, mood)) in enumerate(zip(provider.sent, provider.sent.marks, strict=True)):
            person = self._whose.get((name, sent.to))
            if person is None:
                self.wrong["A STRANGER got something"].append(f"{name} {sent.text[:60]!r}")
                continue
            yield Copy(person, sent.text, sent.id, at, mood, place)

    def _phones(self, name: str, copies: list[Copy]) -> None:
        alike: dict[tuple[int, str], list[Copy]] = defaultdict(list)
        for copy in copies:
            if any(int(number) != copy.person.number for number in MARK.findall(copy.text)):
                self.wrong["SOMEBODY ELSE's words"].append(f"{name} {copy.text[:60]!r}")
            if MARK.search(copy.text) or HUMAN.search(copy.text):
                alike[copy.person.number, copy.text].append(copy)
        for some in alike.values():
            for first, second in itertools.pairwise(some):
                if self._may_repeat(first, second):
                    self._count(name, "repeated")
                else:
                    self.wrong["DOUBLED"].append(
                        f"{name} {first.text[:60]!r}, {second.at - first.at:.1f} s apart, {first.mood}"
                    )
        self._after_the_end(name, copies)
        self._no_more_than_was_sent(name, copies)

    def _may_repeat(self, first: Copy, second: Copy) -> bool:
        """What carries 112 or a counsellor's words, and whose arrival we could not know of."""
        urgent = "112" in first.text or HUMAN.search(first.text) is not None
        unsure = first.mood in SPOILED or self._gaps.killed_between(first.at, second.at)
        return urgent and (unsure or second.at - first.at > 15)

    def _no_more_than_was_sent(self, name: str, copies: list[Copy]) -> None:
        """Also of the sentences that many get: a phone has each once, and more only where a send was in doubt."""
        for person in self._people:
            if person.channel != name or any(thing.kind in ENDS for thing in person.things):
                continue
            talks = [talk for talk in self._stored.talks.values() if talk.to in person.whos]
            parts = [part for talk in talks for some in talk.parts.values() for part in some]
            known = {part.id for part in parts if part.id}
            more = [copy for copy in copies if copy.person is person and copy.id not in known]
            may = sum(part.attempts - bool(part.id) for part in parts) + sum(len(talk.drafts) for talk in talks)
            more = self._but_not_stored(person, more)
            if len(more) > may:
                self.wrong["MORE than was sent"].append(f"{name} {len(more)}, may be {may}: {more[0].text[:60]!r}")

    def _but_not_stored(self, person: Person, copies: list[Copy]) -> list[Copy]:
        """Leave out what is said from memory to whoever wrote what could not be stored; of Signal nobody is told."""
        away = sum(thing.turned_away or thing.channel == "signal" for thing in person.things)
        from_memory = [copy for copy in copies if self._said["fallback"][:40] in copy.text][:away]
        self.fates["said_from_memory"] += len(from_memory)
        return [copy for copy in copies if copy not in from_memory]

    def _after_the_end(self, name: str, copies: list[Copy]) -> None:
        """Once somebody was told that all is erased, or stopped, nothing is said any more to what they said before."""
        for person in (one for one in self._people if one.channel == name):
            got = [copy for copy in copies if copy.person is person]
            said = {thing.mark: thing for thing in person.things if thing.mark}
            for end in person.things:
                told = [copy.at for copy in got if copy.at > end.first and self._is_farewell(copy.text)]
                if end.kind not in ("erase", "stop") or not told:
                    continue
                for copy in got:
                    marks = [found.group() for found in MARK.finditer(copy.text)]
                    before = marks and all(said[mark].acknowledged < end.first for mark in marks)
                    if before and copy.at > max(told) + ON_ITS_WAY:
                        self.wrong["SENT after the end"].append(f"{name} {copy.text[:60]!r} after {end.kind}")

    def _is_farewell(self, text: str) -> bool:
        names = ("farewell_phone", "farewell_ours", "farewell_all", "farewell_some", "stopped")
        return any(self._said[name][:40] in text for name in names)

    # -- conversations

    def _talk(self, talk: Talk) -> None:
        if not talk.lines:
            self.fates["begun_and_empty"] += 1  # killed between a conversation's beginning and its first line
            return
        held = False
        for seq, line in sorted(talk.lines.items()):
            if line.sender == "bot" and held:
                self.wrong["THE BOT spoke after a claim"].append(f"{talk.channel} {line.text[:60]!r}")
            held = self._held_after(line.text, held) if line.sender == "system" else held
            if line.sender != "visitor" and talk.channel != "web":
                self._line_went_out(talk, seq, line.text)
        places = [
            self._on_phone[talk.channel, part.id].place
            for seq in sorted(talk.parts) for part in talk.parts[seq] if (talk.channel, part.id) in self._on_phone
        ]  # fmt: skip
        if places != sorted(places):
            self.wrong["OUT OF ORDER"].append(f"{talk.channel} {talk.id[:6]}")

    def _held_after(self, text: str, held: bool) -> bool:
        name = self._name(text)
        return name == "counsellor_here" or (held and name not in HANDED_BACK)

    def _name(self, text: str) -> str:
        """Name what the system said; a link is stored as a mark, and a greeting is made of several sentences."""
        if text == self._said["link_mark"]:
            return "link_here"
        greeting = self._said["app_greeting"].partition("{")[0]
        return "app_greeting" if text.startswith(greeting) else self._sentences.name(text)

    def _line_went_out(self, talk: Talk, seq: int, text: str) -> None:
        """Every line of ours is on the phone of its person, or honestly not."""
        parts = talk.parts.get(seq, [])
        if not parts:
            self.wrong["LOST: said, and not in the outbox"].append(f"{talk.channel} {text[:60]!r}")
        for part in parts:
            where = f"{talk.channel} {text[:40]!r}"
            self._count(talk.channel, f"out_{part.state}")
            if part.state == "sent":
                copy = self._on_phone.get((talk.channel, part.id))
                if copy is None:
                    self.wrong["LOST: sent, and on no phone"].append(where)
                elif talk.to and self._whose.get((talk.channel, talk.to)) is not copy.person:
                    self.wrong["SOMEBODY ELSE's phone"].append(where)
            elif part.state == "failed" and part.failure not in FAILURES:
                self.wrong["FAILED though nothing forbids it"].append(f"{where} {part.failure} {self._stored.dead}")
            elif part.state == "doubt" and part.urgent and part.attempts < 4 and not self._is_claimed(talk):
                self.wrong["URGENT and not repeated"].append(where)

    # -- what people sent

    def _taken(self, thing: Thing) -> bool:
        return self._stored.receipt(thing.channel, thing.id) in self._stored.receipts

    def _person(self, person: Person) -> None:
        ends = [thing for thing in person.things if thing.kind in ENDS and self._taken(thing)]
        edits: dict[str, list[Thing]] = defaultdict(list)
        for thing in person.things:
            if thing.kind == "edit":
                edits[thing.refers].append(thing)
        back = {thing.refers for thing in person.things if thing.kind == "unsend" and self._taken(thing)}
        for thing in person.things:
            if thing.first == NEVER:
                continue
            if thing.acknowledged == NEVER and thing.channel != "signal":
                self.wrong["NEVER acknowledged"].append(f"{thing.channel} {thing.kind}")
            elif not self._taken(thing):
                self._not_taken(thing)
            elif thing.kind in (*ENDS, "unsend"):
                self._count(thing.channel, f"in_{thing.kind}")
            elif thing.kind != "edit":
                self._group([thing, *edits.pop(thing.id, [])], thing.id in back, ends)
        for id, some in edits.items():  # of what was itself lost by the platform
            if some := [one for one in some if self._taken(one)]:
                self._group(some, id in back, ends)
        self._nothing_left(person)

    def _not_taken(self, thing: Thing) -> None:
        if thing.channel == "signal" and self._lost_on_the_way(thing):
            self._count("signal", "lost_by_platform")
        else:
            self.wrong["LOST: acknowledged, and not stored"].append(f"{thing.channel} {thing.kind} {thing.mark}")

    def _lost_on_the_way(self, thing: Thing) -> bool:
        """No socket took it, or the gateway was killed before it had taken what its socket had given it.

        It takes things in the order in which they come: what came before something that was stored is stored.
        """
        if thing.acknowledged == NEVER:
            return True
        killed = min((kill for kill in self._gaps.kills if kill > thing.first), default=None)
        opened = max((one for one in self._gaps.opened if one <= thing.first), default=0.0)
        if any(opened < kill < thing.first for kill in self._gaps.kills):
            return True  # into the socket of a gateway that is no more
        return killed is not None and not any(thing.acknowledged < taken < killed for taken in self._signal_taken)

    def _group(self, versions: list[Thing], back: bool, ends: list[Thing]) -> None:
        """Judge a thing and its edits: one line holds the latest of them."""
        versions = [one for one in versions if self._taken(one)]
        first = versions[0]
        found = self._stored.line_of(first.channel, first.refers if first.kind == "edit" else first.id)
        if back:
            self._count(first.channel, "taken_back", len(versions))
            if found is not None:
                self.wrong["TAKEN BACK and still there"].append(f"{first.channel} {found[0].lines[found[1]].text}")
            return
        left = [one for one in versions if not self._ended(one, ends)]
        if found is None:
            self._count(first.channel, "erased", len(versions) - len(left))
            if left:
                self.wrong["LOST: stored nowhere"] += [f"{one.channel} {one.kind} {one.mark}" for one in left]
            return
        if all(self._surely_erased(one, ends) for one in versions):
            self.wrong["ERASED and still there"].append(f"{first.channel} {first.kind} {first.mark}")
        talk, seq = found
        mark = MARK.search(talk.lines[seq].text)
        here = next((one for one in versions if mark is not None and one.mark == mark.group()), first)
        if any(one.first > here.acknowledged for one in versions):
            self.wrong["AN EDIT was not heeded"].append(f"{here.channel} {here.mark}")
        self._count(first.channel, "edited", len(versions) - 1)
        self._fate(here, talk, seq, mark.group() if mark is not None else "")

    def _fate(self, thing: Thing, talk: Talk, seq: int, mark: str) -> None:
        fate = self._answer(thing, talk, seq, mark)
        if fate.startswith("LOST"):
            self.wrong[fate].append(
                f"{thing.channel} {thing.kind} {thing.mark} seq {seq} of {len(talk.lines)} {talk.state}"
            )
        else:
            self._count(thing.channel, fate)

    def _answer(self, thing: Thing, talk: Talk, seq: int, mark: str) -> str:
        """Give what became of a stored line."""
        line = talk.lines[seq]
        if not line.answered:
            return "LOST: never answered"
        if self._is_held(talk, seq):
            return "claimed"
        answers = [one for one in talk.lines if talk.lines[one].sender != "visitor"]
        after = [one for one in answers if one > seq]
        if mark and thing.kind != "picture" and "choice" not in line.words:
            ours = [one for one in answers if mark in talk.lines[one].text]
            ours = ours or [one for one in after if self._is_an_answer(talk.lines[one])][:1]
        elif thing.kind == "picture":
            ours = after[:1] or answers[-1:]  # that it is not kept is said once a minute
        else:
            ours = after[:1]
        if not ours:
            claimed = any(one > seq and self._is_claim(talk.lines[one].text) for one in answers)
            return "claimed" if claimed and talk.drafts else "LOST: no answer"
        return self._sent([part for one in ours for part in talk.parts.get(one, [])])

    def _sent(self, parts: list[Part]) -> str:
        states = {part.state for part in parts}
        if not states:
            return "LOST: its answer is not in the outbox"
        return next((name for name in ("failed", "doubt") if name in states), "answered")

    def _is_held(self, talk: Talk, seq: int) -> bool:
        held = False
        for one, line in sorted(talk.lines.items()):
            if one >= seq:
                return held
            held = self._held_after(line.text, held) if line.sender == "system" else held
        return held

    def _is_claimed(self, talk: Talk) -> bool:
        return any(self._is_claim(line.text) for line in talk.lines.values())

    def _is_claim(self, text: str) -> bool:
        return text == self._said["counsellor_here"]

    def _is_an_answer(self, line: Line) -> bool:
        """Tell whether a line that has no mark answers words: the engine gave nothing, or they belong to an errand."""
        if line.sender == "system":
            return self._name(line.text) in ERRANDS
        return any(self._said[name][:60] in line.text for name in ("fallback", "fallback_human"))

    def _ended(self, thing: Thing, ends: list[Thing]) -> bool:
        """Tell whether a conversation may have ended after this came."""
        slack = SIGNALS_QUEUE if thing.channel == "signal" else 0.0
        return any(thing.first <= end.acknowledged + slack for end in ends)

    def _surely_erased(self, thing: Thing, ends: list[Thing]) -> bool:
        slack = SIGNALS_QUEUE if thing.channel == "signal" else 0.0
        return any(end.kind == "erase" and thing.acknowledged + slack < end.first for end in ends)

    def _nothing_left(self, person: Person) -> None:
        """Of whom no conversation is left, no address is either."""
        talks = [talk for talk in self._stored.talks.values() if talk.to in person.whos]
        hashes = [self._stored.address_hash(person.channel, who) for who in person.whos]
        if not talks and any(hash in self._stored.hashes for hash in hashes):
            self.wrong["AN ADDRESS without a conversation"].append(person.channel)

    # -- counsellors, and the records

    def _counsellors_words(self) -> None:
        for counsellor in self._counsellors:
            for key, seq, text in counsellor.said.values():
                talk = self._stored.talks.get(key)
                if talk is None:
                    self.fates["human_erased"] += 1
                    continue
                line = talk.lines.get(seq)
                if line is None or line.text != text or line.sender != "counsellor":
                    self.wrong["LOST: a counsellor's words"].append(text)
                elif talk.channel != "web":
                    self.fates[f"human_{self._sent(talk.parts.get(seq, []))}"] += 1

    def _records(self, log: Path, database: Path | None) -> None:
        """No text and no number in the log; none readable in the database."""
        ids = {alias for person in self._people for alias in person.aliases() if len(alias) > 8}
        for name, content in (("log", log.read_text()), ("database", _readable(database))):
            seen = [one for one in ids if one in content or one.removeprefix("chat:") in content]
            seen += [
                found.group() for found in (MARK.search(content), re.search(r"svar till|radera allt", content)) if found
            ]
            if seen:
                self.wrong[f"SOMEBODY in the {name}"] += seen


def _readable(database: Path | None) -> str:
    if database is None:
        return ""
    files = [file for file in database.parent.glob(f"{database.name}*") if file.is_file()]
    return "\n".join(
        found.decode() for file in files for found in re.findall(rb"[ -~]{6,}", file.read_bytes())
    )  # fmt: skip
