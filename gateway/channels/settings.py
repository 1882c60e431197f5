"""The settings of the messaging channels: `VARSAM_<CHANNEL>_…`, checked against what each connector says it needs.

No sentence repeats a value: what stands in the wrong variable may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from connectors.messaging import Channel, Setting
from connectors.registry import CHANNELS

PREFIX = "VARSAM_"
MODES = ("off", "signpost", "full")
Mode = Literal["off", "signpost", "full"]
EARLIEST_ZONE = timezone(timedelta(hours=14))  # where a day begins first: a decision of today is none to come
DECISION = "For example 'SN 2026/123, 2026-10-15'."
_DATE = re.compile(r"\b(\d{4}-\d{2}-\d{2})\b")


@dataclass(frozen=True)
class ChannelSettings:
    """How one channel is run. `decision`: number and date of the organisation's decision to talk with people there."""

    name: str
    mode: Mode
    decision: str
    values: Mapping[str, str] = field(repr=False)

    def made(self, public_origin: str) -> Channel:
        """Make the connector; `public_origin` empty: nobody can call us."""
        kind = CHANNELS[self.name]
        tail = kind(self.values, "").tail
        hook = f"{public_origin}{path_of(self.name, tail)}" if public_origin else ""
        return kind(self.values, hook)

    def shown(self, public_origin: str) -> str:
        """Say how what people write comes to us, without the secret that may be in the path."""
        channel = self.made(public_origin)
        if channel.pulls:
            return "fetched"
        if not public_origin:
            return "nobody can call us: VARSAM_PUBLIC_ORIGIN is not set"
        return f"webhook {public_origin}{path_of(self.name, '…' if channel.tail else '')}"


def path_of(name: str, tail: str) -> str:
    """Give the path of a channel's webhook."""
    return f"/channels/{name}" + (f"/{tail}" if tail else "")


def read_channels(environ: Mapping[str, str]) -> tuple[tuple[ChannelSettings, ...], list[str]]:
    """Read the channels that are not off; give them and a sentence for each wrong value."""
    found: list[ChannelSettings] = []
    wrong: list[str] = list(_of_no_channel(environ))
    for name, kind in CHANNELS.items():
        one = _Reader(name, kind.settings, environ)
        wrong += one.complaints
        if one.mode != "off":
            found.append(ChannelSettings(name, one.mode, one.decision, one.values))
    return tuple(found), wrong


def _of_no_channel(environ: Mapping[str, str]) -> Iterator[str]:
    for variable in environ:
        named = re.fullmatch(rf"{PREFIX}(\w+)_(MODE|DECISION)", variable)
        if named is not None and named[1].lower() not in CHANNELS and environ[variable]:
            yield f"{variable}: there is no channel '{named[1].lower()}'; there are {', '.join(CHANNELS)}."


class _Reader:
    """Reads one channel's variables."""

    def __init__(self, name: str, settings: tuple[Setting, ...], environ: Mapping[str, str]) -> None:
        self._start = f"{PREFIX}{name.upper()}_"
        self._environ = environ
        self._unread: dict[str, str] = {}
        self.complaints: list[str] = []
        self.values: dict[str, str] = {}
        self.decision = ""
        given = self._given(settings)
        self.mode = self._mode(given)
        if given.get("mode") != "off":  # whose secrets may have been taken away
            self.complaints += self._unread.values()
        if self.mode == "off":
            return
        for setting in settings:
            self._read(setting, given)
        if self.mode == "full":
            self.decision = self._decision(given.get("decision", ""))

    def _given(self, settings: tuple[Setting, ...]) -> dict[str, str]:
        names = {"mode", "decision", *(setting.name for setting in settings)}
        files = {f"{setting.name}_file": setting.name for setting in settings if setting.secret}
        given: dict[str, str] = {}
        for variable, value in self._environ.items():
            name = variable.removeprefix(self._start).lower()
            if not variable.startswith(self._start) or value == "":
                continue
            if name in files:
                given[files[name]] = self._content(variable, files[name], value)
            elif name in names:
                given.setdefault(name, value)
            else:
                self.complaints.append(f"{variable} is no setting: {self._instead(name, names | set(files))}.")
        return given

    def _instead(self, name: str, names: set[str]) -> str:
        close = get_close_matches(name, sorted(names), 1)
        return f"perhaps {self._all(close)} was meant" if close else f"there are {self._all(names)}"

    def _all(self, names: Iterable[str]) -> str:
        return ", ".join(f"{self._start}{name.upper()}" for name in sorted(names))

    def _content(self, variable: str, name: str, path: str) -> str:
        try:
            content = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            self._unread[name] = f"{variable}: that file cannot be read ({why})."
            return ""
        return content

    def _mode(self, given: Mapping[str, str]) -> Mode:
        mode = given.get("mode", "")
        if mode == "" and given:
            self.complaints.append(
                f"{self._start}MODE is missing, but {self._all(given)} is set: "
                "say off, signpost or full, or remove the rest."
            )
        elif mode not in ("", *MODES):
            self.complaints.append(f"{self._start}MODE must be off, signpost or full.")
        return "signpost" if mode == "signpost" else "full" if mode == "full" else "off"

    def _read(self, setting: Setting, given: Mapping[str, str]) -> None:
        value = given.get(setting.name, setting.default)
        self.values[setting.name] = value
        variable = f"{self._start}{setting.name.upper()}"
        example = f"For example {setting.example}."
        if value == "":
            if not setting.optional and setting.name not in self._unread:
                self.complaints.append(f"{variable} is missing: {setting.what}. {example}")
        elif setting.secret and value == setting.example:
            self.complaints.append(f"{variable} is the example, which everybody knows: it must be {setting.what}.")
        elif not re.fullmatch(setting.pattern, value):
            around = " Look for blanks or quotation marks around it." if value.strip(" \t\r\n'\"") != value else ""
            self.complaints.append(f"{variable} is not right: it must be {setting.what}. {example}{around}")

    def _decision(self, given: str) -> str:
        variable = f"{self._start}DECISION"
        if not given:
            self.complaints.append(
                f"{variable} is missing: to talk with people on this channel the organisation must have decided so. "
                f"Give the decision's number and date, or set {self._start}MODE to signpost. {DECISION}"
            )
            return ""
        dates = [one for one in map(_as_date, _DATE.findall(given)) if one is not None]
        if len(dates) != 1 or not re.search(r"\w", _DATE.sub("", given)):
            self.complaints.append(f"{variable} must be the decision's number and its one date. {DECISION}")
        elif dates[0] > datetime.now(EARLIEST_ZONE).date():
            self.complaints.append(f"{variable}: {dates[0]} is still to come; until then, use signpost. {DECISION}")
        return given


def _as_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
