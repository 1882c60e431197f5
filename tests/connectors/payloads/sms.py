"""What 46elks posts, by its documentation (receive-sms, receive-mms, sms-delivery-reports, 46elksAPI-hooks.yaml), and
what each is read as. Our number is +46766861001; the people's are out of the series that PTS keeps for fiction.
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.messaging import UNKNOWN, Inbound

ANNA, BEA = "+46701740605", "+46701740606"
AT = 1531490243.741  # 2018-07-13T13:57:23.741 UTC
SMS = "direction=incoming&id=sf8425555e5d8db61dda7a7b3f1b91bdb"
FROM, TO = "&from=%2B46701740605", "&to=%2B46766861001"
CREATED = "&created=2018-07-13T13%3A57%3A23.741000"
MMS = f"direction=incoming&id=m84af96809ff8989f3668c93aaaedb69c{FROM}{TO}{CREATED}"
IMAGE = "https%3A%2F%2Fapi.46elks.com%2Fa1%2Fimages%2Fm84af96809ff8989f3668c93aaaedb69c-i"
REPORT = "s70df59406a1b4643b96f3f91e0bfb7b0"


@dataclass(frozen=True)
class Case:
    name: str
    body: str
    read: Inbound


def said(text: str, **other: object) -> Inbound:
    as_usual = {"id": "sf8425555e5d8db61dda7a7b3f1b91bdb", "who": (f"phone:{ANNA}",), "text": text, "at": AT}
    return Inbound(**{"kind": "text", **as_usual, **other})  # type: ignore[arg-type]


def pictured(text: str, media: str = "picture") -> Inbound:
    return said(text, kind="media", id="m84af96809ff8989f3668c93aaaedb69c", media=media)


CASES = (
    Case("as documented", f"{SMS}{FROM}{TO}{CREATED}&message=Hello%20how%20are%20you%3F", said("Hello how are you?")),
    Case("spaces as plus", f"{SMS}{FROM}{TO}{CREATED}&message=Jag+vill+bli+fri", said("Jag vill bli fri")),
    Case(
        "letters of ours",
        f"{SMS}{FROM}{TO}{CREATED}&message=%C3%84r%20r%C3%A4dd%2C%20beh%C3%B6ver%20hj%C3%A4lp%20p%C3%A5%20natten",
        said("Är rädd, behöver hjälp på natten"),
    ),
    Case(
        "emoji and line break",
        f"{SMS}{FROM}{TO}{CREATED}&message=Inga%20pengar%20%F0%9F%98%A2%0Aingen%20mat",
        said("Inga pengar 😢\ningen mat"),
    ),
    Case(
        "another alphabet",
        f"{SMS}{FROM}{TO}{CREATED}&message=%D0%94%D0%BE%D0%BF%D0%BE%D0%BC%D0%BE%D0%B6%D1%96%D1%82%D1%8C",
        said("Допоможіть"),
    ),
    Case(
        "signs of a form in the words",
        f"{SMS}{FROM}{TO}{CREATED}&message=500%26600%20%3D%201100%2Bavgift%25",
        said("500&600 = 1100+avgift%"),
    ),
    Case(
        "white space is kept", f"{SMS}{FROM}{TO}{CREATED}&message=%20%20hj%C3%A4lp%20%0A", said("  hjälp \n")
    ),
    Case("a choice by its number", f"{SMS}{FROM}{TO}{CREATED}&message=2", said("2")),
    Case("fields that we do not know", f"{SMS}{FROM}{TO}{CREATED}&message=hej&cost=0&x=1&cost=2", said("hej")),
    Case("another order", f"message=hej{CREATED}{TO}{FROM}&{SMS}", said("hej")),
    Case("without direction, as in the older document", f"id=sf8425555e5d8db61dda7a7b3f1b91bdb{FROM}{TO}{CREATED}&message=hej", said("hej")),
    Case("without to", f"{SMS}{FROM}{CREATED}&message=hej", said("hej")),
    Case("without time", f"{SMS}{FROM}{TO}&message=hej", said("hej", at=None)),
    Case("a time that is none", f"{SMS}{FROM}{TO}&created=2016-10-01T12%3A00%3A00%3A00.11&message=hej", said("hej", at=None)),
    Case("a time with a zone", f"{SMS}{FROM}{TO}&created=2018-07-13T15%3A57%3A23.741%2B02%3A00&message=hej", said("hej")),
    Case("a plus that was not encoded", f"{SMS}&from=+46701740605{TO}{CREATED}&message=hej", said("hej")),
    Case("as dialled at home", f"{SMS}&from=070-174%2006%2005{TO}{CREATED}&message=hej", said("hej")),
    Case("as dialled from abroad", f"{SMS}&from=0046701740605{TO}{CREATED}&message=hej", said("hej")),
    Case(
        "a mobile abroad", f"{SMS}&from=%2B40712345678{TO}{CREATED}&message=ajutor", said("ajutor", who=("phone:+40712345678",))
    ),
    Case("NUL", f"{SMS}{FROM}{TO}{CREATED}&message=hj%00%C3%A4lp", said("hjälp")),
    Case("bytes that are no UTF-8", f"{SMS}{FROM}{TO}{CREATED}&message=hj%E4lp", said("hj\ufffdlp")),
    Case("a lone surrogate", f"{SMS}{FROM}{TO}{CREATED}&message=a%ED%A0%BDb", said("a\ufffd\ufffd\ufffdb")),
    Case("a percent that is none", f"{SMS}{FROM}{TO}{CREATED}&message=100%25%20s%C3%A4ker%%zz", said("100% säker%%zz")),
    Case("equal names: the first", f"{SMS}{FROM}{TO}{CREATED}&message=ett&message=tv%C3%A5&from=%2B46701740606", said("ett")),
    Case("without words", f"{SMS}{FROM}{TO}{CREATED}&message=", said("", kind="media", media="other")),
    Case("white space alone", f"{SMS}{FROM}{TO}{CREATED}&message=%20%0A", said(" \n", kind="media", media="other")),
    Case("a picture with words", f"{MMS}&message=Han%20skickade%20den%20h%C3%A4r&image={IMAGE}0.jpg", pictured("Han skickade den här")),
    Case("a picture alone", f"{MMS}&message=&image={IMAGE}0.jpg", pictured("")),
    Case("a picture and no field for words", f"{MMS}&image={IMAGE}0.jpg", pictured("")),
    Case(
        "four pictures",
        f"{MMS}&message=se&image={IMAGE}0.jpg&image2={IMAGE}1.jpg&image3={IMAGE}2.png&image4={IMAGE}3.gif",
        pictured("se"),
    ),
    Case("an MMS of something else", f"{MMS}&message=", pictured("", "other")),
    Case("an MMS of words", f"{MMS}&message=hej", said("hej", id="m84af96809ff8989f3668c93aaaedb69c")),
    Case("a time with a space", f"{SMS}{FROM}{TO}&created=2018-07-13%2013%3A57%3A23.741000&message=hej", said("hej")),
    Case("sent", f"id={REPORT}&status=sent", Inbound("status", f"{REPORT}:sent", refers=REPORT, status="sent")),
    Case(
        "delivered",
        f"id={REPORT}&status=delivered&delivered=2018-07-13T13%3A57%3A23.741000",
        Inbound("status", f"{REPORT}:delivered", refers=REPORT, status="delivered", at=AT),
    ),
    Case(
        "delivered, with a zone, as in the history",
        f"id={REPORT}&status=delivered&delivered=2018-07-13T13%3A57%3A23.741Z",
        Inbound("status", f"{REPORT}:delivered", refers=REPORT, status="delivered", at=AT),
    ),
    Case(
        "failed",
        f"id={REPORT}&status=failed",
        Inbound("status", f"{REPORT}:failed", refers=REPORT, status="failed", failure="visitor_gone"),
    ),
    Case("a status that is not documented", f"id={REPORT}&status=created", UNKNOWN),
    Case("a report of nothing", "status=delivered", UNKNOWN),
    Case("a report of a strange id", "id=../../etc&status=failed", UNKNOWN),
    Case("from a short number", f"{SMS}&from=71160{TO}{CREATED}&message=Ditt%20saldo", UNKNOWN),
    Case("from a name", f"{SMS}&from=Skatteverket{TO}{CREATED}&message=Hej", UNKNOWN),
    Case("from somebody hidden", f"{SMS}&from={TO}{CREATED}&message=Hej", UNKNOWN),
    Case("from nobody", f"{SMS}{TO}{CREATED}&message=Hej", UNKNOWN),
    Case("from a word for hidden", f"{SMS}&from=anonymous{TO}{CREATED}&message=Hej", UNKNOWN),
    Case("from a number that costs extra", f"{SMS}&from=%2B46939123456{TO}{CREATED}&message=Hej", UNKNOWN),
    Case("from a number abroad that costs extra", f"{SMS}&from=%2B447012345678{TO}{CREATED}&message=Hej", UNKNOWN),
    Case("from a fixed telephone", f"{SMS}&from=%2B4690123456{TO}{CREATED}&message=Hej", UNKNOWN),
    Case("from a machine", f"{SMS}&from=%2B467190012345678{TO}{CREATED}&message=Hej", UNKNOWN),
    Case("from a country that is not answered", f"{SMS}&from=%2B18095551234{TO}{CREATED}&message=Hej", UNKNOWN),
    Case("from our own number", f"{SMS}&from=%2B46766861001{TO}{CREATED}&message=Hej", UNKNOWN),
    Case("to another number", f"{SMS}{FROM}&to=%2B46766861002{CREATED}&message=Hej", UNKNOWN),
    Case("an echo of ours", f"direction=outgoing&id={REPORT}{FROM}{TO}{CREATED}&message=Hej", UNKNOWN),
    Case("an answer in the webhook", f"direction=outgoing-reply&id={REPORT}{FROM}{TO}&message=Hej", UNKNOWN),
    Case("without id", f"direction=incoming{FROM}{TO}{CREATED}&message=Hej", UNKNOWN),
    Case("a call that comes in", f"direction=incoming&callid=caaeaeb26d66463c3b43efe37dd0d12ef{FROM}{TO}&result=newincoming", UNKNOWN),
    Case(
        "a call that is over",
        f"direction=incoming&id=ca63e279d8a343b7da49f87569a108f82{FROM}{TO}&state=success&duration=8&cost=1500"
        "&actions=%5B%7B%22connect%22%3A%20%22%2B4634090510%22%7D%5D",
        UNKNOWN,
    ),
    Case("a reply in a conversation of the beta", f"sms_id=sf8425555e5d8db61dda7a7b3f1b91bdb{FROM}{CREATED}&message=No", UNKNOWN),
)  # fmt: skip

MALFORMED = (
    b"",
    b"&",
    b"=",
    b"&&&&==;;",
    b"null",
    b'{"from": "+46701740605", "message": [null, {"a": NaN}], "id": 1e999}',
    b"\xff\xfe\x00\x01" * 50,
    b"[" * 200_000,
    b"from=" + b"9" * 100_000 + b"&id=s1&message=a",
    b"&".join(b"f%d=1" % i for i in range(5000)),
    b"id=" + b"s" * 201 + b"&from=%2B46701740605&message=a",
    b"status=failed&id=%00",
    b"id=s%C3%A5&from=%2B46701740605&message=a",
    b"created=9999-12-31T23%3A59%3A59.999999-23%3A59&from=x",
)
