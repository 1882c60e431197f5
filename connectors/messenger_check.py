"""Ask Meta whether page, token, app secret and webhook of Messenger are right, for an operator who is no programmer.

Page, /{page}/subscribed_apps: developers.facebook.com/docs/graph-api/reference/page. /app and /{app}/subscriptions:
.../reference/application and .../webhooks/subscriptions-edge. /debug_token: .../reference/debug_token. The Get
Started button: .../messenger-platform/reference/messenger-profile-api.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Protocol

from connectors.messaging import Finding, SendFailed
from connectors.messenger_inbound import is_start, scoped_id
from connectors.meta import not_meta
from connectors.reading import host, moment, part, parts, words

NEEDED = ("messages", "messaging_postbacks")
WISHED = ("message_edits", "message_deliveries")


class Ask(Protocol):
    """Ask the Graph API: as the page or, where `app` is its number, as the app. Raises SendFailed."""

    async def __call__(self, path: str, app: str = "", **params: str) -> dict[str, Any]: ...


async def check(ask: Ask, page: str, token: str, hook: str) -> list[Finding]:
    """Ask all that can be asked; without a working token there is no more to ask."""
    try:
        name = words((await ask(page, fields="name")).get("name")) or page
        app = await ask("app", fields="id,name")
    except SendFailed as failure:
        return [Finding(False, _of_the_token(failure))]
    number = scoped_id(app.get("id"))
    if not number:
        return [Finding(False, "What answers at VARSAM_MESSENGER_API_URL is not Meta: it does not name the app.")]
    found = [Finding(True, f'The token works. The page is "{name}", the app "{words(app.get("name")) or number}".')]
    try:
        apps = parts(await ask(f"{page}/subscribed_apps", fields="id,name,subscribed_fields"), "data")
        found += _of_the_page(apps, number)
    except SendFailed as failure:
        found.append(Finding(False, f"Meta does not tell what the page is connected to ({failure}). {_RIGHTS}"))
    try:
        hooks = parts(await ask(f"{number}/subscriptions", app=number), "data")
        found.append(Finding(True, "The app secret belongs to the app."))
        found += _of_the_webhook(hooks, hook)
        # the only call with the token in the address: Meta takes what is to be looked at nowhere else
        told = await ask("debug_token", app=number, input_token=token)
        found += _of_the_rights(part(told, "data"), page)
    except SendFailed as failure:
        found.append(Finding(False, _of_the_secret(failure)))
    try:
        profile = parts(await ask("me/messenger_profile", fields="get_started"), "data")
        found += _of_the_button(profile)
    except SendFailed as failure:
        found.append(Finding(False, f"Meta does not tell about the Get Started button ({failure}). Try again later."))
    return found


_RIGHTS = "The token needs the permissions pages_messaging and pages_manage_metadata: make one that has both."


def _of_the_token(failure: SendFailed) -> str:
    if _silent(failure):
        return f"Meta did not answer as it should ({failure}). Try again in some minutes; metastatus.com tells more."
    if failure.code.split("/")[0] in ("102", "190"):
        return (
            f"Meta does not accept the page's token ({failure}): it was copied wrongly, has expired or was withdrawn. "
            "Generate a new one in the app's Messenger settings and put it in VARSAM_MESSENGER_TOKEN."
        )
    if failure.code == "100/33":
        return (
            f"Meta does not open the page ({failure}). VARSAM_MESSENGER_PAGE_ID must be the number of the page that "
            "VARSAM_MESSENGER_TOKEN was made for."
        )
    if failure.code in ("appsecret_proof", "104"):
        return _of_the_secret(failure)
    if stranger := not_meta(failure, "VARSAM_MESSENGER_API_URL", failure):
        return stranger
    return f"Meta refuses to show the page ({failure}). {_RIGHTS}"


def _of_the_secret(failure: SendFailed) -> str:
    if _silent(failure):
        return f"Meta did not answer about the app ({failure}). Try again in some minutes."
    return (
        f"Meta does not accept the app secret ({failure}), so nothing that people write would be believed. Copy it "
        "from the basic settings of the app that the token was made for to VARSAM_MESSENGER_APP_SECRET."
    )


def _silent(failure: SendFailed) -> bool:
    """Tell whether Meta gave no answer to the question. Code 1 is what it says to a wrong app secret."""
    return failure.name in ("in_doubt", "retry_later") or (failure.name == "provider_down" and failure.code != "1")


def _of_the_page(apps: list[Any], number: str) -> Iterator[Finding]:
    ours = [app for app in apps if isinstance(app, dict) and scoped_id(app.get("id")) == number]
    if not ours:
        yield Finding(
            False,
            "The page is not connected to the app, so nothing comes. Add the page in the app's Messenger settings.",
        )
        return
    yield from _of_fields("for the page", {words(field) for field in parts(ours[0], "subscribed_fields")})
    others = [words(app.get("name")) or "?" for app in apps if isinstance(app, dict) and app not in ours]
    if others:
        yield Finding(
            False,
            f"Other apps also get what people write to the page: {', '.join(others)}. "
            "Remove them from the page's connected apps, unless they are meant to.",
        )


def _of_fields(where: str, fields: set[str]) -> Iterator[Finding]:
    lacks = [field for field in NEEDED if field not in fields]
    if lacks:
        yield Finding(False, f"Not subscribed {where}: {', '.join(lacks)}. Without it people are not heard; add it.")
    less = [field for field in WISHED if field not in fields]
    if less:
        yield Finding(
            False, f"Not subscribed {where}: {', '.join(less)}. Changed words or deliveries are not seen; add it."
        )
    if not lacks and not less:
        yield Finding(True, f"All that is needed is subscribed {where}.")


def _of_the_webhook(hooks: list[Any], hook: str) -> Iterator[Finding]:
    ours = next((one for one in hooks if isinstance(one, dict) and one.get("object") == "page"), None)
    if not hook:
        yield Finding(False, "We have no public address. Set VARSAM_PUBLIC_ORIGIN.")
    elif ours is None:
        yield Finding(False, f"The app has no webhook for pages. Set its callback address to {hook}.")
    elif ours.get("callback_url") != hook:
        yield Finding(
            False, f"The app's webhook is at {host(words(ours.get('callback_url')))}, not ours. Set it to {hook}."
        )
    elif ours.get("active") is False:
        yield Finding(False, "Meta has switched the webhook off, as it does when it fails for an hour. Save it again.")
    else:
        yield Finding(True, f"The webhook is {hook}.")
    if ours is not None:
        names = {words(f.get("name") if isinstance(f, dict) else f) for f in parts(ours, "fields")}
        yield from _of_fields("in the app's webhook", names)


def _of_the_rights(told: dict[str, Any], page: str) -> Iterator[Finding]:
    if words(told.get("type")).upper() not in ("", "PAGE") or scoped_id(told.get("profile_id")) not in ("", page):
        yield Finding(False, "The token is not this page's own. Generate one for the page in the Messenger settings.")
    scopes = {words(scope) for scope in parts(told, "scopes")}
    if scopes and "pages_messaging" not in scopes:
        yield Finding(False, f"The token lacks a permission. {_RIGHTS}")
    ends = moment(told.get("expires_at"))
    if ends is not None:
        day = datetime.fromtimestamp(ends, UTC).date().isoformat()
        yield Finding(False, f"The token stops working on {day}. Make one that does not expire, or a new one before.")


def _of_the_button(profile: list[Any]) -> Iterator[Finding]:
    for one in profile:
        payload = words(part(one, "get_started").get("payload"))
        if payload and not is_start(payload):
            yield Finding(
                False,
                "The page's Get Started button has a word that is not known here. Set its payload to GET_STARTED.",
            )
