"""What a risk calls for before anything else is said."""

from __future__ import annotations

from actions.answers import say_danger_again
from actions.remember import known_of
from actions.translate import spoken
from actions.turn import Memory, Said, Turn
from actions.wording import worded
from content.model import Content
from content.reach import lines_for

# What is said of these to the one who has lived it; who worries for another is answered by their topic.
THEIR_OWN = ("minor", "coercion", "violence_relation", "sexual_violence", "self_harm")
OFFENDERS = ("minor", "third_party_at_risk", "solicitation")
TOPIC_OF = {"acute_danger": "acute_danger", "suicide": "suicidal"}


def risk_first(content: Content, turn: Turn, memory: Memory, said: Said) -> bool:
    """Say what a risk calls for before anything else. True where that leaves nothing of the topic to answer."""
    taxonomy, danger = content.taxonomy, turn.route == "emergency"
    risks = sorted(turn.risks, key=lambda risk: taxonomy.routes.index(taxonomy.risks[risk]))
    if danger:  # nothing milder may come before 112
        risks = [risk for risk in risks if taxonomy.risks[risk] == "emergency"]
    elif "child_victim_of_writer" in {*turn.risks, *memory.heard}:  # comfort for a victim is misplaced
        risks = [risk for risk in risks if risk not in OFFENDERS]
    if "others" in (memory.asker, taxonomy.asker(turn.topic)):  # who asks is not the child
        risks = [risk for risk in risks if risk not in THEIR_OWN]
    elif "minors" in known_of(content, turn, memory):  # a child who writes of themself is not praised for worrying
        risks = [risk for risk in risks if risk != "third_party_at_risk"]
    for risk in risks:
        reply = content.risk_replies[risk]
        covered = turn.topic in reply.covered_by and not turn.ask_back
        if covered or (risk in memory.heard and not danger and risk != "solicitation"):
            continue
        _say_risk(content, turn, memory, risk, said)
        break
    leads = not turn.ask_back and "112" in content.topics[turn.topic].answer.split(".")[0]
    if danger and not said.replies and not leads:
        said.say(worded(content, memory, "danger_first"), contacts=("sos_112",), sentence="danger_first")
    own_answer_refuses = turn.topic == "wants_to_buy" or content.topics[turn.topic].route == "emergency"
    refused = "solicitation" in turn.risks and not own_answer_refuses
    if refused and not said.replies:
        _say_risk(content, turn, memory, "solicitation", said)
    topic = content.topics[turn.topic]
    # in danger nobody reads twice as much, least of all about letters and opening hours
    mild = topic.group == "smalltalk" or (danger and (topic.route != "answer" or topic.group == "service"))
    return refused or (bool(said.replies) and mild)


def step_for(content: Content, turn: Turn, memory: Memory) -> str | None:
    """Give the guided question that follows danger's words, where it is the writer who is in it."""
    if {"others", "third_party_at_risk"} & known_of(content, turn, memory):
        return None
    dangers = [risk for risk in turn.risks if risk in TOPIC_OF]
    return content.topics[TOPIC_OF[dangers[0]]].guide if dangers else None


def _say_risk(content: Content, turn: Turn, memory: Memory, risk: str, said: Said) -> None:
    reply, language = content.risk_replies[risk], spoken(content, turn)
    if language is not None and risk in language.risks:
        said.say(language.risks[risk], None, reply.contacts, reply.checked and language.checked, language.code)
        return
    known = known_of(content, turn, memory)
    contacts = lines_for(content, reply.contacts, known, memory.place)
    times = memory.worded.get(f"risk {risk}", 0)
    memory.worded[f"risk {risk}"] = times + 1
    if times and risk in TOPIC_OF:  # danger is said each time it is heard, not each time in the same words
        say_danger_again(content, turn, memory, said, TOPIC_OF[risk], contacts, reply.checked)
        return
    said.say(reply.text, contacts=contacts, checked=reply.checked)
