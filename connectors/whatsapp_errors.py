"""What the WhatsApp Cloud API's error codes mean to us; those of the Graph API itself are in meta.py.

The codes: developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes (page of May 2026). Of
ranges that concern templates, registration, calls, blocking and groups, which we do not use, any code means a
fault of ours or of the number's state.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.messaging import FailureName
from connectors.meta import GRAPH, Means

CODES: Mapping[int, Means] = {
    0: Means("misconfigured"),  # the app's user could not be authenticated
    33: Means("misconfigured"),  # the business number has been deleted
    80007: Means("retry_later", True),  # limit of the business account
    130429: Means("retry_later", True),  # throughput of the number
    130472: Means("refused"),  # the number takes part in an experiment of Meta's
    130501: Means("refused"),  # this kind of message is not taken here
    130497: Means("refused"),  # the account may not write to people in that country
    131000: Means("provider_down"),  # unknown error; to be tried again
    131005: Means("misconfigured"),  # permission missing
    131008: Means("refused"),  # a parameter is missing
    131009: Means("refused"),  # a value is wrong
    131016: Means("provider_down"),  # a service is down
    131021: Means("refused"),  # recipient and sender are the same number
    131026: Means("visitor_gone"),  # undeliverable: no WhatsApp, old version, terms not accepted, or blocked us
    131030: Means("misconfigured"),  # a test number, and the recipient is not on its list
    131031: Means("misconfigured"),  # account locked
    131037: Means("misconfigured"),  # the display name is not approved
    131042: Means("misconfigured"),  # payment
    131045: Means("misconfigured"),  # the number is not registered
    131047: Means("window_closed"),  # more than 24 hours since the person's last word
    131048: Means("retry_later", True),  # too many of the number's messages were blocked or called spam
    131049: Means("refused"),  # Meta chose not to deliver it
    131050: Means("blocked"),  # the person has stopped marketing messages
    131051: Means("refused"),  # type not supported
    131052: Means("refused"),  # media of theirs could not be fetched
    131053: Means("refused"),  # media of ours could not be taken
    131055: Means("refused"),  # this kind of message does not go this way
    131056: Means("retry_later"),  # too many messages from us to this person
    131057: Means("retry_later", True),  # the account is being moved; a minute or so
    133000: Means("misconfigured"),  # deregistration did not end
    133004: Means("provider_down"),  # server unavailable
    133005: Means("misconfigured"),  # wrong PIN
    133006: Means("misconfigured"),  # number to be verified again
    133008: Means("misconfigured"),  # too many wrong PINs
    133009: Means("misconfigured"),  # PINs entered too fast
    133010: Means("misconfigured"),  # the number is not registered
    133015: Means("misconfigured"),  # the number was deleted a moment ago
    133016: Means("misconfigured"),  # registered and deregistered too often
    135000: Means("refused"),  # unknown fault in the parameters
    **{code: Means("refused") for code in range(132000, 133000)},  # templates and flows
    137000: Means("refused"),  # the person's identity key is another than we said; we say none
    **{code: Means("refused") for code in range(138000, 139000)},  # calls
    **{code: Means("refused") for code in range(139000, 140000)},  # blocking people
    **{code: Means("misconfigured") for code in range(141000, 142000)},  # health of account, number, payment
}


def failure(code: int | None) -> FailureName:
    """Name what a code in a status means; what nobody has described is this message's own fault."""
    means = None if code is None else CODES.get(code) or GRAPH.get(code)
    return means.name if means is not None else "refused"
