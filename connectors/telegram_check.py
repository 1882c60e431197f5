"""What an operator is told of a Telegram bot: from what getMe and getWebhookInfo answer to plain findings. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from connectors.messaging import Finding, SendFailed
from connectors.telegram_updates import ALLOWED_UPDATES

REGISTER = "Run `varsam channel register telegram`."
# setWebhook takes these ports and https alone (https://core.telegram.org/bots/api#setwebhook, Notes).
PORTS = (443, 80, 88, 8443)
NO_HOOK = Finding(
    False,
    "There is nothing to register: no public address is set, so messages are fetched from Telegram instead, which "
    "works. To have Telegram call, set VARSAM_PUBLIC_ORIGIN.",
)
# Part of last_error_message, and what to do.
_ADVICE: tuple[tuple[str, str], ...] = (
    (
        "response from the webhook: 401",
        "The secret that Telegram sends is not the one in VARSAM_TELEGRAM_SECRET. " + REGISTER,
    ),
    (
        "response from the webhook: 403",
        "The secret that Telegram sends is not the one in VARSAM_TELEGRAM_SECRET, or a firewall stands in between. "
        + REGISTER,
    ),
    (
        "response from the webhook: 404",
        "Something else answers at this address, or the channel is off: look at VARSAM_TELEGRAM_MODE and the proxy.",
    ),
    (
        "response from the webhook: 3",
        "The address redirects, and Telegram does not follow: set the address it leads to.",
    ),
    ("response from the webhook: 5", "Varsam or the proxy in front of it failed: look at their logs."),
    ("ssl", "The certificate is not accepted: the proxy must send it with its whole chain, for this very name."),
    (
        "certificate",
        "The certificate is not accepted: the proxy must send it with its whole chain, for this very name.",
    ),
    # https://core.telegram.org/bots/webhooks names these two nets
    ("timed out", "Telegram could not get through: open the firewall for 149.154.160.0/20 and 91.108.4.0/22."),
    ("refused", "Nothing listens at this address: is the proxy running, is the port right?"),
    ("closed", "The connection was cut before an answer: look at the proxy's log."),
    ("resolve", "The name is not found in DNS."),
    ("ipv6", "Telegram needs an IPv4 address for this name."),
)


def unreachable(failure: SendFailed, api: str) -> Finding:
    """Say why nothing could be asked."""
    told = f"({failure.code})"
    if failure.name == "misconfigured":
        return Finding(
            False,
            f"Telegram does not accept the token {told}. Send @BotFather /token for a new one, put it in "
            "VARSAM_TELEGRAM_TOKEN and start again. If it is right, look at VARSAM_TELEGRAM_API_URL and the proxy.",
        )
    if failure.name == "retry_later":
        wait = f" for {failure.retry_after:.0f} seconds" if failure.retry_after else ""
        return Finding(False, f"Telegram asks us to wait{wait} {told}. Try again then.")
    return Finding(
        False,
        f"Telegram did not answer at {_host(api)} {told}. Is the internet reachable from this machine, and "
        "does the firewall let it out to that name on port 443?",
    )


def about_bot(bot: Mapping[str, Any]) -> list[Finding]:
    """Say who the bot is."""
    name = bot.get("username")
    if not isinstance(name, str) or bot.get("is_bot") is not True:
        return [Finding(False, "What answers is not Telegram's Bot API. Look at VARSAM_TELEGRAM_API_URL.")]
    findings = [Finding(True, f"The token is right. The bot is @{_plain(name)}, at https://t.me/{_plain(name)}.")]
    if bot.get("can_join_groups") is not False:
        advice = "Advice: the bot can be added to groups, where it is silent. Tell @BotFather /setjoingroups, Disable."
        findings.append(Finding(True, advice))
    return findings


def about_webhook(webhook: Mapping[str, Any], hook: str, mask: Callable[[str], str]) -> list[Finding]:
    """Say whether what people write reaches us. Of an address that is not ours only the host is shown."""
    url = webhook.get("url")
    url = url if isinstance(url, str) else ""
    if not hook:
        if not url:
            return [Finding(True, "Messages are fetched from Telegram: no public address is set, and none is needed.")]
        return [
            Finding(
                False,
                f"Another system receives this bot's messages, at {_host(url)}. If it is an old one, start Varsam: it "
                "takes them over. If it is in use, give Varsam a bot of its own.",
            )
        ]
    problem = hook_problem(hook)
    findings = [Finding(False, problem)] if problem else []
    if not url:
        return [*findings, Finding(False, f"Telegram has no address for this bot, so nothing reaches us. {REGISTER}")]
    if url != hook:
        text = f"Telegram calls an address at {_host(url)} that is not ours ({hook}). {REGISTER}"
        return [*findings, Finding(False, text)]
    findings.append(Finding(True, f"Telegram calls {hook}."))
    allowed = webhook.get("allowed_updates")
    if isinstance(allowed, list) and not set(ALLOWED_UPDATES) <= {kind for kind in allowed if isinstance(kind, str)}:
        findings.append(Finding(False, f"Telegram does not tell us of everything that we need. {REGISTER}"))
    return [*findings, *_about_delivery(webhook, mask)]


def hook_problem(hook: str) -> str:
    """Say why Telegram would not take this address; empty where it may."""
    try:
        parts = urlsplit(hook)
        port = parts.port or 443
    except ValueError:
        return "VARSAM_PUBLIC_ORIGIN is no address."
    if parts.scheme != "https":
        return "Telegram calls https addresses only: VARSAM_PUBLIC_ORIGIN must begin with https://."
    if port not in PORTS:
        return f"Telegram does not call port {port}: use 443, 80, 88 or 8443 in VARSAM_PUBLIC_ORIGIN."
    return ""


def hook_set(hook: str) -> Finding:
    return Finding(True, f"Telegram now calls {hook}. What was waiting is kept.")


def hook_refused(hook: str, description: str) -> Finding:
    problem = hook_problem(hook)
    told = f"Telegram does not take the address {hook}: {_plain(description)}."
    return Finding(False, f"{told} {problem or _advice(description)}".strip())


def _about_delivery(webhook: Mapping[str, Any], mask: Callable[[str], str]) -> list[Finding]:
    pending, error, date = (
        webhook.get(name) for name in ("pending_update_count", "last_error_message", "last_error_date")
    )
    waiting = pending if type(pending) is int else 0
    if not isinstance(error, str) or not error:
        told = f"{waiting} messages are on their way to us." if waiting else "Nothing waits at Telegram."
        return [Finding(True, told)]
    when = (
        f" at {datetime.fromtimestamp(date, UTC):%Y-%m-%d %H:%M} UTC" if type(date) is int and 0 < date < 2**32 else ""
    )
    told = f"the last time that Telegram could not reach us was{when or ' not told'}: {_plain(mask(error))}."
    if not waiting:
        return [Finding(True, f"Nothing waits at Telegram; {told}")]
    return [Finding(False, f"{waiting} messages wait at Telegram; {told} {_advice(error)}".strip())]


def _advice(error: str) -> str:
    return next((advice for part, advice in _ADVICE if part in error.lower()), "")


def _host(url: str) -> str:
    try:
        return _plain(urlsplit(url).hostname or "an unknown host")
    except ValueError:
        return "an unknown host"


def _plain(text: str) -> str:
    """Give the platform's words as one line that cannot steer a terminal."""
    kept = "".join(sign for sign in text if unicodedata.category(sign)[0] != "C" or sign == " ")
    return kept[:200].rstrip(". ")
