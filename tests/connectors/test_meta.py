"""What Meta's platforms share: errors by code, subcode, passing and status; values of which nothing is certain."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.messaging import Request, SendFailed
from connectors.meta import Means, bearer, challenge, proven, raise_for_trouble, secret_proof, trouble
from connectors.reading import identifier, moment, part, parts, whole_number, words
from connectors.wire import Answer

OWN = {551: Means("blocked"), 4: Means("refused")}
SUBCODES = {(10, 2018278): Means("window_closed")}


def raised(status: int, error: Any, retry_after: float | None = None) -> SendFailed:
    with pytest.raises(SendFailed) as found:
        raise_for_trouble(Answer(status, {"error": error}, retry_after), OWN, SUBCODES)
    return found.value


@pytest.mark.parametrize(
    ("status", "error", "name", "whole", "code"),
    [
        (400, {"code": 551}, "blocked", False, "551"),
        (400, {"code": "551"}, "blocked", False, "551"),
        (400, {"code": 4}, "refused", False, "4"),  # the platform's own meaning comes first
        (400, {"code": 17}, "retry_later", True, "17"),
        (403, {"code": 10, "error_subcode": 2018278}, "window_closed", False, "10/2018278"),
        (403, {"code": 10, "error_subcode": 1}, "misconfigured", False, "10/1"),
        (400, {"code": 100, "error_subcode": 33}, "misconfigured", False, "100/33"),
        (400, {"code": 100}, "refused", False, "100"),
        (400, {"code": 100, "message": "Invalid appsecret_proof provided"}, "misconfigured", False, "appsecret_proof"),
        (400, {"code": 100, "message": ["appsecret_proof"]}, "refused", False, "100"),
        (400, {"code": 255}, "misconfigured", False, "255"),
        (400, {"code": 80014}, "retry_later", True, "80014"),
        (400, {"code": 777777, "is_transient": True}, "retry_later", False, "777777"),
        (400, {"code": 777777, "is_transient": "yes"}, "refused", False, "777777"),
        (200, {"code": 777777}, "refused", False, "777777"),
        (401, {"code": 777777}, "misconfigured", False, "777777"),
        (429, {"code": 777777}, "retry_later", False, "777777"),
        (503, {"code": 777777}, "provider_down", False, "777777"),
        (504, {"code": 777777}, "in_doubt", False, "777777"),
        (400, {"code": None}, "refused", False, "400"),
        (500, "Service unavailable", "provider_down", False, "500"),
        (400, {"code": True}, "refused", False, "400"),
    ],
)
def test_trouble_has_its_failure(status: int, error: Any, name: str, whole: bool, code: str) -> None:
    failed = raised(status, error)
    assert (failed.name, failed.whole, failed.code) == (name, whole, code)


def test_time_to_wait_is_handed_on() -> None:
    assert raised(429, {"code": 613}, 30.0).retry_after == 30.0


def test_good_answer_raises_nothing() -> None:
    raise_for_trouble(Answer(200, {"messages": []}), OWN)
    assert trouble({"error": None}) is None


def test_words_of_the_error_are_in_nothing_that_is_raised() -> None:
    failed = raised(400, {"code": 100, "message": "46701740605 skrev: hjälp", "error_data": {"details": "hjälp"}})
    assert str(failed) == "refused 100"


@pytest.mark.parametrize(
    ("given", "number"),
    [
        (5, 5),
        ("5", 5),
        ("0", 0),
        (True, None),
        (5.0, None),
        ("-5", None),
        ("٥", None),
        ("", None),
        (None, None),
        ([], None),
    ],
)
def test_whole_number(given: Any, number: int | None) -> None:
    assert whole_number(given) == number


def test_moment_in_seconds_and_thousandths() -> None:
    assert moment("1795510800") == 1795510800.0
    assert moment(1795510800123, 1000) == 1795510800.123
    assert moment(1795510800123) is None
    assert moment(0) is None


def test_words_keep_all_that_can_be_stored() -> None:
    assert words("å\0\ud800🙏") == "å🙏"
    assert words(None) == words(5) == words(["x"]) == ""


def test_identifier_is_visible_ascii_of_sane_length() -> None:
    assert identifier("SE.134_-=") == "SE.134_-="
    assert [identifier(odd) for odd in ("", "a b", "å", "x" * 513, "a\n", 5, None)] == [""] * 7


def test_parts_of_anything() -> None:
    assert part({"a": {"b": 1}}, "a") == {"b": 1}
    assert [part(odd, "a") for odd in (None, [], {"a": []}, "a", {})] == [{}] * 5
    assert parts({"a": [1]}, "a") == [1]
    assert [parts(odd, "a") for odd in (None, [], {"a": {}}, "a", {})] == [[]] * 5


def test_challenge_is_given_back_only_to_who_knows_the_token() -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "ordet", "hub.challenge": "1158201444"}
    assert challenge(Request("GET", asked, {}, b""), "ordet") == "1158201444"
    assert challenge(Request("GET", asked, {}, b""), "ordets") is None
    assert challenge(Request("GET", {**asked, "hub.verify_token": "ördet"}, {}, b""), "ordet") is None


def test_proofs_are_as_meta_computes_them() -> None:
    """Known answers, computed with another tool (openssl dgst -hmac)."""
    body = b'{"text":"\\u00e5"}'
    proof = "sha256=e7254dfc7b71baf482e9d3c8cbcc076eb368bb4fef74aa0629215a6ad310ad54"
    assert proven(Request("POST", {}, {"x-hub-signature-256": proof}, body), "hemlig")
    assert not proven(Request("POST", {}, {"x-hub-signature-256": proof}, body + b" "), "hemlig")
    assert not proven(Request("POST", {}, {"x-hub-signature-256": proof.upper()}, body), "hemlig")
    assert bearer("abc") == {"Authorization": "Bearer abc"}
    assert secret_proof("abc", "hemlig") == {
        "appsecret_proof": "c90fde702d1c2f8efd81873446d6ca657f88605c749a9f0a200a2fd9238c11d4"
    }
