"""Settings from `VARSAM_*` environment variables, read once. A wrong value stops the start with a sentence.

`docs/settings.md` lists every one; a test holds the two together. A secret may be given as a file:
`VARSAM_MASTER_KEY_FILE=/run/secrets/key` instead of `VARSAM_MASTER_KEY=…`.
"""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from gateway.channels.settings import ChannelSettings, read_channels

PREFIX = "VARSAM_"
_ORIGIN = re.compile(r"https?://([a-z0-9]([a-z0-9.\-]*[a-z0-9])?|\[[0-9a-f:]+\])(:[1-9]\d{0,4})?")
USUAL_PORTS = {"http": 80, "https": 443}
DRIVERS = ("sqlite", "sqlite+aiosqlite", "postgresql", "postgresql+psycopg")
ENCODER_FILES = ("config.json", "model.safetensors", "tokenizer.json")
FROM_FILE = ("MASTER_KEY", "DATABASE_URL")


class SettingsError(Exception):
    """Settings that cannot be served with. The message says which and what to do."""


class Settings(BaseSettings):
    """All settings; units are in the names or the descriptions."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, allow_inf_nan=False)

    env: Literal["production", "development"] = Field(
        "production", description="`development` allows the demo page, forced hours and explanations."
    )
    host: str = Field("127.0.0.1", description="Address the gateway listens on.")
    port: int = Field(8080, ge=1, le=65535, description="Port the gateway listens on.")
    metrics_port: int = Field(0, ge=0, le=65535, description="Port of `/metrics` on loopback; 0 picks a free one.")
    var: Path = Field(Path("var"), description="Folder for the database, keyring and run-time file by default.")
    models: Path = Field(Path("models"), description="Folder of trained models.")
    engine_python: Path = Field(Path(".venv-engine/bin/python"), description="Python of the engine's environment.")
    encoder: Path | None = Field(
        None,
        description="Folder of another BERT-family sentence encoder (config.json, model.safetensors, tokenizer.json).",
    )
    encoder_gloss: bool = Field(True, description="`0` where that encoder reads Swedish by itself.")
    engine_url: str = Field("", description="Base address of a running engine; empty: `varsam up` starts one.")
    engine_seconds: float = Field(3.0, gt=0, description="Longest an answer may take, queue included, in seconds.")
    database_url: SecretStr = Field(SecretStr(""), description="SQLAlchemy URL; empty: a SQLite file in `VARSAM_VAR`.")
    keyring: Path | None = Field(
        None, description="The keyring's SQLite file; never back it up. Empty: in `VARSAM_VAR`."
    )
    master_key: SecretStr = Field(
        SecretStr(""),
        description="Wraps the keyring: 64 hex digits, or two such separated by a comma (the first wraps, both open).",
    )
    timezone: str = Field("Europe/Stockholm", description="Zone in which hours are meant.")
    hours: Literal["schedule", "open", "closed"] = Field(
        "schedule", description="`schedule`: as in content. `open` and `closed` force it, outside production only."
    )
    embed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Origins that may embed the chat, separated by commas, like `https://umea.se`."
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Addresses whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, separated by commas."
    )
    public_origin: str = Field("", description="Our own origin as browsers see it; empty: what the request says.")
    exit_url: str = Field("", description="Where the quick exit leads; empty: as in content/organisation.yml.")
    explain: bool = Field(False, description="`1` adds what was understood to `answered` frames; not in production.")
    bot_minutes: float = Field(60, gt=0, description="A bot conversation is erased so long after the last word.")
    counselled_hours: float = Field(24, gt=0, description="A counselled conversation is erased so long after closing.")
    silent_hours: float = Field(12, gt=0, description="A waiting or human conversation closes after such a silence.")
    wait_minutes: float = Field(30, gt=0, description="Longest wait for a counsellor before the visitor is told.")
    gone_minutes: float = Field(5, gt=0, description="A waiting visitor without a connection leaves the queue.")
    lost_seconds: float = Field(60, gt=0, description="A counsellor without a connection loses the conversation.")
    quick_minutes: float = Field(10, gt=0, description="What stays for the counsellor after a quick exit.")
    letter_days: float = Field(30, gt=0, description="A mailbox is deleted so long after its last letter or reply.")
    channels: tuple[ChannelSettings, ...] = Field((), description="The messaging channels that are not off.")
    sweep_seconds: float = Field(15, gt=0, description="How often the sweeper looks for what has expired.")

    @field_validator("embed_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("embed_origins", "public_origin")
    @classmethod
    def _origins(cls, value: tuple[str, ...] | str) -> tuple[str, ...] | str:
        for origin in (value,) if isinstance(value, str) else value:
            if origin and not _is_origin(origin):
                raise ValueError(
                    "give an origin as browsers write it, like https://umea.se: small letters, no path and no slash at "
                    "the end, a port only where it is not the usual one"
                )
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            try:
                ipaddress.ip_address(address)
            except ValueError:
                raise ValueError(f"'{address}' is not an IP address like 10.0.0.1") from None
        return value

    @field_validator("encoder")
    @classmethod
    def _encoder(cls, value: Path | None) -> Path | None:
        if value is not None:
            missing = [name for name in ENCODER_FILES if not (value / name).is_file()]
            if missing:
                raise ValueError(f"'{value}' is not the folder of a sentence encoder: it lacks {', '.join(missing)}")
        return value

    @field_validator("engine_url", "exit_url")
    @classmethod
    def _addresses_of_pages(cls, value: str) -> str:
        if value and not re.match(r"^https?://[^\s/]+", value):
            raise ValueError(f"'{value}' is not an address like https://www.smhi.se/")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: SecretStr) -> SecretStr:
        try:
            known = not value.get_secret_value() or make_url(value.get_secret_value()).drivername in DRIVERS
        except (ArgumentError, ValueError):  # nothing of it may be shown: it may hold a password
            known = False
        if not known:
            raise ValueError(
                "give a URL like sqlite:////srv/varsam.sqlite or postgresql://user:password@host:5432/name"
            )
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"'{value}' is not a time zone like Europe/Stockholm") from error
        return value

    @field_validator("master_key")
    @classmethod
    def _keys(cls, value: SecretStr) -> SecretStr:
        keys = [key.strip() for key in value.get_secret_value().split(",") if key.strip()]
        if len(keys) > 2 or any(len(key) != 64 or set(key.lower()) - set("0123456789abcdef") for key in keys):
            raise ValueError("give 64 hex digits (openssl rand -hex 32), or two such separated by a comma")
        return value

    @model_validator(mode="after")
    def _production(self) -> Settings:
        if self.env == "production":
            if self.channels and not self.public_origin.startswith("https://"):
                raise ValueError(
                    "VARSAM_PUBLIC_ORIGIN must be our own address, like https://chatt.umea.se: "
                    f"{self.channels[0].name} tells people where the web chat is"
                )
            if self.hours != "schedule":
                raise ValueError("VARSAM_HOURS must be 'schedule' in production")
            if self.explain:
                raise ValueError("VARSAM_EXPLAIN must be 0 in production: it shows what was understood")
            if not self.master_key.get_secret_value().strip(" ,"):
                raise ValueError("VARSAM_MASTER_KEY is missing: make one with 'openssl rand -hex 32' and keep it apart")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def database(self) -> str:
        """The SQLAlchemy URL with its asynchronous driver."""
        url = self.database_url.get_secret_value() or f"sqlite:///{self.var / 'varsam.sqlite'}"
        for plain, driver in (("sqlite://", "sqlite+aiosqlite://"), ("postgresql://", "postgresql+psycopg://")):
            if url.startswith(plain):
                return driver + url[len(plain) :]
        return url

    @property
    def keyring_file(self) -> Path:
        return self.keyring or self.var / "keyring.sqlite"

    @property
    def ports_file(self) -> Path:
        """Where a gateway that `varsam up` has started tells the ports it has picked, anew at each start."""
        return self.var / "ports.json"

    @property
    def runtime_file(self) -> Path:
        """Where `varsam up` tells other commands its ports."""
        return self.var / "run.json"


# Each is a variable; what is read of the channels' many is `channels`.
VARIABLES = tuple(name for name in Settings.model_fields if name != "channels")


def read_settings(environ: Mapping[str, str] | None = None, needs_key: bool = True) -> Settings:
    """Read the settings. Without `needs_key`, for what opens nothing of anybody's, a missing master key is no fault.

    Raises:
        SettingsError: one sentence per wrong value, naming the variable.
    """
    env = dict(os.environ if environ is None else environ)
    given: dict[str, Any] = {}
    for name in VARIABLES:
        variable = PREFIX + name.upper()
        if variable in env and env[variable] != "":
            given[name] = env[variable]
    if not needs_key:
        given.setdefault("master_key", secrets.token_hex(32))  # of no use to anybody
    for name in FROM_FILE:
        path = env.get(f"{PREFIX}{name}_FILE")
        if path:
            try:
                given[name.lower()] = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
                raise SettingsError(f"{PREFIX}{name}_FILE: {path} cannot be read ({why}).") from None
    given["channels"], wrong = read_channels(env)
    try:
        settings = _from(given)
    except ValidationError as error:
        # from None: the error holds the values it refused, a master key among them
        raise SettingsError("\n".join([*map(_sentence, error.errors()), *wrong])) from None
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings


def _from(given: dict[str, Any]) -> Settings:
    class Given(Settings):
        """Only what `read_settings` collected: the process environment is not read twice."""

        model_config = SettingsConfigDict(env_prefix=PREFIX + "_NOTHING_", extra="ignore", frozen=True)

    return Given(**given)


def _is_origin(text: str) -> bool:
    """Tell whether it is as browsers write it: what is written otherwise is never the same as theirs."""
    try:
        parts = urlsplit(text)
        return bool(_ORIGIN.fullmatch(text)) and parts.port != USUAL_PORTS[parts.scheme]
    except ValueError:  # a port or an IPv6 address that is none
        return False


def _sentence(problem: Mapping[str, object]) -> str:
    where = problem.get("loc")
    name = f"{PREFIX}{str(where[0]).upper()}: " if isinstance(where, tuple) and where else ""
    return f"{name}{str(problem.get('msg')).removeprefix('Value error, ')}."
