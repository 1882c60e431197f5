"""What is said in the visitor's own language, around and instead of the Swedish. Pure; no sentence stands here.

The first time a language is written its whole safety message comes first; afterwards a short one does. A human with
an interpreter is always a button away. Where nobody has translated the Swedish it stays, for whoever can read it.
"""

from __future__ import annotations

from actions.turn import Memory, Said, Turn
from content.model import Content, Language

HUMAN_CHOICE = "topic:talk_to_human"
# The sentences that are said in the visitor's language too, and by which name of tongues.SAYS.
SAID_TOO = {"summons": "summons", "summons_emergency": "summons_danger", "closed_now": "nobody",
            "closed_now_danger": "nobody", "nobody_free": "nobody"}  # fmt: skip


def spoken(content: Content, turn: Turn) -> Language | None:
    """Give the language of a message; None for Swedish."""
    return content.languages.get(turn.lang)


def understands_little(content: Content, turn: Turn) -> bool:
    """Tell whether a Swedish question back, or small talk in Swedish, would be of no use to the visitor."""
    unsure = bool(turn.ask_back) or content.topics[turn.topic].group == "smalltalk"
    return unsure and spoken(content, turn) is not None and not turn.chosen


def translated(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """Put what the visitor can read before the Swedish; `memory` keeps which language that is."""
    language = spoken(content, turn)
    if language is not None:
        memory.lang = language.code
        if not turn.chosen:
            _safety_first(language, turn, memory, said)
    before = language or content.languages.get(memory.lang or "")
    if before is not None:
        _summons(before, said)


def _safety_first(language: Language, turn: Turn, memory: Memory, said: Said) -> None:
    called = any(signal["name"] == "handoff" for signal in said.signals)
    replies, said.replies = said.replies, []
    button = {"title": language.says["human"], "payload": HUMAN_CHOICE}
    offered = [one for reply in replies for one in reply["choices"] if one["payload"] == HUMAN_CHOICE]
    for one in offered:  # a page settles an older button of the same payload: there is one, below, that they can read
        one["title"] = button["title"]
    human = [] if called or turn.waiting or offered else [button]
    if language.code not in memory.greeted_in:
        memory.greeted_in = [*memory.greeted_in, language.code]
        said.say(language.safety(), human, language.contacts, language.checked, language.code)
    elif called or any(reply.get("lang") == language.code for reply in replies):
        if turn.route == "emergency":
            said.say(language.says["danger"], human, ("sos_112",), language.checked, language.code)
    else:  # the short word asks them to press a button: not where there is none, since somebody comes already
        name = "again" if human or offered else "danger"
        said.say(language.says[name], human, (), language.checked, language.code)
    said.replies += replies


def _summons(language: Language, said: Said) -> None:
    """Say what the summons says, and that nobody can come, in this language too; buttons have both."""
    replies, said.replies = said.replies, []
    for reply in replies:
        name = SAID_TOO.get(reply.get("sentence", ""))
        if name is not None:
            said.say(language.says[name], checked=language.checked, lang=language.code)
            reply = {**reply, "choices": [language.button(choice) for choice in reply["choices"]]}
        said.replies.append(reply)
