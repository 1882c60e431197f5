"""Property: no text of any characters, length or language crashes the understanding or goes without an answer.

How long it takes is measured, not tested: benchmarks/evaluation.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.model import Taxonomy
from content.registry import load_content

LONGEST = 3000
TALK = {"mode": "talk", "now": "2026-11-24T10:00:00+01:00", "hours_open": False, "channel": "web"}
# Pieces that have broken parsers before: marks that join, right to left, beyond the BMP, markup, templates, commands.
PIECES = st.sampled_from(
    ["e\u0301\u0301", "\u202e", "\u200b", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\x00", "\ufeff", "<script>", "{{7*7}}", "%s%n", "/restart",
     "ﷺ", "ß", "İ", "a" * 400, "\n" * 60, "åäö", "jag vill inte leva", "[a](b)", "{\"x\":", "\\u0000", "١٢٣", "ผม", "救命"]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(PIECES, max_size=40).map("".join),
    st.binary(max_size=400).map(lambda raw: raw.decode("latin-1")),
    st.binary(max_size=400).map(lambda raw: raw.decode("utf-8", "replace")),
    st.text(alphabet="abcåäö ?!.,", min_size=1000, max_size=LONGEST),
)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.AbstractEventLoop]:
    """One loop for all examples: hypothesis calls a plain function."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_content().taxonomy


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(text=TEXTS)
def test_any_text_gets_an_answer(engine: Any, runner: asyncio.AbstractEventLoop, taxonomy: Taxonomy, text: str) -> None:
    answer = runner.run_until_complete(engine.turn(text, None, TALK))
    understood = answer["understood"]
    assert {understood["topic"], *understood["ask_back"]} <= set(taxonomy.topics)
    assert set(understood["risks"]) <= set(taxonomy.risks)
    assert math.isfinite(understood["confidence"])
    assert any(reply["text"].strip() for reply in answer["replies"])
