"""Phone numbers: one way of writing them, and which of them an SMS may be sent to. Pure.

Whoever writes to us costs us an answer, and a sender can be forged: numbers abroad that pay their owner for each
message are what such forgery is done with. So an answer goes to mobile numbers of the countries below alone (EU, EEA,
their neighbours in Europe, Turkey), in the ranges of ordinary mobile subscriptions by the national plans, as gathered
in libphonenumber 9.0.43. Pagers, personal numbers, machines and what has a price of its own are left out; short numbers
and names cannot be answered at all.
"""

from __future__ import annotations

import re

_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_HOME = "46"

# Country code: what an ordinary mobile number has after it.
MOBILE = {
    "30": r"(?:6[89]|94)\d{8}",
    "31": r"6[1-58]\d{7}",
    "32": r"4[5-9]\d{7}",
    "33": r"(?:6\d|7[3-9])\d{7}",
    "34": r"(?:6\d|7[1-48])\d{7}",
    "351": r"9[1236]\d{7}",
    "352": r"6[25-9][1-9]\d{6}",
    "353": r"8[35-9]\d{7}",
    "354": r"(?:[67]\d|8[2-9])\d{5}",
    "355": r"6[6-9]\d{7}",
    "356": r"(?:7[279]|9[2689])\d{6}",
    "357": r"9[4-79]\d{6}",
    "358": r"(?:4\d|50)\d{5,8}",
    "359": r"8[7-9]\d{7}|98\d{7}",
    "36": r"(?:20|30|31|50|70)\d{7}",
    "370": r"6\d{7}",
    "371": r"2\d{7}",
    "372": r"5\d{6,7}|8[1-4]\d{6}",
    "373": r"[67]\d{7}",
    "380": r"(?:39|50|6[36-8]|7[1-357]|9[1-9])\d{7}",
    "381": r"6\d{7,8}",
    "382": r"6\d{7}",
    "383": r"4[3-9]\d{6}",
    "385": r"9[125789]\d{6,7}",
    "386": r"(?:[34][01]|43|51|6[4589]|7[01])\d{6}",
    "387": r"6\d{7,8}",
    "389": r"7\d{7}",
    "39": r"3\d{8,9}",
    "40": r"7\d{8}",
    "41": r"(?:6[89]|7[235-9])\d{7}",
    "420": r"(?:60[1-8]|70[2-5]|7[2379]\d)\d{6}",
    "421": r"9(?:0[1-9]|1\d|4[04-9]|5\d)\d{6}",
    "423": r"7\d{6}",
    "43": r"6(?:5[0-3579]|6[013-9]|[7-9]\d)\d{5,9}",
    "44": r"7[1-57-9]\d{8}",
    "45": r"(?:[2-7]\d|8[1-9]|9[1-9])\d{6}",
    "46": r"7[023689]\d{7}",
    "47": r"[49]\d{7}",
    "48": r"(?:45|5[0137]|6[069]|7[2389]|88)\d{7}",
    "49": r"15\d{9}|16[023]\d{7,8}|17\d{8,9}",
    "90": r"5(?!12)[0-5]\d{8}",
}
_MOBILE = re.compile(r"\+(?:" + "|".join(f"{code}(?:{rest})" for code, rest in MOBILE.items()) + ")", re.ASCII)


def e164(number: str) -> str:
    """Write a number as `+` and digits (E.164); empty where it is none: a name, a short number, hidden.

    A `+` that was not encoded in a form comes as a space.
    """
    plain = re.sub(r"[\s().-]", "", number)
    if plain[:1].isdigit() and number[:1] == " ":
        plain = "+" + plain
    elif plain.startswith("00"):
        plain = "+" + plain[2:]
    elif plain.startswith("0"):
        plain = f"+{_HOME}{plain[1:]}"
    return plain if _E164.fullmatch(plain) else ""


def can_answer(number: str) -> bool:
    """Tell whether an SMS may be sent to this number, which is in E.164."""
    return _MOBILE.fullmatch(number) is not None
