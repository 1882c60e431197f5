"""The only way out, for bot, counsellor and system alike: who may speak is decided here, in the store's transaction."""

from __future__ import annotations

from typing import Any

from gateway.handoff import State
from gateway.storage.change import Change

# The sentences the gateway itself may say to a visitor (content/sentences.yml). A closed list.
SYSTEM = frozenset(
    {
        "share_yes_done", "share_yes_here", "share_no_late", "share_nobody", "wait_expired_danger", "wait_left",
        "share_no_done", "share_no_done_danger", "human_no_done", "nobody_free", "opened_for_danger",
        "closed_now", "closed_now_danger", "all_busy",
        "counsellor_here", "counsellor_released", "counsellor_closed", "queue_left", "queue_left_late", "wait_expired",
        "counsellor_lost", "counsellor_requeued", "counsellor_transferred", "unclaimed", "unclaimed_nobody",
        "masked", "masked_bot", "masked_danger", "masked_danger_address", "masked_danger_address_more",
        "masked_danger_alone",
        "hidden_shown", "hidden_shown_danger", "hidden_shown_waiting", "hidden_shown_waiting_danger", "hidden_nobody",
        "hidden_kept", "hidden_gone", "closed_expired",
        "closing_soon", "silent_soon", "erased_soon",
        "media_picture", "media_voice", "media_sticker", "media_location", "media_unreadable", "media_other",
        "app_greeting", "error_wrong_choice", "app_too_long",
        "link_here", "link_arrived", "link_arrived_ours", "link_arrived_deleted",
    }
)  # fmt: skip

# Where lines go out to somebody's phone these are not said: nobody has asked, and somebody else may hold the phone.
UNASKED = frozenset({"silent_soon", "erased_soon", "closed_expired"})

# What errands say (content/errands.yml): letters, mailboxes, booked times.
ERRANDS = frozenset(
    {
        "letter_start", "letter_answer_start", "letter_more", "letter_or_human", "letter_full", "letter_dropped",
        "letter_empty", "letter_left", "letter_left_more", "words_were_here", "words_new", "words_lost",
        "words_unknown", "words_wait", "words_again", "mailbox_waiting", "mailbox_read", "mailbox_set_aside",
        "mailbox_empty", "mailbox_delete_ask", "mailbox_kept", "mailbox_deleted", "mailbox_gone", "errand_not_now",
        "errand_over", "errand_wait", "time_wait", "time_for_whom", "time_for_whom_again", "time_age",
        "time_with_counsellor", "time_offered", "time_none", "time_confirm", "time_taken", "time_booked", "time_has",
        "time_cancel_ask", "time_cancelled", "time_gone", "time_too_late", "time_kept",
    }
)  # fmt: skip


ANSWERED_BY_BOT = (State.BOT, State.WAITING)


class NotYours(Exception):
    """Somebody else, or nobody, holds the conversation now."""


def may_bot_speak(change: Change, generation: int) -> bool:
    """Tell whether the bot still has the right to speak that it had at `generation`."""
    conversation = change.conversation
    return conversation.generation == generation and conversation.state in ANSWERED_BY_BOT


async def say_as_bot(change: Change, generation: int, replies: list[dict[str, Any]]) -> bool:
    """Store the bot's replies; once somebody else has the right to speak they become drafts instead."""
    if may_bot_speak(change, generation):
        for reply in replies:
            await change.add("bot", reply)
        return True
    if change.conversation.state is State.HUMAN:
        for reply in replies:
            await change.add_draft(reply)
    return False


async def say_as_counsellor(change: Change, counsellor: int, text: str, client_id: str) -> int:
    """Store a counsellor's words. Raises NotYours unless they hold the conversation at this moment."""
    conversation = change.conversation
    if conversation.state is not State.HUMAN or conversation.holder != counsellor:
        raise NotYours
    return await change.add("counsellor", {"text": text}, client_id)


async def say_as_system(
    change: Change,
    name: str,
    text: str,
    choices: list[dict[str, str]] | None = None,
    contacts: tuple[str, ...] = (),
    veil: str | None = None,
    checked: bool = True,
) -> int:
    """Store a system sentence, named as in content. Raises ValueError for one that is not in the closed list.

    `veil` names what only the visitor sees in its place (gateway/veil.py); not `checked`: a fact in it is not verified.
    """
    if name not in SYSTEM | ERRANDS:
        raise ValueError(f"'{name}' is not a system sentence")
    if name in UNASKED and change.conversation.goes_out:
        return change.conversation.last_seq
    words: dict[str, Any] = {"text": text, "choices": choices or [], "contacts": list(contacts)}
    if not checked:
        words["checked"] = False
    return await change.add("system", words if veil is None else {**words, "veil": veil})
