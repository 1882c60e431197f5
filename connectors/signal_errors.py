"""What signal-cli-rest-api's refusals mean. In JSON-RPC mode they are the bare sentence of signal-cli: no code.

Sources of the sentences: signal-cli `SendMessageResultUtils`, `SendCommand`, `SignalJsonRpcCommandHandler` and issue
1882; signal-cli-rest-api `src/api/api.go`, `src/client/client.go`, `src/client/jsonrpc2.go` and issues 124, 308, 547,
550, 692, 696. A sentence may name a number: only our own short word for it is passed on.
"""

from __future__ import annotations

import re

from connectors.messaging import FailureName, SendFailed
from connectors.wire import Answer, raise_for_server

# What is in the sentence (small letters; a regular expression), the failure, our word. The first that fits holds.
SENTENCES: tuple[tuple[str, FailureName, str], ...] = (
    ("captcha", "misconfigured", "captcha"),
    ("rate limit", "retry_later", "rate_limit"),
    (r"\[4(13|29)\]", "retry_later", "rate_limit"),
    # the person's phone or app is another than before: an operator has to look at it (docs/channels/signal.md)
    ("untrusted identit", "visitor_gone", "untrusted_identity"),
    ("unregistered user", "visitor_gone", "unregistered"),
    ("the user .* is not registered", "visitor_gone", "unregistered"),
    # our own account
    ("is not registered", "misconfigured", "not_registered"),
    ("number not registered with json-rpc", "misconfigured", "not_registered"),
    ("specified account does not exist", "misconfigured", "not_registered"),
    ("requires valid account", "misconfigured", "not_registered"),
    ("authorization ?failed", "misconfigured", "not_authorised"),
    ("provide a valid number", "misconfigured", "number"),
    # versions before 0.85 take an account's id for a username
    ("username must contain|missingseparator", "misconfigured", "old_version"),
    ("invalid recipient|invalid identifier|at least one recipient", "refused", "recipient"),
    ("empty message", "refused", "empty"),
    ("invalid request", "refused", "request"),
    # no way to Signal's servers, or from the API to signal-cli
    ("network failure|ioexception|unknownhost", "provider_down", "network"),
    ("broken pipe|connection (refused|reset)", "provider_down", "signal_cli"),
    # All else that kept a message from everybody: the network, an account that is gone, keys that were wrong. The
    # sentence does not tell which; the network is by far the commonest of somebody who has just written to us.
    ("failed to send message", "provider_down", "not_sent"),
)


def raise_for_answer(answer: Answer) -> None:
    """Raise SendFailed for an answer that is no success."""
    if answer.good:
        return
    if answer.status == 429:
        raise _limited(answer)
    said = answer.body.get("error")
    sentence = said.lower() if isinstance(said, str) else ""
    for words, failure, code in SENTENCES:
        if re.search(words, sentence):
            raise SendFailed(failure, whole=code == "rate_limit", code=code)
    raise_for_server(answer)


def _limited(answer: Answer) -> SendFailed:
    """Tell a limit that passes from one that asks for a proof that we are people."""
    tokens = answer.body.get("challenge_tokens")
    if isinstance(tokens, list) and any(isinstance(token, str) and token for token in tokens):
        return SendFailed("misconfigured", answer.retry_after, whole=True, code="captcha")
    return SendFailed("retry_later", answer.retry_after, whole=True, code="rate_limit")
