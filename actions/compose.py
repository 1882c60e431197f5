"""What the bot says to a message: pure rules over content. No sentence stands here, only which and in what order.

Order of a reply: danger first (112), then what was asked, then the human, then the guided question that goes on from
there. What is said in other languages than Swedish is put around it by `translate`. The bot composes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from actions import guide
from actions.answers import answer, contacts_of, is_new, tell_more, topic_of
from actions.buttons import HUMAN, MOST_CHOICES, human_choice, topic_choice
from actions.human import about, asks_to_share, human
from actions.place import place_beside, place_support
from actions.remember import heard_in, known_of, remember, remember_about, remember_asker
from actions.risks import risk_first, step_for
from actions.translate import translated, understands_little
from actions.turn import Memory, Said, Turn
from actions.wording import worded
from content.clock import when
from content.model import Content
from content.reach import fitting, lines_for, opens_next, who_now

MISSES_BEFORE_HELP = 2
NEAR = frozenset({"suicide", "acute_danger"})
LOOSE = ("affirm", "deny", "not_understood", "out_of_scope", "insult")  # words that hang on what was said before


def compose(content: Content, turn: Turn, memory: Memory) -> Said:
    """Give the replies and signals for `turn`; `memory` is brought up to date in place."""
    said = Said()
    remember_about(turn, memory)
    if _settles_question(content, turn, memory, said):
        if said.replies:
            translated(content, turn, memory, said)
        return said
    asked = _special(turn)
    if asked is not None:
        memory.misses = 0
        asked(content, turn, memory, said)
    else:
        memory.pending = None
        _reply(content, turn, memory, said)
        human(content, turn, memory, said)
        _ask_on(content, turn, memory, said)
    guide.offer_return(content, turn, memory, said)
    translated(content, turn, memory, said)
    memory.heard = sorted({*memory.heard, *heard_in(turn)})
    return said


def _reply(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """Say danger's words, then answer, or ask back."""
    answered = risk_first(content, turn, memory, said)
    missed = bool(turn.ask_back) or content.topics[turn.topic].route == "clarify"
    foreign = understands_little(content, turn)
    memory.misses = memory.misses + 1 if missed and not foreign and not said.replies else 0
    if foreign:
        pass  # what they can read comes from `translated`
    elif memory.misses > MISSES_BEFORE_HELP and not turn.waiting:
        _help_understanding(content, turn, memory, said)
    elif turn.ask_back and not said.replies:
        _ask_back(content, turn, memory, said)
        if memory.asker is None:  # what is only guessed at changes nothing that was said
            remember_asker(content, turn, memory, turn.ask_back[:MOST_CHOICES])
    elif turn.topic in LOOSE and NEAR.intersection(memory.heard) and not turn.chosen and not said.replies:
        _stay_near(content, turn, memory, said)
    elif not turn.ask_back:
        nobody = turn.topic == HUMAN and not turn.hours_open and not turn.waiting  # that is said by `human`, and first
        if not answered and not nobody and not place_support(content, turn, memory, said):
            answer(content, turn, memory, said)
            place_beside(content, turn, memory, said)
        remember(content, turn, memory, turn.topic)


