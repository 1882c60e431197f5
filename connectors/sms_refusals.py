"""What 46elks answers when it does not take a call: a status and one line of text, which say what to do.

Most refusals are 403, whatever is wrong, so the line must be read. It is documented as plain text without a list of
what it can be (46elksAPI.yaml, responses `default`). Seen: `API access denied`, `Not enough credits`, a country that is
`disallowed by default`, a sender or an empty message that is refused. So words are looked for, and where none is known
the status decides. The line itself goes nowhere: it may repeat a number or what somebody wrote.

A page is of something in between: what it says of countries or destinations says nothing of the person.
"""

from __future__ import annotations

import re

from connectors.messaging import FailureName, SendFailed
from connectors.wire import Answer

_MOST = 2000  # characters that are looked through
_PAGE = re.compile(r"[\s\ufeff]*<")

# By status alone, whatever the text.
STATUSES: dict[int, tuple[FailureName, str]] = {
    401: ("misconfigured", "credentials"),
    402: ("misconfigured", "credit"),
    404: ("misconfigured", "address"),
    405: ("misconfigured", "address"),
}
# By words of the text, the first that is found; what it is called in the log.
WORDS: tuple[tuple[str, FailureName, str], ...] = (
    (r"credit|balance|payment|usage ?limit", "misconfigured", "credit"),
    (r"access denied|authori[sz]|credentials|password", "misconfigured", "credentials"),
    (r"disallowed by default|country|destination", "visitor_gone", "country"),
    (r"\bsender|\bfrom\b", "misconfigured", "sender"),
    (r"recipient|receiver|['\"]to['\"]|\bto\W+(?:number|param|field)", "visitor_gone", "recipient"),
    (r"\b(?:invalid|missing|bad|wrong|parameter|key)\W+to\b", "visitor_gone", "recipient"),
    (r"\bempty\b|too long|['\"]message['\"]|\bmessage\W+(?:is|must|can)", "refused", "message"),
    (r"\b(?:invalid|missing|bad|wrong|parameter|key)\W+message\b", "refused", "message"),
)
# Where neither tells: rights, if it says forbidden; else this message.
OTHERWISE: dict[int, tuple[FailureName, str]] = {403: ("misconfigured", "forbidden")}


def refusal(status: int, text: str) -> tuple[FailureName, str]:
    """Name what a status of 300 to 499 and its text mean."""
    if status in STATUSES:
        return STATUSES[status]
    if status < 400:
        return "misconfigured", "address"
    for pattern, name, word in () if _PAGE.match(text) else WORDS:
        if re.search(pattern, text, re.IGNORECASE):
            return name, word
    return OTHERWISE.get(status, ("refused", "refused"))


def raise_refusal(answer: Answer) -> None:
    """Raise what the platform refuses with; leave alone what it has done, cannot do, or asks to wait with."""
    if 300 <= answer.status < 500 and answer.status != 429:
        name, word = refusal(answer.status, answer.text[:_MOST])
        raise SendFailed(name, code=f"{answer.status} {word}")
