"""The one custom action: hands a turn to the rules in compose.py and their result back to Rasa."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.compose import compose
from actions.turn import Memory, Turn
from content.model import Content


class ActionAnswer(Action):
    """Answers every topic. Constructed by the launcher with the content it may say."""

    def __init__(self, content: Content) -> None:
        self._content = content

    def name(self) -> str:
        return "action_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Compose; each reply and signal leaves as one custom message, which our channel unwraps."""
        turn = Turn.of(tracker.get_slot("turn"))
        memory = Memory.of(tracker.get_slot("memory"))
        said = compose(self._content, turn, memory)
        for reply in said.replies:
            told = {key: value for key, value in reply.items() if key != "sentence"}
            dispatcher.utter_message(json_message={"reply": told})
        for signal in said.signals:
            dispatcher.utter_message(json_message={"signal": signal})
        return [SlotSet("memory", asdict(memory))]
