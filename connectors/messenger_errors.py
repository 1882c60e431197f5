"""What Messenger's errors mean to us, as data.

Meta's table: developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes (of 2026-06-25).
1200 stands in the older table of the Send API reference, 2018276 in what the API answers to the tag HUMAN_AGENT
without approval. Codes of the Graph API itself stand in `connectors/meta.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.messaging import FailureName, SendFailed
from connectors.meta import Means, raise_for_trouble, trouble
from connectors.wire import Answer

CODES: Mapping[int, Means] = {
    9: Means("retry_later"),  # the visitor is asked too often
    105: Means("refused"),  # too many elements
    194: Means("refused"),  # too few elements
    551: Means("blocked"),  # "this person isn't receiving messages from you right now"
    1200: Means("retry_later"),  # "temporary send message failure"
    2022: Means("misconfigured"),  # a limit on the page after a breach of rules
    10303: Means("refused"),  # account linking
    24001: Means("refused"),  # payments
    24002: Means("refused"),
    24005: Means("refused"),
    36103: Means("misconfigured"),  # account not eligible
}
PAIRS: Mapping[tuple[int, int], Means] = {
    (1, 99): Means("misconfigured"),  # unknown; Meta: access level or permission missing
}
# These numbers mean the same under whatever code they come; several stand as codes of their own in Meta's table.
_SUBCODES: Mapping[FailureName, tuple[int, ...]] = {
    "window_closed": (
        2018278,  # sent outside of the allowed window
        2018065,
        2534022,
        2018276,  # HUMAN_AGENT without approval: for this app the window is 24 hours
    ),
    "blocked": (
        2018108,  # "they can't receive your messages right now"
        1893015,  # the visitor has stopped messages of this topic
    ),
    "visitor_gone": (
        1545041,  # "this person isn't available right now"
        2018001,  # no matching user
        2534014,
    ),
    "in_doubt": (1357046,),  # Meta: "the messages are all sent successfully, but the endpoint returns an error"
    "retry_later": (
        2018321,  # Messenger's own automatic answers hold the conversation for the moment
        2018338,  # too many tagged messages to this person
        2018352,
        2018354,
        2018144,
    ),
    "misconfigured": (
        1893063,  # the page is restricted from sending for a time
        1404170,
        2534029,  # the business is blocked
        2018300,  # another app of the page holds the conversation
        2534037,
        2018171,
        2018234,
        2018028,  # permission pages_messaging not reviewed, or the app not live
        2018027,
        2018021,
        2018164,  # wrong app
        2018166,
        2018247,
        2018344,  # the page's administrator must accept terms
        2018389,
        2018394,
        2534013,
        2534041,
        2534077,
    ),
    "refused": (
        1893016,  # the same request again
        2018008,  # attachments, templates, extensions, calls: nothing that we send
        2018014,
        2018047,
        2018074,
        2018109,
        2018154,
        2018163,
        2018218,
        2018294,
        2018320,
        2018328,
        2018336,
        *range(2018390, 2018394),
        2018395,
        2018396,
        2534015,
        2534025,
        2071010,
        2071011,
        *range(2071014, 2071026),
        9000001,  # the message has been deleted
    ),
}
# All chats have to wait for these, not one person's.
_WHOLE = frozenset({2018022, 2534040})
SUBCODES: Mapping[int, Means] = {
    **{number: Means(name) for name, numbers in _SUBCODES.items() for number in numbers},
    **{number: Means("retry_later", True) for number in _WHOLE},
}


def raise_for_answer(answer: Answer) -> None:
    """Raise what an answer means, the most exact number first."""
    found = trouble(answer.body)
    if found is not None:
        means = SUBCODES.get(found.subcode) or SUBCODES.get(found.code)
        if means is not None:
            raise SendFailed(means.name, answer.retry_after, means.whole, found.shown)
    raise_for_trouble(answer, CODES, PAIRS)
