"""Mailboxes on each kind of database, with a short list of words and a derivation that costs nothing."""

from __future__ import annotations

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.keyring import Keyring
from gateway.letters.inbox import Inbox
from gateway.letters.keys import Cost
from gateway.letters.mailboxes import Mailboxes
from gateway.letters.secret_words import SecretWords
from gateway.storage.staff import Staff
from tests.conftest import Clock

CHEAP = Cost(passes=1, memory=8, lanes=1)
_WORDS = """
    gran sked lampa fönster väska båge kvist trumma spegel mugg klocka brunn åker stjärna körsbär pärla mössa kaffe
    skruv tallrik handduk paraply cykel gitarr snögubbe traktor ballong
"""
WORDS = tuple(_WORDS.split())


@pytest.fixture
def secret_words() -> SecretWords:
    return SecretWords(WORDS)


@pytest.fixture
def changes() -> list[str]:
    """The mailboxes of which a change was told, in order."""
    return []


@pytest.fixture
def mailboxes(
    database: AsyncEngine, keyring: Keyring, secret_words: SecretWords, clock: Clock, changes: list[str]
) -> Mailboxes:
    return Mailboxes(database, keyring, secret_words, clock, 30, changes.append, CHEAP)


@pytest.fixture
def inbox(database: AsyncEngine, keyring: Keyring, clock: Clock, changes: list[str]) -> Inbox:
    return Inbox(database, keyring, clock, 30, changes.append)


@pytest_asyncio.fixture
async def staff_ids(database: AsyncEngine, clock: Clock) -> tuple[int, int]:
    """Alva and Bo."""
    staff = Staff(database, clock)
    return (await staff.add("Alva", "-", False)).id, (await staff.add("Bo", "-", False)).id


@pytest.fixture
def alva_id(staff_ids: tuple[int, int]) -> int:
    return staff_ids[0]


@pytest.fixture
def bo_id(staff_ids: tuple[int, int]) -> int:
    return staff_ids[1]
