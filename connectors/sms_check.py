"""What is wrong with an SMS number, as an operator who is no programmer can read it. Pure: from what 46elks has told.

No finding holds the address of the webhook, for its last part is a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.messaging import FailureName, Finding, SendFailed

# A talk of ten answers takes some thirty parts: with less than this the account should be filled.
LEAST_PARTS = 200
_UNIT = 10_000  # prices and balances are in ten-thousandths of the account's currency (docs/send-sms)
_REGISTER = "Run: varsam channel register sms"

NO_HOOK = Finding(
    False, "46elks cannot call this service: set VARSAM_PUBLIC_ORIGIN, then run: varsam channel register sms"
)
_FAILED: dict[FailureName, str] = {
    "provider_down": "46elks cannot be reached from this machine: try later; look at the firewall, at "
    "VARSAM_SMS_API_URL, and at the status page of 46elks.",
    "in_doubt": "46elks does not answer in time: try later.",
    "retry_later": "46elks asks to wait: try again in some minutes.",
}
_REASONS = {
    "credentials": "46elks does not know the username and password: copy both once more from its dashboard to "
    "VARSAM_SMS_USERNAME and VARSAM_SMS_PASSWORD.",
    "credit": "46elks sends nothing, for the account has no money left: fill it in the 46elks dashboard.",
    "sender": "46elks does not let this account send from VARSAM_SMS_NUMBER: compare it with the numbers in the 46elks "
    "dashboard; if it is there, ask help@46elks.com.",
    "country": "46elks does not let this account send to Swedish numbers: ask help@46elks.com.",
    "address": "This is not the API of 46elks: correct VARSAM_SMS_API_URL, or leave it out.",
}


def failed(failure: SendFailed) -> Finding:
    """Tell why 46elks could not be asked, or what it refused."""
    reason = _REASONS.get(failure.code.partition(" ")[2]) or _FAILED.get(failure.name)
    return Finding(False, reason or f"46elks refused a question ({failure.code}): ask help@46elks.com what it means.")


def account(told: Mapping[str, Any]) -> Finding:
    name = told.get("displayname")
    return Finding(True, f"46elks knows the account{f' ({name[:80]})' if isinstance(name, str) and name else ''}.")


def no_number(own: str) -> Finding:
    return Finding(
        False,
        f"The number {own} is not one of this account's: compare VARSAM_SMS_NUMBER with the numbers in the 46elks "
        "dashboard, and VARSAM_SMS_USERNAME with the account that the number belongs to.",
    )


def capabilities(told: Mapping[str, Any]) -> set[str]:
    """Give what a number can do; 46elks gives a list, its documentation also words with commas."""
    able = told.get("capabilities")
    words = able.split(",") if isinstance(able, str) else able if isinstance(able, list) else []
    return {word.strip().lower() for word in words if isinstance(word, str)}


def number(told: Mapping[str, Any], own: str, hook: str) -> list[Finding]:
    """Tell whether our number works and calls us."""
    if told.get("active") != "yes":
        return [Finding(False, f"The number {own} is given up and cannot be had back: rent another and make it known.")]
    able = capabilities(told)
    if "sms" not in able:
        return [Finding(False, f"The number {own} takes no SMS: rent one that does, in the 46elks dashboard.")]
    if not hook:
        return [NO_HOOK]
    if told.get("sms_url") != hook:
        text = f"What people write to {own} does not come here: its sms_url is empty or another address. {_REGISTER}"
        return [Finding(False, text)]
    findings = [Finding(True, f"What people write to {own} comes to this service.")]
    if "mms" not in able:
        findings.append(Finding(True, "The number takes no MMS: a picture sent to it reaches nobody."))
    elif told.get("mms_url") != hook:
        text = f"Who sends a picture gets no answer: the number's mms_url is empty or another address. {_REGISTER}"
        findings.append(Finding(False, text))
    if told.get("sms_replies") == "yes":
        text = "If something between 46elks and this service answers with a page of its own (a proxy, a firewall), "
        findings.append(Finding(False, f"{text}46elks sends that page as an SMS to the person. {_REGISTER}"))
    return findings


def money(account: Mapping[str, Any], trial: Mapping[str, Any]) -> list[Finding]:
    """Tell what there is and how far it goes. A subaccount may not be told its balance."""
    balance, price = _amount(account.get("balance")), _amount(trial.get("estimated_cost"))
    currency = str(account.get("currency", ""))[:3]
    findings = []
    if price is not None:
        findings.append(Finding(True, f"An SMS of one part to a Swedish number costs {_money(price, currency)}."))
    if balance is None:
        return findings
    parts = balance // price if price else None
    enough = balance > 0 and (parts is None or parts >= LEAST_PARTS)
    text = f"There is {_money(balance, currency)} on the account"
    text += f", which is enough for {max(parts, 0)} parts." if parts is not None else "."
    return [*findings, Finding(enough, text if enough else text + " Fill it in the 46elks dashboard.")]


def _amount(told: object) -> int | None:
    return told if isinstance(told, int) and not isinstance(told, bool) else None


def _money(amount: int, currency: str) -> str:
    return f"{amount / _UNIT:.2f} {currency}".strip()
