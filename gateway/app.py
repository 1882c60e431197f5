"""Builds the concrete things and ties them together. Nothing else in the gateway makes a store, a client or a clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import structlog
from aiohttp import web
from prometheus_client import generate_latest

from connectors.contract import Nudge
from connectors.webchat import WebChat
from content.hours import is_holiday
from content.recognition import Recogniser
from content.registry import HERE, load_content
from content.risks import RiskLexicon
from gateway.answering import Answering
from gateway.availability import Availability
from gateway.booking.calendar import CalendarFeed
from gateway.booking.plan import Plan
from gateway.booking.times import Times
from gateway.channels.aside import Aside
from gateway.channels.greeting import Greeting
from gateway.channels.messaging import Messaging
from gateway.closing import Closing
from gateway.console.api import ConsoleApi
from gateway.console.auth import Auth
from gateway.console.board import Board
from gateway.console.desk import CounsellorDesk
from gateway.console.guard import Guard
from gateway.console.letters_api import LettersApi
from gateway.console.presence import PresenceApi
from gateway.console.reach import Reach
from gateway.console.texts import said
from gateway.console.times_api import TimesApi
from gateway.console.triage import Triage
from gateway.disclosure import Disclosure
from gateway.engine_client import EngineClient, EngineFailed
from gateway.errands.booking import BookingErrand
from gateway.errands.errands import Errands
from gateway.errands.letter import LetterErrand
from gateway.errands.mailbox import MailboxErrand
from gateway.errands.six_words import SixWords
from gateway.errands.stage import Stage
from gateway.hidden import Hidden
from gateway.intake import Intake
from gateway.keyring import Keyring, master_keys
from gateway.letters.deadline import Deadline
from gateway.letters.inbox import Inbox
from gateway.letters.mailboxes import Mailboxes
from gateway.letters.rounds import LetterRounds
from gateway.letters.secret_words import SecretWords
from gateway.live import Live
from gateway.metrics import Metrics
from gateway.origins import Origins
from gateway.own_language import OwnLanguage
from gateway.pages import Pages, safe_headers
from gateway.places import Places
from gateway.rates import Rates
from gateway.router import Router
from gateway.settings import Settings
from gateway.storage.database import connect, migrate
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.holds import Holds
from gateway.storage.single import only_one
from gateway.storage.staff import Staff
from gateway.storage.store import Store
from gateway.summons import Summons
from gateway.sweeper import Sweeper
from gateway.taking import Taking
from gateway.turns import Turns
from gateway.unclaimed import Unclaimed
from gateway.veil import Veil
from gateway.waiting import UsualWait
from gateway.words import Words

DRAIN_SECONDS = 10.0
log = structlog.get_logger()


class Gateway:
    """Everything the service is made of. Raises ContentError, KeyringError or DatabaseError at `build`."""

    def __init__(self, settings: Settings, engine_url: str, clock: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self.content = load_content()
        self.clock = clock
        self.metrics = Metrics()
        self.live = Live(clock)
        self.words = Words(self.content, self.local, settings.hours == "closed")
        keys = master_keys(settings.master_key.get_secret_value(), settings.var, settings.env == "development")
        self.keyring = Keyring(settings.keyring_file, keys)
        self.database = connect(settings.database)
        self.store = Store(self.database, self.keyring, clock, self._changed, self._sends)
        self.staff = Staff(self.database, clock)
        self.auth = Auth(self.staff, clock)
        self.engine = EngineClient(engine_url, settings.engine_seconds)
        self.availability = Availability(self.content, settings.hours, self.local, self.live.online)
        rules = self.content.booking
        self.plan = Plan(
            self.database, clock, settings.zone, rules, is_holiday, self.availability.chats_at, self._times_changed
        )
        self.times = Times(self.database, clock, rules, self._times_changed)
        self.secret_words = SecretWords(self.content.secret_words)
        told = self._letters_changed
        self.mailboxes = Mailboxes(self.database, self.keyring, self.secret_words, clock, settings.letter_days, told)
        self.inbox = Inbox(self.database, self.keyring, clock, settings.letter_days, told)
        self.veil = Veil(clock)
        self.messaging = Messaging(
            settings, self.database, self.keyring, self.store, self.words, self.veil, self.live, self.metrics, clock
        )
        self.rates = rates = Rates(clock)
        summons = Summons(self.words, self.availability)
        lexicon = RiskLexicon.load(HERE / "risks.yml")
        own_language = OwnLanguage(Recogniser.load(HERE), self.words)
        answering = Answering(
            self.engine, self.words, lexicon, self.availability, self.local, self.metrics, own_language
        )
        greeting = Greeting(self.words)
        self.router = Router(
            self.store, answering, self.words, summons, self._errands(rates), greeting,
            Aside(self.store, self.words, greeting), self.metrics,
        )  # fmt: skip
        self.turns = Turns(self.store, self.router, self.live, self.words)
        self.desk = CounsellorDesk(self.store, self.words, self.metrics, settings.counselled_hours * 3600)
        deadline = Deadline(self.content.organisation.counsellor_hours, settings.hours, settings.zone)
        rounds = LetterRounds(self.mailboxes, self.inbox, deadline, self.live, clock)
        usual_wait = UsualWait(self.store, clock)
        self.places = Places(self.store, self.live, usual_wait)
        unclaimed = Unclaimed(self.store, self.live, self.words)
        closing = Closing(self.store, self.live, self.words, self.availability, settings, clock)
        self.sweeper = Sweeper(
            self.store, closing, self.desk, unclaimed, self.live, self.words, settings, self.metrics, clock, self.times,
            usual_wait, rounds, self.messaging.forget_old,
        )  # fmt: skip
        disclosure = Disclosure(self.words, Hidden(clock), lexicon, self.availability)
        taking = Taking(self.words, disclosure, self.veil, self.secret_words, lexicon, self.metrics)
        self.intake = Intake(
            self.store, self.turns, self.live, self.words, rates, disclosure, self.veil, taking,
            self.messaging.moving, usual_wait, self.metrics, settings.quick_minutes * 60, settings.explain,
        )  # fmt: skip
        self.messaging.serve(taking, self.turns, greeting, self.intake.leave)
        origins = Origins(settings.public_origin, settings.embed_origins, settings.trusted_proxies)
        self.webchat = WebChat(self.intake, origins.may_chat, origins.address)
        addresses, rows = self.messaging.addresses, self.messaging.rows
        reach = Reach(self.messaging.full, addresses, rows, settings.silent_hours * 3600)
        self.board = Board(self.store, self.staff, self.live, self.words, clock, self.inbox, reach)
        guard = Guard(self.auth, origins.may_console)
        self.console = ConsoleApi(
            self.auth, self.desk, self.board, Holds(self.database), self.live, guard, origins.encrypted
        )
        self.triage = Triage(self.desk, self.board, self.staff, self.words, guard, self.live.online)
        load = self.content.organisation.counsellor_load
        self.presence = PresenceApi(self.staff, self.store, self.live, load, guard)
        feed = CalendarFeed(self.plan, self.staff, said("calendar", "busy"), clock)
        self.times_api = TimesApi(self.plan, feed, self.staff, guard, rules, settings.zone)
        self.letters_api = LettersApi(self.inbox, self.staff, self.board, self.words, deadline, guard, clock)

    def _errands(self, rates: Rates) -> Errands:
        stage, days = Stage(self.store, self.words, self.veil), self.settings.letter_days
        six_words = SixWords(stage, self.mailboxes, self.words, self.veil, rates, days)
        letter = LetterErrand(stage, self.mailboxes, six_words, self.words)
        booking = BookingErrand(stage, self.times, six_words, self.words, rates, self.clock)
        mailbox = MailboxErrand(stage, self.mailboxes, self.secret_words, self.words, self.veil, rates, booking, days)
        return Errands(stage, six_words, letter, mailbox, booking)

    def local(self) -> datetime:
        """The time in the organisation's zone."""
        return datetime.fromtimestamp(self.clock(), UTC).astimezone(self.settings.zone)

    def _changed(self, conversation: str, moved: bool, holder: int | None) -> None:
        self.live.nudge(conversation, Nudge("news"))
        if moved:
            self.places.moved()
        self.live.tell_consoles("changed", conversation, holder)

    def _sends(self, conversation: str) -> None:
        self.messaging.outbox.kick(conversation)

    def _times_changed(self) -> None:
        self.live.tell_consoles("times", "")

    def _letters_changed(self, mailbox: str) -> None:
        self.live.tell_consoles("letters", mailbox)
        self._times_changed()  # a mailbox that is deleted lets go of its time

    def app(self) -> web.Application:
        """Give the public application."""
        app = web.Application(middlewares=[safe_headers], client_max_size=300_000)
        exit_url = self.settings.exit_url or self.content.organisation.exit_url
        development = self.settings.env == "development"
        pages = Pages(self.content.organisation.name, exit_url, self.settings.embed_origins, development)
        app.add_routes([*self.webchat.routes(), *self.console.routes(), *self.triage.routes(), *self.presence.routes()])
        app.add_routes([*self.times_api.routes(), *self.letters_api.routes(), *pages.routes()])
        app.add_routes(self.messaging.routes())
        app.add_routes([web.get("/healthz", _healthy), web.get("/readyz", self._ready)])
        app.on_shutdown.append(self._close_sockets)
        app.cleanup_ctx.append(self._life)
        return app

    def metrics_app(self) -> web.Application:
        """Give the metrics application, for loopback."""

        async def metrics(request: web.Request) -> web.StreamResponse:
            return web.Response(body=generate_latest(self.metrics.registry), content_type="text/plain", charset="utf-8")

        app = web.Application()
        app.add_routes([web.get("/metrics", metrics)])
        return app

    async def _ready(self, request: web.Request) -> web.StreamResponse:
        """Ready to be sent people: the engine answers and the store writes."""
        try:
            metadata = {"mode": "listen", "now": self.local().isoformat(), "hours_open": False, "channel": "web"}
            await self.engine.ask("hej", None, metadata)
            await self.store.writable()
        except (EngineFailed, *STORE_FAILURES) as problem:
            return web.json_response({"ready": False, "reason": type(problem).__name__}, status=503)
        return web.json_response({"ready": True})

    async def _life(self, app: web.Application) -> AsyncIterator[None]:
        await migrate(self.settings.database)
        async with only_one(self.database):
            await self.store.remove_orphans()
            await self.mailboxes.remove_orphans()
            await self.turns.resume()
            await self.messaging.start()
            sweeper = asyncio.create_task(self.sweeper.run())
            yield
            await self.messaging.stop()
            sweeper.cancel()
            await asyncio.gather(sweeper, return_exceptions=True)
        await self.engine.close()
        await self.database.dispose()
        self.keyring.close()

    async def _close_sockets(self, app: web.Application) -> None:
        """Let turns under way finish, then tell everybody to come back."""
        await self.turns.stop(DRAIN_SECONDS)
        await self.places.stop()
        await self.webchat.close()
        await self.console.close()


async def _healthy(request: web.Request) -> web.StreamResponse:
    return web.json_response({"alive": True})
