"""The check of the WhatsApp channel: what Meta says of number, token, webhook and account, in words for an operator.

Asked: fields of the phone number (.../whatsapp/business-phone-numbers/phone-numbers), `webhook_configuration`
(.../webhooks/override), `health_status` (.../whatsapp/support/health-status), /debug_token, the app's
subscriptions (developers.facebook.com/docs/graph-api/reference/app/subscriptions), the account's subscribed
apps, and how long messages are kept (.../whatsapp/local-storage, .../whatsapp/no-storage). Each is asked by itself, so
that one that Meta refuses hides none of the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import aiohttp

from connectors.messaging import Finding, SendFailed
from connectors.meta import bearer, not_meta, raise_for_trouble, secret_proof
from connectors.reading import host, moment, part, parts, whole_number, words
from connectors.whatsapp_errors import CODES
from connectors.wire import call

RIGHT = "whatsapp_business_messaging"
_QUALITY = {
    "RED": "Meta rates the number's quality as low (RED), since many people blocked or reported it: it may soon send "
    "less. Look at it in WhatsApp Manager.",
    "YELLOW": "Meta rates the number's quality as middling (YELLOW), since some people blocked or reported it.",
}


async def check(http: aiohttp.ClientSession, values: Mapping[str, str], hook: str) -> list[Finding]:
    """Ask for everything; without the number nothing else is asked."""
    meta = _Meta(http, values)
    number = await _number(meta, values["phone_number_id"])
    if not number[0].good:
        return number
    token = await _token(meta, values["token"])
    return [
        *number,
        *_about(token),
        *await _fields(meta, whole_number(token.get("app_id"))),
        *await _webhook(meta, values["phone_number_id"], hook),
        *await _health(meta, values["phone_number_id"]),
        *await _kept(meta, values["phone_number_id"]),
        *await _subscribed(meta, values["business_account_id"]),
    ]


class _Meta:
    def __init__(self, http: aiohttp.ClientSession, values: Mapping[str, str]) -> None:
        self._http, self._url = http, values["api_url"]
        self._headers = bearer(values["token"])
        self._proof = secret_proof(values["token"], values["app_secret"])
        self._secret = values["app_secret"]

    async def get(self, path: str, **params: str) -> dict[str, Any]:
        """Read something. Raises SendFailed."""
        return await self._get(path, params | self._proof, self._headers)

    async def get_as_app(self, path: str, app: str) -> dict[str, Any]:
        """Read something that only the app itself may: its token is its number and secret. Raises SendFailed."""
        return await self._get(path, {}, bearer(f"{app}|{self._secret}"))

    async def _get(self, path: str, params: dict[str, str], headers: dict[str, str]) -> dict[str, Any]:
        answer = await call(self._http, "GET", f"{self._url}/{path}", params=params, headers=headers)
        raise_for_trouble(answer, CODES)
        return answer.body


async def _number(meta: _Meta, number: str) -> list[Finding]:
    fields = "display_phone_number,verified_name,quality_rating,code_verification_status"
    try:
        found = await meta.get(number, fields=fields)
    except SendFailed as failed:
        return [Finding(False, _why(failed))]
    shown, name = words(found.get("display_phone_number")), words(found.get("verified_name"))
    if not shown:
        return [Finding(False, "Meta answered, but not as the Graph API does: look at VARSAM_WHATSAPP_API_URL.")]
    findings = [Finding(True, f"Token, app secret and number are right: {shown}, shown as “{name}”.")]
    quality = _QUALITY.get(words(found.get("quality_rating")))
    if quality is not None:
        findings.append(Finding(False, quality))
    if found.get("code_verification_status") == "NOT_VERIFIED":
        text = "The number has not been verified: do it by text message or call in WhatsApp Manager, then register it."
        findings.append(Finding(False, text))
    return findings


def _why(failed: SendFailed) -> str:
    """Say why Meta did not tell about the number, and what to do."""
    code = failed.code
    if code == "appsecret_proof":
        return (
            "The app secret does not belong to the app that the token is for: copy it again from the app's basic "
            "settings into VARSAM_WHATSAPP_APP_SECRET."
        )
    if code in ("0", "102", "190") or code.startswith("190/") or code == "401":
        return (
            f"Meta does not accept the token (code {code}): it is wrong, has expired or was withdrawn. Make a new one "
            "for the system user, without an end, and put it into VARSAM_WHATSAPP_TOKEN."
        )
    if code in ("33", "100", "100/33"):
        return (
            f"Meta knows no such phone number id for this token (code {code}). VARSAM_WHATSAPP_PHONE_NUMBER_ID is the "
            "long id that stands beside the number at Meta, not the number; and the system user must be given the "
            "WhatsApp account."
        )
    if stranger := not_meta(failed, "VARSAM_WHATSAPP_API_URL", code):
        return stranger
    if failed.name == "misconfigured":
        return (
            f"Meta refuses the token the right to the number (code {code}): make a token with the rights "
            f"{RIGHT} and whatsapp_business_management for a system user who is given the WhatsApp account."
        )
    if failed.name == "retry_later":
        return f"Meta asks to wait (code {code}): too many calls. Check again in an hour."
    return f"Meta does not answer ({code}): look at metastatus.com and at VARSAM_WHATSAPP_API_URL, and check again."


async def _token(meta: _Meta, token: str) -> dict[str, Any]:
    """Give what Meta tells about the token; empty where it does not."""
    try:
        return part(await meta.get("debug_token", input_token=token), "data")
    except SendFailed:
        return {}


def _about(data: dict[str, Any]) -> list[Finding]:
    """Tell when the token ends and what it may do."""
    findings: list[Finding] = []
    end, scopes = moment(data.get("expires_at")), parts(data, "scopes")
    if end is not None:
        day = datetime.fromtimestamp(end, UTC).date().isoformat()
        text = f"The token ends on {day}; then nothing goes out. Make one without an end for a system user."
        findings.append(Finding(False, text))
    elif whole_number(data.get("expires_at")) == 0:
        findings.append(Finding(True, "The token has no end."))
    if scopes and RIGHT not in scopes:
        findings.append(Finding(False, f"The token lacks the right {RIGHT}: make a new one with it."))
    return findings


async def _fields(meta: _Meta, app: int | None) -> list[Finding]:
    """Tell whether messages are among what the app is sent; nothing where Meta does not say."""
    if app is None:
        return []
    try:
        subscriptions = parts(await meta.get_as_app(f"{app}/subscriptions", str(app)), "data")
    except SendFailed:
        return []
    ours = (one for one in subscriptions if isinstance(one, dict) and one.get("object") == "whatsapp_business_account")
    fields = [field for one in ours for field in parts(one, "fields") if isinstance(field, dict)]
    if any(field.get("name") == "messages" for field in fields):
        return [Finding(True, "The app is subscribed to messages.")]
    text = "The app is not sent any messages: beside the webhook's address, subscribe to the field “messages”."
    return [Finding(False, text)]


async def _webhook(meta: _Meta, number: str, hook: str) -> list[Finding]:
    if not hook:
        return [Finding(False, "We have no public address: set VARSAM_PUBLIC_ORIGIN, else Meta cannot reach us.")]
    try:
        found = part(await meta.get(number, fields="webhook_configuration"), "webhook_configuration")
    except SendFailed as failed:
        return [Finding(False, f"Meta does not tell where it sends messages (code {failed.code}): check it by hand.")]
    places = (words(found.get(key)) for key in ("phone_number", "whatsapp_business_account", "application"))
    set_to = next((place for place in places if place), "")
    if set_to == hook:
        return [Finding(True, f"Meta sends the number's messages to {hook}.")]
    instead = f"to {host(set_to)}, not to us" if set_to else "nowhere"
    text = (
        f"Meta sends the number's messages {instead}. In the app's WhatsApp webhook settings enter {hook} as address."
    )
    return [Finding(False, text)]


async def _health(meta: _Meta, number: str) -> list[Finding]:
    try:
        found = part(await meta.get(number, fields="health_status"), "health_status")
    except SendFailed as failed:
        return [Finding(False, f"Meta does not tell whether the number may send (code {failed.code}).")]
    state = words(found.get("can_send_message"))
    if state == "AVAILABLE":
        return [Finding(True, "Meta reports nothing that hinders sending.")]
    findings = [Finding(False, _ailment(one)) for one in parts(found, "entities") if _ails(one)]
    return findings or [Finding(False, f"Meta says of sending: {state or 'nothing'}. Look at it in WhatsApp Manager.")]


def _ails(entity: object) -> bool:
    return isinstance(entity, dict) and entity.get("can_send_message") not in (None, "AVAILABLE")


def _ailment(entity: dict[str, Any]) -> str:
    said = [
        f"{whole_number(error.get('error_code'))}: {words(error.get('error_description'))} "
        f"{words(error.get('possible_solution'))}".strip()
        for error in parts(entity, "errors")
        if isinstance(error, dict)
    ]
    what = f"{words(entity.get('entity_type'))} {words(entity.get('can_send_message'))}"
    return f"Meta limits sending ({what}). {' '.join(said) or 'Look at it in WhatsApp Manager.'}"


async def _kept(meta: _Meta, number: str) -> list[Finding]:
    """Tell how long Meta keeps what is written; nothing where it does not say."""
    try:
        found = part(await meta.get(f"{number}/settings"), "storage_configuration")
    except SendFailed:
        return []
    if found.get("status") == "NO_STORAGE_ENABLED":
        minutes = whole_number(found.get("retention_minutes")) or 60
        return [Finding(True, f"Meta keeps what is written for at most {minutes} minutes.")]
    return [Finding(True, "Meta keeps what is written for up to 30 days; the guide says how to have it kept for less.")]


async def _subscribed(meta: _Meta, account: str) -> list[Finding]:
    """Tell whether an app gets the account's messages; asked only where the account is known."""
    if not account:
        return []
    try:
        apps = parts(await meta.get(f"{account}/subscribed_apps"), "data")
    except SendFailed as failed:
        text = (
            f"Meta does not tell which app gets the account's messages (code {failed.code}): look at "
            "VARSAM_WHATSAPP_BUSINESS_ACCOUNT_ID, and give the token the right whatsapp_business_management."
        )
        return [Finding(False, text)]
    if apps:
        return [Finding(True, "The WhatsApp account gives its messages to an app.")]
    text = "No app gets the WhatsApp account's messages: subscribe the app to the account (the guide says how)."
    return [Finding(False, text)]
