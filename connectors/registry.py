"""The messaging channels there are. A new one is a module and a line here; the rest is in CONTRIBUTING.md."""

from __future__ import annotations

from connectors.matrix import Matrix
from connectors.messaging import Channel
from connectors.messenger import Messenger
from connectors.signal import Signal
from connectors.sms import Sms
from connectors.telegram import Telegram
from connectors.whatsapp import WhatsApp

KINDS: tuple[type[Channel], ...] = (Telegram, Sms, WhatsApp, Messenger, Signal, Matrix)
CHANNELS: dict[str, type[Channel]] = {kind.name: kind for kind in KINDS}
