"""What is said about a topic: to whom it is said, in which layer, and not twice in the same words."""

from __future__ import annotations

from actions.buttons import MOST_CHOICES, errand_choices, human_choice, more_choice, topic_choice, topic_choices
from actions.human import asks_to_share
from actions.remember import known_of
from actions.translate import spoken
from actions.turn import Memory, Said, Turn
from actions.wording import worded
from content.model import Content, Topic
from content.reach import fitting, lines_told_of

MORE, EASY = "more", "easy"
ADVICE = frozenset({"watched_phone"})  # circumstances whose variants begin with the same advice, whatever the topic
NEAR_ME = "find_local_support"
# What is said instead of an emergency's answer that has been said: 112 first in each of its wordings.
AGAIN = {"acute_danger": "danger_again", "suicidal": "suicide_again"}


def topic_of(content: Content, turn: Turn, memory: Memory) -> Topic:
    """Give the topic of a turn as it is said to this writer."""
    return content.topics[turn.topic].said_to(known_of(content, turn, memory))


def answer(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """Answer the turn's topic: its answer, then what is left to tell, then that this is all."""
    topic = topic_of(content, turn, memory)
    if topic.leads_to is not None:
        memory.pending = f"topic:{topic.leads_to}"
    language = spoken(content, turn)
    if language is not None and turn.topic in language.answers:
        checked = topic.checked and language.checked
        said.say(language.answers[turn.topic], None, contacts_of(content, turn, memory), checked, language.code)
        return
    told = memory.told.setdefault(topic.id, [])
    layer = _layer(topic, memory)
    if layer not in told:
        told.append(layer)
        _say(content, turn, memory, said, topic)
    elif turn.route == "emergency" and topic.id in AGAIN:
        say_danger_again(content, turn, memory, said, topic.id, contacts_of(content, turn, memory))
    elif topic.more is not None and MORE not in told and topic.route != "refuse":  # a refusal stays one
        tell_more(content, turn, memory, said)
    elif again := (topic.again or content.topics[topic.id].again):
        _say_again(content, turn, memory, said, (topic.answer, *again))
    else:
        _all_told(content, turn, memory, said, topic)


def is_new(content: Content, turn: Turn, memory: Memory) -> bool:
    """Tell whether the answer to the turn's topic is one that this writer has not read."""
    topic = topic_of(content, turn, memory)
    return _layer(topic, memory) not in memory.told.get(topic.id, ())


def say_danger_again(
    content: Content,
    turn: Turn,
    memory: Memory,
    said: Said,
    topic: str,
    contacts: tuple[str, ...],
    checked: bool = True,
) -> None:
    """Say danger's words once more in other words, with or without a human on the way."""
    name = AGAIN[topic] + ("" if turn.hours_open or turn.waiting else "_alone")
    said.say(worded(content, memory, name), contacts=contacts, checked=checked, sentence=name)


def tell_more(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """Tell what the answer left out; where that is told too, say so and lead on."""
    topic = topic_of(content, turn, memory)
    told = memory.told.setdefault(topic.id, [])
    if topic.more is None or MORE in told:
        _all_told(content, turn, memory, said, topic)
        return
    told.append(MORE)
    choices = [*errand_choices(content, topic), *topic_choices(content, topic)][:MOST_CHOICES]
    said.say(
        content.organisation.filled(topic.more.text), choices, contacts_of(content, turn, memory), topic.more.checked
    )


def _layer(topic: Topic, memory: Memory) -> str:
    """Name the text that would be said: the same name, the same words."""
    words = topic.easy if memory.easy and topic.easy else topic.answer
    return f"{EASY if memory.easy and topic.easy else 'answer'} {len(words)}"


def _say(content: Content, turn: Turn, memory: Memory, said: Said, topic: Topic) -> None:
    second = topic.next_step
    if ("?" in second and asks_to_share(turn)) or (topic.id == NEAR_ME and memory.place):
        second = ""  # one question at a time, and none that has been answered
    text = topic.easy if memory.easy and topic.easy else f"{topic.answer} {second}".strip()
    more = [more_choice(content, topic.id)] if topic.more and MORE not in memory.told[topic.id] else []
    choices = [*errand_choices(content, topic), *more, *topic_choices(content, topic)][:MOST_CHOICES]
    choices = [] if topic.guide or asks_to_share(turn) else choices
    said.say(content.organisation.filled(text), choices, contacts_of(content, turn, memory), topic.checked)
    heard = next((one.heard for one in content.topics[topic.id].variants if one.topic is topic), frozenset())
    memory.advised = sorted({*memory.advised, *ADVICE.intersection(heard)})


def _say_again(content: Content, turn: Turn, memory: Memory, said: Said, wordings: tuple[str, ...]) -> None:
    """Say what has been said in its next wording."""
    topic = topic_of(content, turn, memory)
    times = memory.worded.get(topic.id, 0) + 1
    memory.worded[topic.id] = times
    choices = topic_choices(content, topic)[:MOST_CHOICES]
    text = content.organisation.filled(wordings[times % len(wordings)])
    said.say(text, choices, contacts_of(content, turn, memory), topic.checked)


def _all_told(content: Content, turn: Turn, memory: Memory, said: Said, topic: Topic) -> None:
    others = errand_choices(content, topic)  # what can be done can be done again
    others += [topic_choice(content, other) for other in topic.buttons if other not in memory.told]
    human = [] if turn.waiting or turn.no_human else [human_choice(content)]
    choices = [*others[: MOST_CHOICES - 1], *human]
    name = "all_told_waiting" if turn.waiting else "all_told"
    said.say(worded(content, memory, name), choices, contacts_of(content, turn, memory), sentence=name)


def contacts_of(content: Content, turn: Turn, memory: Memory) -> tuple[str, ...]:
    """Give the contacts under an answer: those of the topic that fit the writer, led by whom they need most."""
    topic, known = topic_of(content, turn, memory), known_of(content, turn, memory)
    first: tuple[str, ...] = ()
    if "suicide" in memory.heard and topic.group != "crisis":  # the line stays in sight, whatever is asked next
        first = content.risk_replies["suicide"].contacts[:1]
    elif "minors" in known and topic.group in ("exploited", "crisis"):  # a child is not sent to adults' services first
        theirs = content.risk_replies["minor"].contacts
        first = () if set(theirs) & set(topic.contacts) else theirs
    elif topic.id == NEAR_ME:
        first = doors_before(content, memory, known)
    if topic.group in ("exploited", "crisis", "service") and "minors" not in known:
        first = (*lines_told_of(content, turn.about, known), *first)
    return fitting(content, (*first, *topic.contacts), known, memory.place)


def doors_before(content: Content, memory: Memory, known: frozenset[str]) -> tuple[str, ...]:
    """Give whom somebody needs who asks what is near them, by what they told before: care after a rape, above all."""
    last = content.topics.get(memory.last_topic or "")
    if "sexual_violence" in memory.heard:
        last = content.topics["raped_recently"]
    return last.said_to(known).contacts[:2] if last and last.group == "crisis" else ()
