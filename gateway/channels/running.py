"""What the gateway on this machine tells of a channel in its metrics: for commands that run beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from gateway.settings import Settings

SECONDS = 3.0


@dataclass(frozen=True)
class Seen:
    """One channel as the running gateway has it, with what it has counted since its start.

    mode: empty where it is off there. fetching: false where the last try to fetch failed.
    """

    mode: str
    fetching: bool
    loopbacks: float
    unproven: float


def base_here(settings: Settings) -> str:
    """Give the origin at which this machine reaches its gateway, whatever stands before it for others."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 - read, not bound
    return f"http://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{settings.port}"


async def look(http: aiohttp.ClientSession, settings: Settings, channel: str) -> Seen | None:
    """Ask the running gateway; None where none answers."""
    port = _port(settings)
    if not port:
        return None
    try:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with http.get(f"http://127.0.0.1:{port}/metrics", timeout=timeout) as response:
            return _read(await response.text(), channel)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return None


def _port(settings: Settings) -> int:
    try:
        return int(json.loads(settings.ports_file.read_text(encoding="utf-8"))["metrics"])
    except (OSError, ValueError, KeyError, TypeError):
        return settings.metrics_port


def _read(text: str, channel: str) -> Seen | None:
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    if not any(sample.name.startswith("varsam_") for sample in samples):
        return None  # another program has taken over the port
    ours = [sample for sample in samples if sample.labels.get("channel") == channel]
    mode = next((one.labels["mode"] for one in ours if one.name == "varsam_channel"), "")
    counts = {one.labels["kind"]: one.value for one in ours if one.name == "varsam_inbound_total"}
    fetching = not any(one.name == "varsam_fetching" and one.value == 0 for one in ours)
    return Seen(mode, fetching, counts.get("loopback", 0.0), counts.get("unproven", 0.0))
