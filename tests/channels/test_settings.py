"""Settings of the channels: half-set and wrong ones stop the start with a sentence each, and none repeats a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from connectors.messaging import Setting
from connectors.registry import CHANNELS
from gateway.channels.settings import ChannelSettings, read_channels
from gateway.settings import SettingsError, read_settings
from tests.channels.platforms import DECISION, NAMES, Platforms

KEY = "0123456789abcdef" * 4
ORIGIN = "https://chatt.example.se"
EVERY = [(name, setting) for name, kind in CHANNELS.items() for setting in kind.settings]
NEEDED = [(name, setting) for name, setting in EVERY if not setting.default and not setting.optional]
SECRET = [(name, setting) for name, setting in EVERY if setting.secret]


def ids(pairs: list[tuple[str, Setting]]) -> list[str]:
    return [f"{name}_{setting.name}" for name, setting in pairs]


def given(name: str, as_mode: str = "full", **changed: str) -> dict[str, str]:
    """What an operator sets for a channel, as variables."""
    values = Platforms().settings(as_mode, (name,))
    urls = [setting for of, setting in EVERY if of == name and setting.name == "api_url"]  # here no server runs
    values |= {f"{name}_api_url": "" if url.default else url.example for url in urls}
    values |= {f"{name}_{setting}": value for setting, value in changed.items()}
    return {f"VARSAM_{setting.upper()}": value for setting, value in values.items()}


def complaints(environ: Mapping[str, str]) -> list[str]:
    """What is said of them; each is a sentence that names its variable first, and repeats no value."""
    _, wrong = read_channels(environ)
    examples = {setting.example for _, setting in EVERY} | {"2026-10-15", "SN 2026/123"}
    for line in wrong:
        assert re.match(r"VARSAM_[A-Z_]+[: ]", line), line
        assert line.endswith((".", "around it.")), line
        assert "\n" not in line
        assert [
            value for value in environ.values() if len(value) > 10 and value in line and value.strip() not in examples
        ] == []
    return wrong


def read(environ: Mapping[str, str]) -> ChannelSettings:
    (found,), wrong = read_channels(environ)
    assert wrong == []
    return found


# -- what is right


def test_nothing_set_is_all_off() -> None:
    assert read_channels({}) == ((), [])
    assert read_channels({f"VARSAM_{name.upper()}_MODE": "off" for name in NAMES}) == ((), [])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mode", ["signpost", "full"])
def test_a_whole_set_is_taken(name: str, mode: str) -> None:
    one = read(given(name, mode))
    assert (one.name, one.mode, one.decision) == (name, mode, DECISION if mode == "full" else "")
    assert set(one.values) == {setting.name for setting in CHANNELS[name].settings}
    assert [one.values[s.name] for s in CHANNELS[name].settings if s.default] == [
        s.default for s in CHANNELS[name].settings if s.default
    ]


def test_what_is_optional_may_be_left_out() -> None:
    assert read(given("whatsapp", business_account_id="")).values["business_account_id"] == ""


def test_off_keeps_the_rest_for_later() -> None:
    assert read_channels(given("sms", "off")) == ((), [])
    assert read_channels({"VARSAM_SMS_MODE": "off", "VARSAM_SMS_PASSWORD_FILE": "/no/such/file"}) == ((), [])


@pytest.mark.parametrize(("name", "setting"), SECRET, ids=ids(SECRET))
def test_a_secret_may_stand_in_a_file_which_wins(name: str, setting: Setting, tmp_path: Path) -> None:
    values, variable = given(name), f"VARSAM_{name.upper()}_{setting.name.upper()}"
    (tmp_path / "secret").write_text(values[variable] + "\n")
    alone = {other: value for other, value in values.items() if other != variable}
    for first in ({variable: "x"}, {}):
        for environ in (
            {**first, **alone, f"{variable}_FILE": str(tmp_path / "secret")},
            {f"{variable}_FILE": str(tmp_path / "secret"), **alone, **first},
        ):
            assert read(environ).values[setting.name] == values[variable]


def test_settings_of_channels_show_no_secret_when_printed() -> None:
    environ = {"VARSAM_ENV": "development"}
    for name in NAMES:
        environ |= given(name)
    shown = repr(read_settings(environ))
    assert "ChannelSettings(name='sms', mode='full'" in shown
    secrets = [environ[f"VARSAM_{name.upper()}_{setting.name.upper()}"] for name, setting in SECRET]
    assert [secret for secret in secrets if secret in shown] == []


# -- what is half


@pytest.mark.parametrize(("name", "setting"), NEEDED, ids=ids(NEEDED))
def test_what_is_missing_is_asked_for(name: str, setting: Setting) -> None:
    assert complaints(given(name, **{setting.name: ""})) == [
        f"VARSAM_{name.upper()}_{setting.name.upper()} is missing: {setting.what}. For example {setting.example}."
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_half_has_a_sentence_for_each_that_is_missing(name: str) -> None:
    needed = [setting.name for of, setting in NEEDED if of == name]
    for count in range(len(needed) + 1):
        for missing in combinations(needed, count):
            told = complaints(given(name, "signpost", **dict.fromkeys(missing, "")))
            assert [line.split()[0] for line in told] == [f"VARSAM_{name.upper()}_{one.upper()}" for one in missing]


@pytest.mark.parametrize("name", NAMES)
def test_a_mode_alone_asks_for_the_rest(name: str) -> None:
    told = complaints({f"VARSAM_{name.upper()}_MODE": "full"})
    asked = [setting.name for of, setting in NEEDED if of == name]
    assert [line.split()[0] for line in told] == [
        f"VARSAM_{name.upper()}_{one.upper()}" for one in [*asked, "decision"]
    ]


@pytest.mark.parametrize(("name", "setting"), EVERY, ids=ids(EVERY))
def test_a_setting_without_a_mode_asks_for_the_mode(name: str, setting: Setting) -> None:
    variable = f"VARSAM_{name.upper()}_{setting.name.upper()}"
    assert complaints({variable: "0123456789abcdef"}) == [
        f"VARSAM_{name.upper()}_MODE is missing, but {variable} is set: say off, signpost or full, or remove the rest."
    ]


# -- what is wrong


@pytest.mark.parametrize("mode", ["on", "Full", "full ", "'full'", "1", "signposts", "hemligt-hemligt"])
def test_a_wrong_mode(mode: str) -> None:
    assert complaints(given("sms", mode=mode)) == ["VARSAM_SMS_MODE must be off, signpost or full."]


@pytest.mark.parametrize(("name", "setting"), EVERY, ids=ids(EVERY))
def test_a_wrong_value_is_not_repeated(name: str, setting: Setting) -> None:
    (told,) = complaints(given(name, **{setting.name: "å fel å"}))
    assert told == (
        f"VARSAM_{name.upper()}_{setting.name.upper()} is not right: it must be {setting.what}. "
        f"For example {setting.example}."
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "address",
    [
        "http://[",
        "https://namn:hemligt-ord@x.example.se",
        "https://x.example.se?a=b",
        "ftp://x.example.se",
        "https:///x",
    ],
)
def test_an_address_that_cannot_be_called_is_refused(name: str, address: str) -> None:
    (told,) = complaints(given(name, api_url=address))
    assert told.startswith(f"VARSAM_{name.upper()}_API_URL is not right: it must be the address of ")


@pytest.mark.parametrize(("name", "setting"), EVERY, ids=ids(EVERY))
def test_a_value_in_quotation_marks_or_with_a_blank_is_told_of(name: str, setting: Setting) -> None:
    right = given(name)[f"VARSAM_{name.upper()}_{setting.name.upper()}"]
    for value in (f"'{right}'", f" {right}", f"{right}\n"):
        told = complaints(given(name, **{setting.name: value}))
        if told or not re.fullmatch(setting.pattern, value):  # a password may hold a quotation mark
            assert told[0].endswith("Look for blanks or quotation marks around it.")


@pytest.mark.parametrize(("name", "setting"), SECRET, ids=ids(SECRET))
def test_a_secret_that_is_the_example_is_none(name: str, setting: Setting) -> None:
    (told,) = complaints(given(name, **{setting.name: setting.example}))
    assert told == (
        f"VARSAM_{name.upper()}_{setting.name.upper()} is the example, which everybody knows: it must be {setting.what}."
    )


def test_two_that_are_mixed_up_show_neither() -> None:
    values = Platforms().values("whatsapp")
    mixed = given("whatsapp", phone_number_id=values["token"], app_secret=values["verify_token"])
    assert [line.split()[0] for line in complaints(mixed)] == [
        "VARSAM_WHATSAPP_APP_SECRET", "VARSAM_WHATSAPP_PHONE_NUMBER_ID",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("variable", "says"),
    [
        ("VARSAM_TELEGRAM_TOKN", "is no setting: perhaps VARSAM_TELEGRAM_TOKEN was meant."),
        ("VARSAM_TELEGRAM_MOD", "is no setting: perhaps VARSAM_TELEGRAM_MODE was meant."),
        ("VARSAM_TELEGRAM_TOKEN_FIL", "is no setting: perhaps VARSAM_TELEGRAM_TOKEN_FILE was meant."),
        ("VARSAM_SMS_PASWORD", "is no setting: perhaps VARSAM_SMS_PASSWORD was meant."),
        ("VARSAM_SMS_DECISIONS", "is no setting: perhaps VARSAM_SMS_DECISION was meant."),
        ("VARSAM_SIGNAL_QQQQQ", "is no setting: there are VARSAM_SIGNAL_API_URL, VARSAM_SIGNAL_DECISION, "
         "VARSAM_SIGNAL_MODE, VARSAM_SIGNAL_NUMBER."),
    ],
)  # fmt: skip
def test_an_unknown_name_is_told(variable: str, says: str) -> None:
    assert complaints({variable: "hemligt-hemligt"}) == [f"{variable} {says}"]
    name = variable.split("_")[1].lower()
    assert complaints({**given(name), variable: "hemligt-hemligt"}) == [f"{variable} {says}"]


def test_an_unknown_channel_is_told() -> None:
    assert complaints({"VARSAM_TELEGARM_MODE": "full", "VARSAM_FAX_DECISION": DECISION}) == [
        f"VARSAM_TELEGARM_MODE: there is no channel 'telegarm'; there are {', '.join(CHANNELS)}.",
        f"VARSAM_FAX_DECISION: there is no channel 'fax'; there are {', '.join(CHANNELS)}.",
    ]


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "hemligt").write_bytes(b"\xff\xfe")
    variable = "VARSAM_TELEGRAM_TOKEN_FILE"
    cases = (
        ("123456789:AAE-hemligt", "No such file or directory"),
        (str(tmp_path / "hemligt"), "it is not UTF-8 text"),
    )
    for path, why in cases:
        told = complaints({**given("telegram", token=""), variable: path})
        assert told == [f"{variable}: that file cannot be read ({why})."]


def test_a_file_that_is_empty_is_missing(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text(" \n")
    (told,) = complaints({**given("telegram", token=""), "VARSAM_TELEGRAM_TOKEN_FILE": str(tmp_path / "empty")})
    assert told.startswith("VARSAM_TELEGRAM_TOKEN is missing: ")


# -- the decision

NO_NUMBER_AND_DATE = (
    "VARSAM_SMS_DECISION must be the decision's number and its one date. For example 'SN 2026/123, 2026-10-15'."
)


@pytest.mark.parametrize(
    "decision",
    [
        "SN 2026/123", "2026-10-15", " , 2026-10-15 ", "ja", "SN 2026/123, 2026-13-15", "SN 2026/123, 2026-02-30",
        "SN 2026/123, 15 oktober 2026", "SN 2026/123, 2026-10-15, 2026-10-16", "SN 2026/123, 20261015", "2026-10-15 2026-10-15",
    ],
)  # fmt: skip
def test_a_decision_has_a_number_and_one_date(decision: str) -> None:
    assert complaints(given("sms", decision=decision)) == [NO_NUMBER_AND_DATE]


@pytest.mark.parametrize("decision", ["§ 12, 2026-10-15", "2026-10-15 KS 2026-117", "'SN 2026/123, 2026-10-15'"])
def test_a_decision_is_kept_as_it_is_written(decision: str) -> None:
    assert read(given("sms", decision=decision)).decision == decision


def test_a_decision_to_come_is_none() -> None:
    later = date.today() + timedelta(days=3)
    assert complaints(given("sms", decision=f"SN 1, {later}")) == [
        f"VARSAM_SMS_DECISION: {later} is still to come; until then, use signpost. For example 'SN 2026/123, 2026-10-15'."
    ]
    assert complaints(given("sms", decision=f"SN 1, {date.today()}")) == []


@pytest.mark.parametrize("name", NAMES)
def test_full_needs_a_decision_and_signpost_none(name: str) -> None:
    (told,) = complaints(given(name, decision=""))
    assert told == (
        f"VARSAM_{name.upper()}_DECISION is missing: to talk with people on this channel the organisation must have "
        f"decided so. Give the decision's number and date, or set VARSAM_{name.upper()}_MODE to signpost. For example "
        "'SN 2026/123, 2026-10-15'."
    )
    assert complaints(given(name, "signpost", decision="ja")) == []


# -- together with the rest


def refusal(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        read_settings(environ)
    return str(refused.value).splitlines()


@pytest.mark.parametrize("origin", ["", "http://chatt.example.se", "http://localhost:8080"])
@pytest.mark.parametrize("name", NAMES)
def test_production_needs_an_https_address(name: str, origin: str) -> None:
    environ = {"VARSAM_MASTER_KEY": KEY, "VARSAM_PUBLIC_ORIGIN": origin, **given(name, "signpost")}
    assert refusal(environ) == [
        f"VARSAM_PUBLIC_ORIGIN must be our own address, like https://chatt.umea.se: {name} tells people where the web "
        "chat is."
    ]
    assert read_settings({**environ, "VARSAM_PUBLIC_ORIGIN": ORIGIN}).channels[0].name == name


def test_channels_and_the_rest_are_complained_of_together() -> None:
    said = refusal({"VARSAM_ENV": "development", "VARSAM_PORT": "x", **given("sms", password="")})
    assert [line.split()[0] for line in said] == ["VARSAM_PORT:", "VARSAM_SMS_PASSWORD"]


@pytest.mark.parametrize(
    ("name", "origin", "shown"),
    [
        ("telegram", ORIGIN, f"webhook {ORIGIN}/channels/telegram"),
        ("telegram", "", "fetched"),
        ("signal", ORIGIN, "fetched"),
        ("sms", ORIGIN, f"webhook {ORIGIN}/channels/sms/…"),
        ("sms", "", "nobody can call us: VARSAM_PUBLIC_ORIGIN is not set"),
        ("messenger", ORIGIN, f"webhook {ORIGIN}/channels/messenger"),
    ],
)
def test_where_a_channel_is_called_is_shown_without_its_secret(name: str, origin: str, shown: str) -> None:
    assert read(given(name)).shown(origin) == shown


# -- how a connector tells of its settings


@pytest.mark.parametrize(("name", "setting"), EVERY, ids=ids(EVERY))
def test_what_a_setting_is_reads_well_in_a_sentence(name: str, setting: Setting) -> None:
    assert re.fullmatch(r"(the|an?) [^.:;]+\w", setting.what), setting.what
    assert len(setting.what) <= 100
    assert not (setting.default and setting.optional)
    assert not setting.default or re.fullmatch(setting.pattern, setting.default)
    assert setting.name not in ("mode", "decision")
    assert not setting.name.endswith("_file")
