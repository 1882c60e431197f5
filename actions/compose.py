"""What the bot says to a message: pure rules over content. No sentence stands here, only which and in what order.

What is said in other languages than Swedish is put around it by `translate`.

Order of a reply: danger first (112), then what was asked, then the human. The bot composes nothing.
"""

from __future__ import annotations

from dataclasses import replace

from actions.remember import heard_in, remember, remember_asker
from actions.translate import spoken, translated, understands_little
from actions.turn import Memory, Said, Turn
from content.model import Content
from content.reach import open_now

SUMMONS = ("human_now", "emergency")
HUMAN = "talk_to_human"
MISSES_BEFORE_HELP = 2
MOST_CHOICES = 3
MOST_CONTACTS = 3
ERRANDS = {"letter": ("letter:write", "letter_write"), "time": ("time:start", "time_start")}


def compose(content: Content, turn: Turn, memory: Memory) -> Said:
    """Give the replies and signals for `turn`; `memory` is brought up to date in place."""
    said = Said()
    if _settles_question(content, turn, memory, said):
        if said.replies:
            translated(content, turn, memory, said)
        return said
    memory.pending = None
    answered = _risk_first(content, turn, memory, said)
    missed = bool(turn.ask_back) or content.topics[turn.topic].route == "clarify"
    foreign = understands_little(content, turn)
    memory.misses = memory.misses + 1 if missed and not foreign and not said.replies else 0
    if foreign:
        pass  # what they can read comes from `translated`
    elif memory.misses > MISSES_BEFORE_HELP and not turn.waiting:
        _help_understanding(content, turn, memory, said)
    elif turn.ask_back and not said.replies:
        _ask_back(content, turn, memory, said)
        remember_asker(content, turn, memory, turn.ask_back[:MOST_CHOICES])
    elif not turn.ask_back:
        if not answered:
            _answer(content, turn, memory, said)
        remember(content, turn, memory, turn.topic)
    _human(content, turn, memory, said)
    translated(content, turn, memory, said)
    memory.heard = sorted({*memory.heard, *heard_in(turn)})
    return said


def topic_choice(content: Content, topic: str) -> dict[str, str]:
    """Give the button that asks about a topic."""
    return {"title": content.topics[topic].choice, "payload": f"topic:{topic}"}


def errand_choice(content: Content, errand: str) -> dict[str, str]:
    """Give the button that begins an errand of the gateway's: `letter` or `time`."""
    payload, title = ERRANDS[errand]
    return {"title": content.sentences[title], "payload": payload}


def _settles_question(content: Content, turn: Turn, memory: Memory, said: Said) -> bool:
    """Read a plain yes or no against what was asked last; True where that was the whole turn."""
    if memory.pending is None or turn.risks or turn.topic not in ("affirm", "deny") or turn.ask_back:
        return False
    yes, asked = turn.topic == "affirm", memory.pending
    memory.pending = None
    if asked == "share":
        said.signal("share", answer="yes" if yes else "no")
    elif asked == "human" and not yes:
        said.signal("no_human")
    elif yes:
        meant = HUMAN if asked == "human" else asked.removeprefix("topic:")
        topic = replace(turn, topic=meant, route=content.topics[meant].route)
        if meant != HUMAN:
            _answer(content, topic, memory, said)
        _human(content, topic, memory, said)
        remember(content, turn, memory, meant)
    else:
        return False
    return True


def _risk_first(content: Content, turn: Turn, memory: Memory, said: Said) -> bool:
    """Say what a risk calls for before anything else. True where that leaves nothing of the topic to answer."""
    taxonomy, danger = content.taxonomy, turn.route == "emergency"
    risks = sorted(turn.risks, key=lambda risk: taxonomy.routes.index(taxonomy.risks[risk]))
    if danger:  # nothing milder may come before 112
        risks = [risk for risk in risks if taxonomy.risks[risk] == "emergency"]
    elif _has_bought_from_a_child(turn, memory):  # the child is not the writer: comfort for a victim is misplaced
        risks = [risk for risk in risks if risk not in ("minor", "third_party_at_risk", "solicitation")]
    for risk in risks:
        reply = content.risk_replies[risk]
        covered = turn.topic in reply.covered_by and not turn.ask_back
        if covered or (risk in memory.heard and not danger and risk != "solicitation"):
            continue
        _say_risk(content, turn, risk, said)
        break
    leads = not turn.ask_back and "112" in content.topics[turn.topic].answer.split(".")[0]
    if danger and not said.replies and not leads:
        said.say(content.sentences["danger_first"], contacts=("sos_112",))
    own_answer_refuses = turn.topic == "wants_to_buy" or content.topics[turn.topic].route == "emergency"
    refused = "solicitation" in turn.risks and not own_answer_refuses
    if refused and not said.replies:
        _say_risk(content, turn, "solicitation", said)
    small = content.topics[turn.topic].group == "smalltalk"
    return refused or (bool(said.replies) and small)


def _has_bought_from_a_child(turn: Turn, memory: Memory) -> bool:
    return "child_victim_of_writer" in {*turn.risks, *memory.heard}


def _say_risk(content: Content, turn: Turn, risk: str, said: Said) -> None:
    reply, language = content.risk_replies[risk], spoken(content, turn)
    if language is not None and risk in language.risks:
        said.say(language.risks[risk], None, reply.contacts, reply.checked and language.checked, language.code)
    else:
        said.say(reply.text, contacts=reply.contacts, checked=reply.checked)


