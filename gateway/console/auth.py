"""Passwords (argon2id), lockout and sessions of counsellors."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.storage.records import Counsellor, Session
from gateway.storage.staff import Staff

FAILURES = 5
LOCK_SECONDS = 15 * 60.0
SESSION_SECONDS = 12 * 3600.0
IDLE_SECONDS = 2 * 3600.0
SHORTEST = 12
# No l, o, 0, 1: a one-time password is read aloud and typed.
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


class WrongLogin(Exception):
    """Name and password do not belong together, or the counsellor is disabled."""


class Locked(Exception):
    """Too many wrong passwords for this name."""


class WeakPassword(Exception):
    """Shorter than 12 characters, or the same as before."""


def one_time_password() -> str:
    """Make a password of some 80 bits, in groups of four."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


class Auth:
    """Logs counsellors in and out."""

    def __init__(self, staff: Staff, clock: Callable[[], float]) -> None:
        self._staff = staff
        self._clock = clock
        self._hasher = PasswordHasher()
        self._nobody: str | None = None
        self._at_once: dict[str, asyncio.Lock] = {}

    async def add(self, name: str) -> str:
        """Add a counsellor; give the one-time password, which must be changed at the first login."""
        password = one_time_password()
        await self._staff.add(name, await asyncio.to_thread(self._hasher.hash, password), must_change=True)
        return password

    async def renew(self, counsellor: Counsellor) -> str:
        """Give a counsellor a new one-time password."""
        password = one_time_password()
        hashed = await asyncio.to_thread(self._hasher.hash, password)
        await self._staff.set(counsellor.id, password_hash=hashed, must_change=True, failures=0, locked_until=None)
        return password

    async def login(self, name: str, password: str) -> tuple[Counsellor, str, str]:
        """Give the counsellor, a session token and its CSRF token. Raises WrongLogin or Locked."""
        # One try at a time for a name: a hundred at once would all be checked before the first is counted.
        lock = self._at_once.setdefault(name, asyncio.Lock())
        try:
            async with lock:
                return await self._login(name, password)
        finally:
            if not lock.locked():
                self._at_once.pop(name, None)

    async def _login(self, name: str, password: str) -> tuple[Counsellor, str, str]:
        counsellor = await self._staff.named(name)
        if counsellor is None or counsellor.disabled:
            await self._matches(await self._hash_of_nobody(), password)  # the same time as for somebody
            raise WrongLogin
        if counsellor.locked_until is not None and counsellor.locked_until > self._clock():
            raise Locked
        if not await self._matches(counsellor.password_hash, password):
            await self._count_failure(counsellor)
            raise WrongLogin
        await self._staff.set(counsellor.id, failures=0, locked_until=None)
        token, csrf = await self._staff.open_session(counsellor.id, SESSION_SECONDS)
        return counsellor, token, csrf

    async def session(self, token: str) -> Session | None:
        return await self._staff.session(token, IDLE_SECONDS)

    async def logout(self, session: Session) -> None:
        await self._staff.close_session(session.token_hash)

    async def change_password(self, session: Session, old: str, new: str) -> tuple[str, str]:
        """Set a new password; give a new session and CSRF token. Raises WrongLogin or WeakPassword."""
        counsellor = session.counsellor
        if not await self._matches(counsellor.password_hash, old):
            raise WrongLogin
        if len(new) < SHORTEST or new == old:
            raise WeakPassword
        hashed = await asyncio.to_thread(self._hasher.hash, new)
        await self._staff.set(counsellor.id, password_hash=hashed, must_change=False)
        return await self._staff.open_session(counsellor.id, SESSION_SECONDS)

    async def _count_failure(self, counsellor: Counsellor) -> None:
        failures = counsellor.failures + 1
        locked = self._clock() + LOCK_SECONDS if failures >= FAILURES else None
        await self._staff.set(counsellor.id, failures=0 if locked else failures, locked_until=locked)

    async def _matches(self, hashed: str, password: str) -> bool:
        try:
            return await asyncio.to_thread(self._hasher.verify, hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _hash_of_nobody(self) -> str:
        if self._nobody is None:
            self._nobody = await asyncio.to_thread(self._hasher.hash, secrets.token_hex(16))
        return self._nobody
