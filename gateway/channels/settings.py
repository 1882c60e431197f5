"""The settings of the messaging channels: `VARSAM_<CHANNEL>_…`, checked against what each connector says it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from connectors.messaging import Channel, Setting
from connectors.registry import CHANNELS

PREFIX = "VARSAM_"
MODES = ("off", "signpost", "full")
Mode = Literal["off", "signpost", "full"]
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


def path_of(name: str, tail: str) -> str:
    """Give the path of a channel's webhook."""
    return f"/channels/{name}" + (f"/{tail}" if tail else "")


def read_channels(environ: Mapping[str, str]) -> tuple[tuple[ChannelSettings, ...], list[str]]:
    """Read the channels that are not off; give them and a sentence for each wrong value."""
    found: list[ChannelSettings] = []
    wrong: list[str] = []
    for name, kind in CHANNELS.items():
        one = _Reader(name, kind.settings, environ)
        wrong += one.complaints
        if one.mode != "off":
            found.append(ChannelSettings(name, one.mode, one.decision, one.values))
    return tuple(found), wrong


class _Reader:
    """Reads one channel's variables."""

    def __init__(self, name: str, settings: tuple[Setting, ...], environ: Mapping[str, str]) -> None:
        self._start = f"{PREFIX}{name.upper()}_"
        self._environ = environ
        self.complaints: list[str] = []
        self.values: dict[str, str] = {}
        self.decision = ""
        given = self._given(settings)
        self.mode = self._mode(given)
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
                given[files[name]] = self._content(variable, value)
            elif name in names:
                given.setdefault(name, value)
            else:
                self.complaints.append(f"{variable} is no setting: there are {', '.join(self._all(names))}.")
        return given

    def _all(self, names: set[str]) -> Iterator[str]:
        return (f"{self._start}{name.upper()}" for name in sorted(names))

    def _content(self, variable: str, path: str) -> str:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            self.complaints.append(f"{variable}: {path} cannot be read.")
            return ""

    def _mode(self, given: Mapping[str, str]) -> Mode:
        mode = given.get("mode", "")
        if mode == "" and given:
            others = ", ".join(self._all(set(given)))
            self.complaints.append(
                f"{self._start}MODE is missing, but {others} is set: say off, signpost or full, or remove the rest."
            )
        elif mode not in ("", *MODES):
            self.complaints.append(f"{self._start}MODE: '{mode}' is none of off, signpost, full.")
        return "signpost" if mode == "signpost" else "full" if mode == "full" else "off"

    def _read(self, setting: Setting, given: Mapping[str, str]) -> None:
        value = given.get(setting.name, setting.default)
        variable = f"{self._start}{setting.name.upper()}"
        if value == "":
            self.complaints.append(f"{variable} is missing: {setting.what} For example {setting.example}.")
        elif not re.fullmatch(setting.pattern, value):
            shown = "the value" if setting.secret else f"'{value}'"
            self.complaints.append(f"{variable}: {shown} is not right. {setting.what} For example {setting.example}.")
        self.values[setting.name] = value

    def _decision(self, given: str) -> str:
        variable = f"{self._start}DECISION"
        example = "For example 'SN 2026/123, 2026-10-15'."
        if not given:
            self.complaints.append(
                f"{variable} is missing: to talk with people on this channel the organisation must have decided so. "
                f"Give the decision's number and date, or set {self._start}MODE to signpost. {example}"
            )
            return ""
        dates = [one for one in map(_as_date, _DATE.findall(given)) if one is not None]
        if len(dates) != 1 or not re.search(r"\w", _DATE.sub("", given)):
            self.complaints.append(f"{variable}: '{given}' does not hold the decision's number and one date. {example}")
        elif dates[0] > datetime.now(UTC).date():
            self.complaints.append(f"{variable}: {dates[0]} is still to come. {example}")
        return given


def _as_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
