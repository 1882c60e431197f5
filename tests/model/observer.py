"""What is true in the database, read past the program's own code, and everything that must hold of it.

`look` is called after every transaction (or after a storm of them, `single=False`): it compares what it finds with
what it found before, so that each change is judged by the state in which it was made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from content.model import Content
from gateway.delivery import ERRANDS, SYSTEM
from gateway.handoff import TABLE, Event, State
from gateway.keyring import KeyGone, Keyring
from tests.model.engine import MARK, EngineInside
from tests.model.reasons import Broken, Reasons

COUNSELLOR = re.compile(r"\bk(\d+)\.\d+\b")  # the counsellor's own mark; stands in every counsellor's text
FIELDS = (
    "id", "state", "generation", "holder", "share", "shown_from", "no_human", "counselled", "front", "rank_at",
    "last_seq", "visitor_at", "waiting_at", "closed_at", "leave_at",
)  # fmt: skip
# The lines that hand the word back after a claim; each is stored with the step that does it.
HANDED_BACK = (
    "counsellor_released", "counsellor_closed", "counsellor_lost", "counsellor_requeued", "queue_left",
    "human_no_done", "closed_expired",
)  # fmt: skip


@dataclass
class Line:
    sender: str
    client_id: str | None
    answered: bool
    words: dict[str, Any]

    @property
    def text(self) -> str:
        return str(self.words["text"])

    def reads(self, text: str) -> bool:
        """Tell whether its visitor may see this text: what is stored, or what only they see in its place."""
        return text == self.text or "veil" in self.words


@dataclass
class Seen:
    """One conversation at one moment."""

    id: str
    state: State
    generation: int
    holder: int | None
    share: str
    shown_from: int | None
    no_human: bool
    counselled: bool
    front: bool
    rank_at: float | None
    last_seq: int
    visitor_at: float
    waiting_at: float | None
    closed_at: float | None
    leave_at: float | None
    understood: dict[str, Any] = field(default_factory=dict)
    lines: dict[int, Line] = field(default_factory=dict)
    drafts: list[str] = field(default_factory=list)
    audit: list[tuple[str, str, str, int | None]] = field(default_factory=list)

    def is_shown(self, seq: int, line: Line) -> bool:
        """From the first line that is shown on, and what the visitor has shown expressly since."""
        if self.shown_from is None:
            return False
        return seq >= self.shown_from or ("shown" in line.words and seq > self.understood.get("shown_after", 0))


class Sentences:
    """Recognises the system sentences by their text; placeholders may be anything."""

    def __init__(self, content: Content) -> None:
        organisation = content.organisation.name
        self._known = {
            name: re.compile(re.sub(r"\\\{\w+\\\}", ".*", re.escape(content.sentences[name].replace("{organisation}", organisation))))
            for name in SYSTEM | ERRANDS
        }  # fmt: skip

    def name(self, text: str) -> str:
        for name, known in self._known.items():
            if known.fullmatch(text):
                return name
        raise Broken(f"the system said what is not in the closed list: {text!r}")


class Observer:
    """`marks` names the conversations' own marks by id; `now` is the present, `past` every moment of each."""

    def __init__(
        self, connection: Any, keyring: Keyring, sentences: Sentences, engine: EngineInside, reasons: Reasons
    ) -> None:
        self._db = connection
        self._keyring = keyring
        self._sentences = sentences
        self._engine = engine
        self.reasons = reasons
        self.marks: dict[str, str] = {}
        self.let_go: set[str] = set()  # whose visitors have asked for it
        self.now: dict[str, Seen] = {}
        self.past: dict[str, list[tuple[int, Seen | None]]] = {}
        self.changed: set[str] = set()

    def look(self, moment: int, single: bool = True) -> None:
        """Read everything; raise Broken where something is not as it must be."""
        was, self.now = self.now, self._read(self.now)
        for id, seen in self.now.items():
            before = was.get(id)
            if before != seen:
                self._judge(before, seen, single)
                self._note(id, moment, seen)
        for id in was.keys() - self.now.keys():
            self._nothing_left(id)
            if single and id not in self.let_go:
                self.reasons.to_go(was[id])
            self._note(id, moment, None)

    def _note(self, id: str, moment: int, seen: Seen | None) -> None:
        self.past.setdefault(id, []).append((moment, seen))
        self.changed.add(id)

    def between(self, id: str, first: int, last: int) -> list[Seen | None]:
        """Give what a conversation was at any time from one moment to another."""
        past = self.past.get(id, [])
        before = [seen for moment, seen in past if moment <= first][-1:]
        return [*before, *(seen for moment, seen in past if first < moment <= last)]

    # -- reading

    def _read(self, was: dict[str, Seen]) -> dict[str, Seen]:
        everything = f"SELECT {', '.join(FIELDS)}, sealed FROM conversations"
        found = {row[0]: self._seen(row) for row in self._db.execute(everything)}
        for id, seq, sender, client_id, answered, sealed in self._db.execute(
            "SELECT conversation, seq, sender, client_id, answered, sealed FROM messages ORDER BY seq"
        ):
            known = was[id].lines.get(seq) if id in was else None
            words = known.words if known else self._open(id, f"message|{seq}", sealed)
            if id in found and words is not None:
                found[id].lines[seq] = Line(sender, client_id, bool(answered), words)
        for id, sealed in self._db.execute("SELECT conversation, sealed FROM drafts ORDER BY id"):
            words = self._open(id, "draft", sealed)
            if id in found and words is not None:
                found[id].drafts.append(words["text"])
        for id, event, before, after, actor in self._db.execute(
            "SELECT conversation, event, from_state, to_state, actor FROM audit ORDER BY id"
        ):
            if id in found:
                found[id].audit.append((event, before, after, actor))
        return {id: seen for id, seen in found.items() if self._has_key(id)}

    def _seen(self, row: Any) -> Seen:
        values = dict(zip(FIELDS, row[:-1], strict=True))
        inside = self._open(row[0], "conversation", row[-1]) or {}
        flags = {name: bool(values[name]) for name in ("no_human", "counselled", "front")}
        return Seen(**{**values, **flags, "state": State(values["state"]), "understood": inside.get("understood", {})})

    def _open(self, id: str, place: str, sealed: bytes) -> dict[str, Any] | None:
        try:
            return dict(self._keyring.open(id, place, bytes(sealed)))
        except KeyGone:
            return None

    def _has_key(self, id: str) -> bool:
        return id in self._keyring.ids()

    def _nothing_left(self, id: str) -> None:
        if self._has_key(id):
            raise Broken("the key of an erased conversation is still there")

    # -- what must hold

    def _judge(self, before: Seen | None, seen: Seen, single: bool) -> None:
        self._is_sound(seen)
        self._steps(before, seen)
        new = {seq: line for seq, line in seen.lines.items() if before is None or seq not in before.lines}
        if before is not None:
            if any(seq not in seen.lines for seq in before.lines):
                raise Broken("a stored line is gone")
            if new and min(new) <= max(before.lines, default=0):
                raise Broken("a new line stands before an old one")
        self._words_of_its_own(seen, new)
        self._word_order(seen)
        if single and before is not None:
            for event, *_ in seen.audit[len(before.audit) :]:
                self.reasons.to_step(before, Event(event))
            self._speakers(before, seen, new)
            self._answers(before, seen, new)

    def _is_sound(self, seen: Seen) -> None:
        if (seen.holder is not None) != (seen.state is State.HUMAN):
            raise Broken(f"state {seen.state} with holder {seen.holder}")
        if (seen.waiting_at is not None) != (seen.state is State.WAITING):
            raise Broken(f"state {seen.state} with waiting_at {seen.waiting_at}: nobody sees who waits")
        if (seen.rank_at is not None) != (seen.state is State.WAITING):
            raise Broken(f"state {seen.state} with rank_at {seen.rank_at}: the queue has no place for it")
        if seen.shown_from is not None and seen.state is not State.HUMAN:
            raise Broken(f"state {seen.state} with shown_from {seen.shown_from}")
        if seen.front and seen.state is not State.WAITING:
            raise Broken("at the front of the queue without being in it")
        if (seen.closed_at is not None) != (seen.state is State.CLOSED):
            raise Broken(f"state {seen.state} with closed_at {seen.closed_at}")
        if seen.last_seq != max(seen.lines, default=0):
            raise Broken("last_seq is not the last line's")
        ids = [line.client_id for line in seen.lines.values() if line.client_id is not None]
        if len(ids) != len(set(ids)):
            raise Broken("one id is stored twice")

    def _steps(self, before: Seen | None, seen: Seen) -> None:
        """The audit rows lead along the table from the old state to the new one, and account for the generation."""
        if before is None:
            state, generation, taken = State.BOT, 1, seen.audit
        else:
            state, generation, taken = before.state, before.generation, seen.audit[len(before.audit) :]
            if seen.audit[: len(before.audit)] != before.audit:
                raise Broken("an audit row was changed")
        holder = before.holder if before else None
        for event, from_state, to_state, actor in taken:
            step = TABLE.get((State(from_state), Event(event)))
            if state != from_state or step is None or step.to != to_state:
                raise Broken(f"audit: {event} from {from_state} to {to_state}, while {state}")
            if event == Event.CLAIMED and state is not State.WAITING:
                raise Broken(f"claimed while {state}: two holders")
            if step.to is not state and State.HUMAN in (step.to, state) and not step.new_speaker:
                raise Broken(f"{event}: the right to speak changed and the generation did not")
            state, generation = step.to, generation + step.new_speaker
            if event in (Event.CLAIMED, Event.TRANSFERRED):
                holder = actor
            elif step.to is not State.HUMAN:
                holder = None
        if (state, generation, holder) != (seen.state, seen.generation, seen.holder):
            raise Broken(
                f"{seen.state}, {seen.generation}, {seen.holder} stored; steps give {state}, {generation}, {holder}"
            )

    def _words_of_its_own(self, seen: Seen, new: dict[int, Line]) -> None:
        own = self.marks.get(seen.id)
        for text in [*(line.text for line in new.values()), *seen.drafts]:
            if any(mark.split(":")[0] != own for mark in MARK.findall(text)):
                raise Broken(f"another conversation's words in {own}: {text!r}")

    def _word_order(self, seen: Seen) -> None:
        """By the lines alone: from a claim until the word is handed back the bot is silent, and counsellors only then."""
        held = False
        for seq, line in sorted(seen.lines.items()):
            if line.sender == "system":
                name = self._sentences.name(line.text)
                held = True if name == "counsellor_here" else held and name not in HANDED_BACK
            elif line.sender == "bot" and held:
                raise Broken(f"the bot spoke after a claim, in line {seq}")

    def _speakers(self, before: Seen, seen: Seen, new: dict[int, Line]) -> None:
        for line in new.values():
            if line.sender == "bot":
                self._bot(before, line)
            elif line.sender == "counsellor":
                found = COUNSELLOR.search(line.text)
                if before.state is not State.HUMAN or found is None or int(found.group(1)) != before.holder:
                    raise Broken(f"counsellor's line {line.text!r} while {before.state}, held by {before.holder}")

    def _bot(self, before: Seen, line: Line) -> None:
        if before.state not in (State.BOT, State.WAITING):
            raise Broken(f"the bot spoke while {before.state}")
        asked = self._engine.asked.get(line.text)
        if asked is not None and asked != before.generation:
            raise Broken(f"an answer of generation {asked} was stored in generation {before.generation}")

    def _answers(self, before: Seen, seen: Seen, new: dict[int, Line]) -> None:
        """What is marked answered was answered: by words, by a draft, or because a human listens."""
        fresh = [
            line
            for seq, line in seen.lines.items()
            if line.answered and seq in before.lines and not before.lines[seq].answered
        ]
        spoken = [line.text for line in new.values() if line.sender in ("bot", "system")]
        drafts = seen.drafts[len(before.drafts) :]
        for line in fresh:
            silent = before.state in (State.HUMAN, State.CLOSED)
            if not spoken and not silent:
                raise Broken(f"answered with silence while {before.state}: {line.text!r}")
            for mark in MARK.findall(line.text):
                given = self._engine.given.pop(mark, None)
                if given is not None and before.state is not State.CLOSED and given not in (*spoken, *drafts):
                    raise Broken(f"the engine's answer is lost: {given!r}")
