"""The human in a reply: called, offered, or honestly not there."""

from __future__ import annotations

from actions.buttons import HUMAN, MOST_CHOICES, errand_choice, human_choice
from actions.remember import heard_in, known_of
from actions.turn import Memory, Said, Turn
from actions.wording import worded
from content.model import Content
from content.reach import who_now

SUMMONS = ("human_now", "emergency")


def human(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """Summon, offer, or say that nobody can come, as the route demands and the visitor has chosen."""
    if calls(turn):
        _summon(content, turn, memory, said)
    elif turn.route in SUMMONS:
        _offer_again(content, turn, memory, said)
    elif turn.route == "offer_human" and not turn.no_human and not turn.waiting:
        _offer(content, turn, said, memory)


def calls(turn: Turn) -> bool:
    """Tell whether the turn calls for a human, whom the visitor has not refused, or cannot in an emergency."""
    wanted = turn.topic == HUMAN and not turn.ask_back
    return turn.route in SUMMONS and (wanted or not turn.no_human or turn.route == "emergency")


def asks_to_share(turn: Turn) -> bool:
    """Tell whether the turn's reply ends with the question whether the counsellor may see what was written."""
    return calls(turn) and turn.route != "emergency" and turn.hours_open and not turn.waiting


def _summon(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    emergency = turn.route == "emergency"
    if turn.waiting:
        said.signal("handoff", route=turn.route, share_asked=False)
        if not said.replies or turn.topic == HUMAN:
            said.say(worded(content, memory, "waiting_again"), sentence="waiting_again")
        return
    if not turn.hours_open:
        _nobody(content, turn, memory, said)
        return
    said.signal("handoff", route=turn.route, share_asked=not emergency)
    no = {"title": content.sentences["human_no"], "payload": "human:no"}
    if emergency:
        said.say(worded(content, memory, "summons_emergency"), [no], sentence="summons_emergency")
        return
    memory.pending = "share"
    yes = {"title": content.sentences["share_yes"], "payload": "share:yes"}
    hide = {"title": content.sentences["share_no"], "payload": "share:no"}
    said.say(worded(content, memory, "summons"), [yes, hide, no], sentence="summons")


def _nobody(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """Say truthfully that nobody reads now, and who can be reached."""
    name = "nobody_free"
    if turn.route == "emergency":
        name = "closed_now_danger"
    elif turn.reopens:
        name = "closed_now"
    if memory.worded.get(name) and turn.topic != HUMAN and said.replies:
        return  # it has been told, and nothing has changed
    text = worded(content, memory, name).replace("{reopens}", turn.reopens or "")
    contacts = who_now(content, about(content, turn, memory), known_of(content, turn, memory), memory.place, turn.now)
    shown = {contact for reply in said.replies for contact in reply["contacts"]}
    if shown.issuperset(contacts) and name == "closed_now_danger":  # the same cards need not stand there twice
        text, contacts = worded(content, memory, "closed_now_above"), ()
    said.say(text, [errand_choice(content, "letter")], contacts, sentence=name)


def about(content: Content, turn: Turn, memory: Memory) -> str:
    """Give whose lines to name: of somebody who asks for a human, those of what they have said before."""
    heard = {*memory.heard, *heard_in(turn)}
    if "suicide" in heard:
        return "suicidal"
    if "child_victim_of_writer" in heard:
        return "buyers"
    if "minors" in known_of(content, turn, memory):
        return "minors"
    asked = content.taxonomy.asker(turn.topic) or turn.topic
    if asked == turn.topic and content.topics[asked].group in ("service", "smalltalk"):  # what was talked about tells
        asked = memory.asker or memory.last_topic or asked
    return asked


def _offer_again(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """After a no: only an offer, repeated at most when a new risk is heard."""
    new = {*turn.risks} - {*memory.offered_for, *memory.heard}
    if not new and said.replies:
        return
    memory.offered_for = sorted({*memory.offered_for, *turn.risks})
    said.say(worded(content, memory, "human_offer_again"), [human_choice(content)], sentence="human_offer_again")
    said.signal("offer_human")
    memory.pending = "human"


def _offer(content: Content, turn: Turn, said: Said, memory: Memory) -> None:
    """Offer a human; while none is here, to leave them a message."""
    offered = human_choice(content) if turn.hours_open else errand_choice(content, "letter")
    choices = said.replies[-1]["choices"] if said.replies else []
    if said.replies and all(choice["payload"] != offered["payload"] for choice in choices):
        said.replies[-1]["choices"] = [*choices[: MOST_CHOICES - 1], offered]
    said.signal("offer_human")
    memory.pending = memory.pending or "human"
