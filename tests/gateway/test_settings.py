"""Settings: defaults, a sentence for every wrong value, what production refuses, and the page that lists them all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.messaging import Channel
from connectors.registry import CHANNELS
from content.model import Content
from gateway.settings import FROM_FILE, PREFIX, VARIABLES, Settings, SettingsError, read_settings

KEY = "0123456789abcdef" * 4
DEVELOPMENT = {"VARSAM_ENV": "development"}
PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
DEFAULTS = {
    "env": "development", "host": "127.0.0.1", "port": 8080, "metrics_port": 0, "var": Path("var"),
    "models": Path("models"), "engine_python": Path(".venv-engine/bin/python"), "encoder": None,
    "encoder_gloss": True, "engine_url": "",
    "engine_seconds": 3.0, "database_url": SecretStr(""), "keyring": None, "master_key": SecretStr(""),
    "timezone": "Europe/Stockholm", "hours": "schedule", "embed_origins": (), "trusted_proxies": (),
    "public_origin": "", "exit_url": "", "explain": False, "bot_minutes": 60.0, "counselled_hours": 24.0,
    "silent_hours": 12.0, "wait_minutes": 30.0, "gone_minutes": 5.0, "lost_seconds": 60.0, "quick_minutes": 10.0,
    "letter_days": 30.0, "channels": (), "sweep_seconds": 15.0,
}  # fmt: skip


def read(**given: str) -> Settings:
    return read_settings(DEVELOPMENT | {f"VARSAM_{name.upper()}": value for name, value in given.items()})


def refusal(given: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as refused:
        read_settings(given)
    return str(refused.value)


def test_defaults_are_these() -> None:
    assert read_settings(DEVELOPMENT).model_dump() == DEFAULTS


def test_production_is_the_default() -> None:
    assert read_settings({"VARSAM_MASTER_KEY": KEY}).env == "production"


def test_what_opens_nothing_needs_no_key() -> None:
    settings = read_settings({}, needs_key=False)
    assert (settings.env, len(settings.master_key.get_secret_value())) == ("production", 64)
    with pytest.raises(SettingsError, match="VARSAM_MASTER_KEY is missing"):
        read_settings({})
    with pytest.raises(SettingsError, match="VARSAM_MASTER_KEY"):
        read_settings({"VARSAM_MASTER_KEY": "abc"}, needs_key=False)


def test_environment_is_read_once_from_what_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARSAM_PORT", "9")
    assert (read_settings(DEVELOPMENT).port, read_settings(DEVELOPMENT | {"VARSAM_PORT": ""}).port) == (8080, 8080)
    monkeypatch.setenv("VARSAM_ENV", "development")
    assert read_settings().port == 9


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("VARSAM_ENV", "staging"), ("VARSAM_PORT", "x"), ("VARSAM_PORT", "0"), ("VARSAM_PORT", "65536"),
        ("VARSAM_METRICS_PORT", "-1"), ("VARSAM_HOURS", "sometimes"), ("VARSAM_EXPLAIN", "maybe"),
        ("VARSAM_TIMEZONE", "Europe/Umea"), ("VARSAM_TIMEZONE", "../etc/passwd"), ("VARSAM_TIMEZONE", "Europe"),
        ("VARSAM_ENCODER", "/no/such/folder"), ("VARSAM_ENCODER", "docs"), ("VARSAM_ENCODER_GLOSS", "perhaps"),
        ("VARSAM_MASTER_KEY", "abc"), ("VARSAM_MASTER_KEY", "g" * 64), ("VARSAM_MASTER_KEY", ",".join([KEY] * 3)),
        ("VARSAM_EMBED_ORIGINS", "umea.se"), ("VARSAM_EMBED_ORIGINS", "https://umea.se/chatt"),
        ("VARSAM_EMBED_ORIGINS", "https://"), ("VARSAM_EMBED_ORIGINS", "https://umea.se, ftp://umea.se"),
        ("VARSAM_EMBED_ORIGINS", "https://umea.se; script-src *"), ("VARSAM_EMBED_ORIGINS", "null"),
        ("VARSAM_BOT_MINUTES", "0"), ("VARSAM_BOT_MINUTES", "-1"), ("VARSAM_BOT_MINUTES", "an hour"),
        ("VARSAM_BOT_MINUTES", "nan"), ("VARSAM_BOT_MINUTES", "inf"), ("VARSAM_COUNSELLED_HOURS", "inf"),
        ("VARSAM_SWEEP_SECONDS", "0"), ("VARSAM_ENGINE_SECONDS", "0"),
        ("VARSAM_PUBLIC_ORIGIN", "chat.umea.se"), ("VARSAM_PUBLIC_ORIGIN", "https://chat.umea.se\n"),
        ("VARSAM_PUBLIC_ORIGIN", "https://Chat.umea.se"), ("VARSAM_PUBLIC_ORIGIN", "https://chat.umea.se:443"),
        ("VARSAM_PUBLIC_ORIGIN", "http://chat.umea.se:80"), ("VARSAM_PUBLIC_ORIGIN", "https://chat.umea.se:65536"),
        ("VARSAM_PUBLIC_ORIGIN", "https://chat.umea.se/"), ("VARSAM_PUBLIC_ORIGIN", "https://[:::]"),
        ("VARSAM_PUBLIC_ORIGIN", "https://-"), ("VARSAM_EMBED_ORIGINS", "https://Umea.se"),
        ("VARSAM_TRUSTED_PROXIES", "nginx"),
    ],
)  # fmt: skip
def test_wrong_value_gives_one_sentence_naming_the_variable(variable: str, value: str) -> None:
    said = refusal(DEVELOPMENT | {variable: value})

    assert said.startswith(f"{variable}: ")
    assert said.endswith(".")
    assert "\n" not in said


def test_several_wrong_values_give_a_sentence_each() -> None:
    said = refusal(DEVELOPMENT | {"VARSAM_PORT": "x", "VARSAM_HOURS": "y"}).splitlines()

    assert [line.split(":")[0] for line in said] == ["VARSAM_PORT", "VARSAM_HOURS"]


@pytest.mark.parametrize("variable", ["VARSAM_MASTER_KEY", "VARSAM_PUBLIC_ORIGIN", "VARSAM_EMBED_ORIGINS"])
def test_what_may_be_a_secret_is_not_repeated(variable: str) -> None:
    assert "canary" not in refusal(DEVELOPMENT | {variable: "canary"})


@pytest.mark.parametrize(
    "origin", ["https://chat.umea.se", "http://localhost:8080", "https://umea.se:8443", "http://[::1]:8000"]
)
def test_an_origin_as_browsers_write_it_is_taken(origin: str) -> None:
    assert read(public_origin=origin).public_origin == origin


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"VARSAM_HOURS": "open"}, "VARSAM_HOURS must be 'schedule' in production."),
        ({"VARSAM_HOURS": "closed"}, "VARSAM_HOURS must be 'schedule' in production."),
        ({"VARSAM_EXPLAIN": "1"}, "VARSAM_EXPLAIN must be 0 in production: it shows what was understood."),
        (
            {"VARSAM_MASTER_KEY": ""},
            "VARSAM_MASTER_KEY is missing: make one with 'openssl rand -hex 32' and keep it apart.",
        ),
        (
            {"VARSAM_MASTER_KEY": " , "},
            "VARSAM_MASTER_KEY is missing: make one with 'openssl rand -hex 32' and keep it apart.",
        ),
    ],
)
def test_production_refuses(given: dict[str, str], expected: str) -> None:
    assert refusal({"VARSAM_MASTER_KEY": KEY} | given) == expected


def test_development_allows_forced_hours_and_explaining() -> None:
    settings = read(hours="open", explain="1")

    assert (settings.hours, settings.explain) == ("open", True)


@pytest.mark.parametrize("value", [KEY, KEY.upper(), f"{KEY},{KEY}", f" {KEY} , {KEY} "])
def test_master_key_is_one_or_two(value: str) -> None:
    assert read_settings({"VARSAM_MASTER_KEY": value}).master_key.get_secret_value() == value


@pytest.mark.parametrize("name", ["MASTER_KEY", "DATABASE_URL"])
def test_secret_may_stand_in_a_file(name: str, tmp_path: Path) -> None:
    value = {"MASTER_KEY": KEY, "DATABASE_URL": "postgresql://u:p@h/d"}[name]
    (tmp_path / "secret").write_text(f"{value}\n")
    settings = read_settings(DEVELOPMENT | {f"VARSAM_{name}_FILE": str(tmp_path / "secret")})

    assert getattr(settings, name.lower()).get_secret_value() == value


def test_secret_file_that_is_missing_gives_a_sentence(tmp_path: Path) -> None:
    said = refusal(DEVELOPMENT | {"VARSAM_MASTER_KEY_FILE": str(tmp_path / "none")})

    assert said == f"VARSAM_MASTER_KEY_FILE: {tmp_path / 'none'} cannot be read (No such file or directory)."


def test_secret_file_that_is_no_text_gives_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\xff\xfe\x00")

    assert refusal(DEVELOPMENT | {"VARSAM_MASTER_KEY_FILE": str(tmp_path / "secret")}).startswith(
        "VARSAM_MASTER_KEY_FILE: "
    )


def test_origins_are_split_and_trimmed() -> None:
    settings = read(embed_origins=" https://umea.se/, http://localhost:8000 ,", trusted_proxies="10.0.0.1, ::1")

    assert settings.embed_origins == ("https://umea.se", "http://localhost:8000")
    assert settings.trusted_proxies == ("10.0.0.1", "::1")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", "sqlite+aiosqlite:///data/varsam.sqlite"),
        ("sqlite:////srv/v.db", "sqlite+aiosqlite:////srv/v.db"),
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
    ],
)
def test_database_has_its_asynchronous_driver(given: str, expected: str) -> None:
    assert read(database_url=given, var="data").database == expected


@pytest.mark.parametrize(
    "given",
    [
        "mysql://u:canary@h/d", "postgresql+asyncpg://u:canary@h/d", "postgresql://u:canary@h:port/d", "u:canary@h/d",
        "postgresql://u:canary@h:99x/d", "canary",
    ],
)  # fmt: skip
def test_a_database_that_cannot_be_used_stops_the_start_without_its_password(given: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(database_url=given)
    assert "VARSAM_DATABASE_URL" in str(caught.value)
    assert "postgresql://user" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_files_lie_in_the_folder_unless_told() -> None:
    settings = read(var="data")

    assert (settings.keyring_file, settings.runtime_file) == (Path("data/keyring.sqlite"), Path("data/run.json"))
    assert read(keyring="/keys/k.sqlite").keyring_file == Path("/keys/k.sqlite")


def test_settings_show_no_secret_when_printed() -> None:
    shown = repr(read(master_key=KEY, database_url="postgresql://u:canary@h/d"))

    assert [secret for secret in (KEY, "canary") if secret in shown] == []


def written(value: Any) -> str:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None or value == "" or value == ():
        return ""
    return str(int(value)) if isinstance(value, bool | float) and value == int(value) else str(value)


def test_page_lists_every_setting_with_its_default_and_meaning() -> None:
    rows = re.findall(r"^\| `(VARSAM_\w+)` \| (.*?) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    fields = {name: Settings.model_fields[name] for name in VARIABLES}
    expected = [
        (PREFIX + name.upper(), f"`{written(field.default)}`" if written(field.default) else "empty", field.description)
        for name, field in fields.items()
    ]

    assert rows == expected + [row for kind in CHANNELS.values() for row in channel_rows(kind)]


def channel_rows(kind: type[Channel]) -> list[tuple[str, str, str]]:
    """What the page has of a channel: a row a setting; its mode and decision are told of once for all."""
    return [
        (
            f"{PREFIX}{kind.name.upper()}_{one.name.upper()}",
            f"`{one.default}`" if one.default else "empty" if one.optional else "must be given",
            f"{one.what[0].upper()}{one.what[1:]}.{' Secret.' if one.secret else ''}",
        )
        for one in kind.settings
    ]


@pytest.mark.parametrize("kind", CHANNELS.values(), ids=CHANNELS)
def test_page_of_a_channel_lists_its_settings(kind: type[Channel]) -> None:
    page = (PAGE.parent / "channels" / f"{kind.name}.md").read_text(encoding="utf-8")
    names = {
        f"{PREFIX}{kind.name.upper()}_{name.upper()}" for name in ("mode", "decision", *(s.name for s in kind.settings))
    }
    files = {f"{PREFIX}{kind.name.upper()}_{one.name.upper()}_FILE" for one in kind.settings if one.secret}

    listed = set(re.findall(r"^\| `(VARSAM_\w+)` \|", page, re.MULTILINE)) - {"VARSAM_PUBLIC_ORIGIN"}
    assert listed == names
    assert set(re.findall(rf"{PREFIX}{kind.name.upper()}_[A-Z_]+", page)) <= names | files


def test_page_names_the_file_variants() -> None:
    named = set(re.findall(r"`(VARSAM_\w+_FILE)`", PAGE.read_text(encoding="utf-8")))

    assert named == {f"{PREFIX}{name}_FILE" for name in FROM_FILE}


def test_what_is_promised_of_deletion_is_what_the_settings_say(content: Content) -> None:
    says, defaults = content.facts["varsam_deletes"].says, read()
    assert f"{defaults.bot_minutes:g} minuter efter ditt sista ord (VARSAM_BOT_MINUTES)" in says
    assert f"{defaults.counselled_hours:g} timmar efter att den stängts (VARSAM_COUNSELLED_HOURS)" in says
