"""What Meta's platforms have in common: the trial of the address, the signature, the Graph API's errors.

The trial and the signature: developers.facebook.com/docs/graph-api/webhooks/getting-started. The errors:
developers.facebook.com/docs/graph-api/guides/error-handling and .../overview/rate-limiting. The proof of the app
secret: .../guides/secure-requests.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.messaging import FailureName, Request, SendFailed
from connectors.reading import whole_number, words
from connectors.wire import Answer, raise_for_server, same, signed


@dataclass(frozen=True)
class Means:
    """What a code of the platform means to us. `whole`: it concerns all chats."""

    name: FailureName
    whole: bool = False


# Statuses without a word of Meta's; none of its codes has these numbers.
_OF_OTHERS = ("301", "302", "303", "307", "308", "403", "404", "405", "407")

# Codes of the Graph API itself; each platform has its own besides, which come first.
GRAPH: Mapping[int, Means] = {
    1: Means("provider_down"),  # unknown, perhaps passing
    2: Means("provider_down"),  # service down or overloaded
    3: Means("misconfigured"),  # the app may not call this
    4: Means("retry_later", True),  # too many calls by the app
    10: Means("misconfigured"),  # permission missing
    17: Means("retry_later", True),  # too many calls by the account
    32: Means("retry_later", True),  # too many calls for the page
    33: Means("misconfigured"),  # the object is not there for this token
    100: Means("refused"),  # a parameter is wrong
    102: Means("misconfigured"),  # session ended
    104: Means("misconfigured"),  # wrong proof of the app secret
    190: Means("misconfigured"),  # token expired or withdrawn
    341: Means("retry_later", True),  # the app's limit is reached
    368: Means("misconfigured"),  # blocked for breach of rules
    506: Means("refused"),  # the same again
    613: Means("retry_later", True),  # a limit of its own
    **{code: Means("misconfigured") for code in range(200, 300)},  # permission missing
    **{code: Means("retry_later", True) for code in range(80000, 80015)},  # limits of each business use
}
# 100 stands for a wrong parameter and, with this subcode, for an object that is not there or not allowed to the token.
GRAPH_SUBCODES: Mapping[tuple[int, int], Means] = {(100, 33): Means("misconfigured")}


@dataclass(frozen=True)
class Trouble:
    """The error object of the Graph API, without its words: these may quote what was sent."""

    code: int
    subcode: int = 0
    passing: bool = False
    unproven: bool = False  # the proof of the app secret is wrong or missing; the code alone does not tell

    @property
    def shown(self) -> str:
        if self.unproven:
            return "appsecret_proof"
        return f"{self.code}/{self.subcode}" if self.subcode else str(self.code)


def challenge(request: Request, verify_token: str) -> str | None:
    """Answer the GET by which Meta tries the address; None where the token is not ours."""
    query = request.query
    if query.get("hub.mode") != "subscribe" or not same(query.get("hub.verify_token", ""), verify_token):
        return None
    return query.get("hub.challenge") or None


def attempt(verify_token: str) -> Request:
    """Give the GET that `challenge` answers."""
    query = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": "1158201444"}
    return Request("GET", query, {}, b"")


def proven(request: Request, app_secret: str) -> bool:
    """Tell whether a POST has the HMAC of its raw body; the old SHA-1 header is not looked at."""
    return signed(app_secret, request.body, request.headers.get("x-hub-signature-256", ""))


def bearer(token: str) -> dict[str, str]:
    """Give the header that holds the token: in an address it could reach a log."""
    return {"Authorization": f"Bearer {token}"}


def secret_proof(token: str, app_secret: str) -> dict[str, str]:
    """Give the parameter that shows that the caller knows the app secret; apps can be set to demand it."""
    return {"appsecret_proof": hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()}


def trouble(body: Mapping[str, Any]) -> Trouble | None:
    """Read the error object in an answer; None where it holds none that has a code."""
    error = body.get("error")
    if not isinstance(error, dict):
        return None
    code = whole_number(error.get("code"))
    if code is None:
        return None
    unproven = "appsecret_proof" in words(error.get("message"))
    return Trouble(code, whole_number(error.get("error_subcode")) or 0, error.get("is_transient") is True, unproven)


def not_meta(failure: SendFailed, setting: str, told: object) -> str | None:
    """Say what to do where what answered has no word of Meta's, and a status that says that it is something else."""
    if failure.name != "misconfigured" or failure.code not in _OF_OTHERS:
        return None
    return (
        f"What answers is not Meta ({told}): correct {setting}, or leave it out; then look at the firewall and the "
        "proxy on the way out."
    )


def raise_for_trouble(
    answer: Answer, codes: Mapping[int, Means], subcodes: Mapping[tuple[int, int], Means] | None = None
) -> None:
    """Raise what an answer means: by subcode, by the platform's own code, by the Graph API's, by the status."""
    found = trouble(answer.body)
    if found is None:
        raise_for_server(answer)
        return
    pair = (found.code, found.subcode)
    means = {**GRAPH_SUBCODES, **(subcodes or {})}.get(pair) or codes.get(found.code) or GRAPH.get(found.code)
    if found.unproven:
        means = Means("misconfigured")
    if means is None and found.passing:
        means = Means("retry_later")
    if means is None:
        means = _by_status(answer)
    raise SendFailed(means.name, answer.retry_after, means.whole, found.shown)


def _by_status(answer: Answer) -> Means:
    """Name what an error whose code nobody has described means."""
    try:
        raise_for_server(answer)
    except SendFailed as failed:
        return Means(failed.name, failed.whole)
    return Means("refused")
