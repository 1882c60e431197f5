"""The same visitor a second time, beside the `visitor` of all tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from aiohttp.test_utils import TestClient

from tests.conftest import base_of
from tests.system import Visitor


@pytest_asyncio.fixture
async def another(client: TestClient) -> AsyncIterator[Visitor]:
    """The same person on another day, on another device."""
    async with Visitor(base_of(client)) as opened:
        await opened.until("state")
        yield opened