def _ask_on(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """Put the guided question that follows the answer, unless another question was put; then it is a button."""
    answered = not turn.ask_back and turn.topic in memory.told
    step = topic_of(content, turn, memory).guide if answered else None
    step = step_for(content, turn, memory) or step
    if step is None or memory.worded.get(f"guide {step}"):
        return
    memory.worded[f"guide {step}"] = 1
    if asks_to_share(turn):
        memory.guide = step
    else:
        guide.put(content, memory, said, step)


Rule = Callable[[Content, Turn, Memory, Said], None]


def _special(turn: Turn) -> Rule | None:
    """Give the rule for a message that asks for no topic by itself."""
    choice = turn.choice or ""
    if choice.startswith("more:"):
        return _tell_more
    if choice.startswith(guide.GUIDE):
        return _follow_guide
    if choice.startswith("easy:"):
        return _switch_easy
    if choice.startswith("told:"):
        return _noted
    if choice in PLAIN:
        return PLAIN[choice]
    if turn.aside == "who_now" and not turn.risks:
        return _who_now
    if turn.aside == "heard" and not turn.risks:
        return _heard
    return None


def _tell_more(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    tell_more(content, turn, memory, said)
    remember(content, turn, memory, turn.topic)


def _follow_guide(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    step, option = guide.chosen(content, turn.choice or "")
    if option is None:
        guide.put(content, memory, said, step)
        return
    leads = guide.take(content, turn, memory, said, option, step)
    remember(content, turn, memory, turn.topic)
    if leads is not None:
        answer(content, turn, memory, said)
    if leads is not None or turn.route == "emergency":
        human(content, turn, memory, said)
    if leads is not None:
        _ask_on(content, turn, memory, said)


def _switch_easy(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """Speak easy-read from now on, or no more, and say the last answer so."""
    memory.easy = turn.choice == "easy:on"
    name = "easy_on" if memory.easy else "easy_off"
    said.say(content.sentences[name], sentence=name)
    if memory.last_topic and content.topics[memory.last_topic].group != "smalltalk":
        answer(content, replace(turn, topic=memory.last_topic, route="answer"), memory, said)


def _noted(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """Take in what was told of the writer, and answer the last topic anew where it is another answer to them."""
    if turn.route == "emergency":  # 112 before anything else, also before that we have taken it in
        answer(content, turn, memory, said)
        human(content, turn, memory, said)
        return
    new = is_new(content, turn, memory)
    contacts = () if new else contacts_of(content, turn, memory)
    said.say(worded(content, memory, "noted"), contacts=contacts, sentence="noted")
    if new:
        answer(content, turn, memory, said)
    human(content, turn, memory, said)


def _who_now(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    asked = (about(content, turn, memory), known_of(content, turn, memory), memory.place, turn.now)
    text, coming = worded(content, memory, "who_now"), opens_next(content, *asked)
    if coming is not None:
        name, opens = content.contacts[coming[0]].name, when(content.sentences, coming[1], turn.now)
        text = f"{text} {content.sentences['who_next'].replace('{what}', name).replace('{when}', opens)}"
    said.say(text, None, who_now(content, *asked), sentence="who_now")


def _heard(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """Answer a lone "ok": it is no yes to anything, and starts nothing."""
    if "suicide" in memory.heard:
        lines = content.risk_replies["suicide"].contacts
        known = known_of(content, turn, memory)
        contacts = lines_for(content, lines, known, memory.place)
        said.say(worded(content, memory, "heard_near"), None, contacts, checked=False, sentence="heard_near")
        return
    name = "waiting_again" if turn.waiting else "heard"
    said.say(worded(content, memory, name), sentence=name)


def _no_human(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """Take a no to a human, however it is put: the gateway says that it will be so."""
    memory.pending = memory.guide = None
    said.signal("no_human")


def _identity(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """Answer a number or an address that was given unasked; that it is hidden, and for whom, the gateway says."""
    said.say(worded(content, memory, "not_needed"), sentence="not_needed")


def _skip(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    memory.pending = memory.guide = None
    said.say(worded(content, memory, "skipped"), sentence="skipped")


PLAIN: dict[str, Rule] = {"no_human": _no_human, "identity": _identity, "skip": _skip}


def _settles_question(content: Content, turn: Turn, memory: Memory, said: Said) -> bool:
    """Read a plain yes or no against what was asked last; True where that was the whole turn."""
    asked, yes = memory.pending, turn.topic == "affirm"
    plain = turn.topic in ("affirm", "deny") and not turn.ask_back and not turn.risks and not turn.aside
    if asked is None or asked.startswith(guide.GUIDE) or not plain or (turn.choice and not turn.chosen):
        return False
    memory.pending = None
    if asked == "share":
        said.signal("share", answer="yes" if yes else "no")
    elif asked == "human" and not yes:
        said.signal("no_human")
    elif yes:
        meant = HUMAN if asked == "human" else asked.removeprefix("topic:")
        topic = replace(turn, topic=meant, route=content.topics[meant].route)
        if meant != HUMAN:
            answer(content, topic, memory, said)
        human(content, topic, memory, said)
        remember(content, turn, memory, meant)
    else:
        return False
    return True


def _stay_near(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """No riddles and no small talk for somebody who has said that they want to die, or are in danger."""
    dying = "suicide" in memory.heard
    offered = [] if turn.waiting or turn.no_human else [human_choice(content)]
    lines = content.risk_replies["suicide" if dying else "acute_danger"].contacts
    contacts = fitting(content, lines, known_of(content, turn, memory), memory.place)
    name = "stay_near" if dying else "danger_near"
    said.say(worded(content, memory, name), offered, contacts, checked=False, sentence=name)


def _ask_back(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    if NEAR.intersection(memory.heard):
        _stay_near(content, turn, memory, said)
        return
    if asks_to_share(turn):  # one question at a time, and that one matters more
        said.say(worded(content, memory, "unclear_called"), sentence="unclear_called")
        return
    choices = [topic_choice(content, topic) for topic in turn.ask_back[:MOST_CHOICES]]
    name = "ask_back" if memory.misses == 1 else "ask_back_again"
    if turn.waiting:  # a counsellor can ask better, but is not here yet
        name = "waiting_unclear"
    said.say(worded(content, memory, name), choices, sentence=name)


def _help_understanding(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """After too many misses: it is our fault, a human may understand better, and here is the menu."""
    choices = [topic_choice(content, topic) for topic in content.topics["menu"].buttons]
    if turn.no_human:
        said.say(worded(content, memory, "ask_back_again"), choices[:MOST_CHOICES], sentence="ask_back_again")
        return
    choices = [human_choice(content), *choices[: MOST_CHOICES - 1]]
    said.say(worded(content, memory, "not_understood_help"), choices, sentence="not_understood_help")
    said.signal("offer_human")
    memory.pending = "human"
