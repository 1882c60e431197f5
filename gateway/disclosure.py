"""What was hidden in a visitor's words, and whether a counsellor may see it after all. Works inside a `Change`.

Somebody in danger is asked before all else, and in the plainest words, whether the address they wrote may be seen:
then help can be sent there. 112 stands first in whatever is said to them here.
"""

from __future__ import annotations

from content.risks import RiskLexicon
from gateway.availability import Availability
from gateway.delivery import say_as_system
from gateway.handoff import State
from gateway.hidden import HIDE, SHOW, Hidden
from gateway.masking import Masked, mask
from gateway.storage.change import Change
from gateway.storage.records import Conversation
from gateway.words import Words


class Disclosure:
    """Says what was hidden, asks, and carries out the answer."""

    def __init__(self, words: Words, hidden: Hidden, lexicon: RiskLexicon, availability: Availability) -> None:
        self._words = words
        self._hidden = hidden
        self._lexicon = lexicon
        self._availability = availability

    async def tell(self, change: Change, masked: Masked, text: str, message: str = "") -> None:
        """Say what was hidden in `text`; where a counsellor is there or is being called, ask whether to show it.

        `message`: the id by which its visitor may take it back, where that can be.
        """
        if not masked.kinds:
            return
        danger = self._in_danger(change.conversation, masked)
        what = self._what(masked.kinds)
        if self._somebody_comes(change.conversation, danger):
            help_there = danger and "address" in masked.kinds
            name = "masked_danger" if danger else "masked"
            if help_there:
                name = "masked_danger_address" if len(masked.kinds) == 1 else "masked_danger_address_more"
            asked = await say_as_system(change, name, self._words.sentence(name, what=what), self._choices(help_there))
            self._hidden.keep(change.conversation.id, text, message, asked)
        else:
            alone = danger or (change.conversation.in_danger and not self._availability.can_come())
            name = "masked_danger_alone" if alone else "masked_bot"
            await say_as_system(change, name, self._words.sentence(name, what=what))

    def _what(self, kinds: tuple[str, ...]) -> str:
        """Name all that was hidden: who says yes to a number must know that their address is shown with it."""
        what = self._words.sentence(f"masked_{kinds[0]}")
        return self._words.sentence("masked_and", what=what, more=self._what(kinds[1:])) if kinds[1:] else what

    def _choices(self, help_there: bool) -> list[dict[str, str]]:
        show = {"title": self._words.sentence("show_hidden"), "payload": SHOW}
        hide = {"title": self._words.sentence("hide_hidden"), "payload": HIDE}
        return [{**show, "weight": "large"} if help_there else show, hide]

    async def decide(self, change: Change, payload: str, asked: int | None = None) -> None:
        """Carry out SHOW or HIDE; what is shown becomes a line of the visitor's that says what was hidden in it.

        `asked`: the line that they answer, where it is known: on a phone older buttons stay, and each shows its own.
        """
        conversation = change.conversation
        kept = self._hidden.take(conversation.id, asked)
        name = "hidden_kept" if payload == HIDE else "hidden_gone"
        if payload == SHOW and kept is not None:
            masked = mask(kept.text)
            danger = self._in_danger(conversation, masked)
            name = "hidden_nobody"
            if self._somebody_comes(conversation, danger):
                of = {"of": kept.message} if kept.message else {}
                await change.add("visitor", {"text": kept.text, "shown": list(masked.kinds), **of})
                name = _shown(conversation, danger)
        await say_as_system(change, name, self._words.sentence(name))

    def forget(self, conversation: str, message: str | None = None) -> None:
        """Forget what was hidden; `message`: only if it was in that one."""
        self._hidden.forget(conversation, message)

    def _in_danger(self, conversation: Conversation, masked: Masked) -> bool:
        """Tell whether life may be in danger; with the bot only where these very words say so, which calls somebody."""
        routes = self._words.content.taxonomy.risks
        heard = any(routes[risk] == "emergency" for risk in self._lexicon.risks(masked.text))
        return heard or (conversation.state is not State.BOT and conversation.in_danger)

    def _somebody_comes(self, conversation: Conversation, danger: bool) -> bool:
        if conversation.state is State.BOT:
            return danger and self._availability.can_come()
        return True


def _shown(conversation: Conversation, danger: bool) -> str:
    name = "hidden_shown" if conversation.state is State.HUMAN else "hidden_shown_waiting"
    return f"{name}_danger" if danger else name