def _answer(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    topic = content.topics[turn.topic]
    if topic.leads_to is not None:
        memory.pending = f"topic:{topic.leads_to}"
    if turn.waiting and turn.route == "emergency" and turn.topic == memory.last_topic:
        said.say(content.sentences["danger_again"], contacts=("sos_112",))  # not the same answer over and over
        return
    language = spoken(content, turn)
    if language is not None and turn.topic in language.answers:
        checked = topic.checked and language.checked
        said.say(language.answers[turn.topic], None, _contacts(content, turn, memory), checked, language.code)
        return
    choices = [errand_choice(content, errand) for errand in topic.offers]
    choices += [topic_choice(content, other) for other in topic.buttons]
    text = f"{topic.answer} {topic.next_step}"
    said.say(_filled(content, text), choices, _contacts(content, turn, memory), topic.checked)


def _contacts(content: Content, turn: Turn, memory: Memory) -> tuple[str, ...]:
    """Give the topic's contacts, led by those that what was heard before calls for."""
    topic, heard = content.topics[turn.topic], {*memory.heard, *turn.risks}
    first: tuple[str, ...] = ()
    if "suicide" in memory.heard and topic.group != "crisis":  # the line stays in sight, whatever is asked next
        first = content.risk_replies["suicide"].contacts[:1]
    elif "minor" in heard and topic.group in ("exploited", "crisis"):  # a child is not sent to adults' services first
        theirs = content.risk_replies["minor"].contacts
        first = () if set(theirs) & set(topic.contacts) else theirs
    return tuple(dict.fromkeys((*first, *topic.contacts)))[:MOST_CONTACTS]


def _filled(content: Content, text: str) -> str:
    return text.replace("{organisation}", content.organisation.name).replace(
        "{counsellor_hours}", content.organisation.counsellor_hours_text
    )


def _ask_back(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    if "suicide" in memory.heard:  # no riddles for somebody who has said that they want to die
        human = [] if turn.waiting else [_human_choice(content)]
        said.say(content.sentences["stay_near"], human, content.risk_replies["suicide"].contacts, checked=False)
        return
    if turn.waiting:  # somebody who waits is not asked what they mean; the counsellor will
        said.say(content.sentences["waiting_again"])
        return
    choices = [topic_choice(content, topic) for topic in turn.ask_back[:MOST_CHOICES]]
    said.say(content.sentences["ask_back" if memory.misses == 1 else "ask_back_again"], choices)


def _help_understanding(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """After too many misses: it is our fault, a human may understand better, and here is the menu."""
    choices = [topic_choice(content, topic) for topic in content.topics["menu"].buttons]
    if turn.no_human:
        said.say(content.sentences["ask_back_again"], choices[:MOST_CHOICES])
        return
    choices = choices[: MOST_CHOICES - 1]
    said.say(content.sentences["not_understood_help"], [_human_choice(content), *choices])
    said.signal("offer_human")
    memory.pending = "human"


def _human_choice(content: Content) -> dict[str, str]:
    return {"title": content.sentences["choice_human"], "payload": f"topic:{HUMAN}"}


def _human(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """Summon, offer, or say that nobody can come, as the route demands and the visitor has chosen."""
    wanted = turn.topic == HUMAN and not turn.ask_back
    if turn.route in SUMMONS and (wanted or not turn.no_human or turn.route == "emergency"):
        _summon(content, turn, memory, said)
    elif turn.route in SUMMONS:
        _offer_again(content, turn, memory, said)
    elif turn.route == "offer_human" and not turn.no_human and not turn.waiting:
        _offer(content, said, memory)


def _summon(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    emergency = turn.route == "emergency"
    if turn.waiting:
        said.signal("handoff", route=turn.route, share_asked=False)
        if not said.replies or turn.topic == HUMAN:
            said.say(content.sentences["waiting_again"])
        return
    if not turn.hours_open:
        _nobody(content, turn, memory, said)
        return
    said.signal("handoff", route=turn.route, share_asked=not emergency)
    no = {"title": content.sentences["human_no"], "payload": "human:no"}
    if emergency:
        said.say(content.sentences["summons_emergency"], [no])
        return
    memory.pending = "share"
    yes = {"title": content.sentences["share_yes"], "payload": "share:yes"}
    hide = {"title": content.sentences["share_no"], "payload": "share:no"}
    said.say(content.sentences["summons"], [yes, hide, no])


def _nobody(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """Say truthfully that nobody reads now, and who can be reached."""
    if turn.route == "emergency":
        text = content.sentences["closed_now_danger"]
    elif turn.reopens:
        text = content.sentences["closed_now"].replace("{reopens}", turn.reopens)
    else:
        text = content.sentences["nobody_free"]
    about = _about(content, turn, memory)
    said.say(text, [errand_choice(content, "letter")], open_now(content, about, turn.now))


def _about(content: Content, turn: Turn, memory: Memory) -> str:
    """Give whose lines to name: of somebody who asks for a human, those of what they have said before."""
    heard = {*memory.heard, *heard_in(turn)}
    if "suicide" in heard:
        return "suicidal"
    if "minor" in heard or content.topics[turn.topic].group == "minors":
        return "minors"
    earlier = memory.last_topic if turn.topic == HUMAN else None
    return earlier or turn.topic


def _offer_again(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """After a no: only an offer, repeated at most when a new risk is heard."""
    new = {*turn.risks} - {*memory.offered_for, *memory.heard}
    if not new and said.replies:
        return
    memory.offered_for = sorted({*memory.offered_for, *turn.risks})
    said.say(content.sentences["human_offer_again"], [_human_choice(content)])
    said.signal("offer_human")
    memory.pending = "human"


def _offer(content: Content, said: Said, memory: Memory) -> None:
    choices = said.replies[-1]["choices"] if said.replies else []
    if said.replies and all(choice["payload"] != f"topic:{HUMAN}" for choice in choices):
        said.replies[-1]["choices"] = [*choices[: MOST_CHOICES - 1], _human_choice(content)]
    said.signal("offer_human")
    memory.pending = memory.pending or "human"
