"""What content is made of. Plain frozen records; reading and checking them is the registry's work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from content.hours import Schedule

if TYPE_CHECKING:
    from content.places import Places

PEOPLE = ("exploited", "minors", "buyers", "others")  # the groups of topics that tell who asks


class ContentError(ValueError):
    """Content that must not reach a visitor. The message names file, line and what to do."""


@dataclass(frozen=True)
class Contact:
    """Somebody a visitor can turn to; the only place where a phone number stands.

    `serves`: ids of the municipalities and regions that it is there for; none where it is there for all of Sweden.
    """

    id: str
    name: str
    what: str | None
    phone: str | None
    phone_note: str | None
    email: str | None
    url: str | None
    hours: str | None
    open: Schedule | None
    groups: tuple[str, ...]
    show: str
    checked: bool
    reviewed: date
    serves: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fact:
    """A sourced statement that answers rest on."""

    id: str
    says: str
    sources: tuple[str, ...]
    show: str
    checked: bool


@dataclass(frozen=True)
class Topic:
    """What the bot says about one topic.

    `offers` are errands (`letter`, `time`) that have a button before those to other topics. `leads_to` is
    the topic that a plain yes to its question means. `checked` is false where any cited fact is unverified.
    """

    id: str
    group: str
    route: str
    title: str
    choice: str
    answer: str
    next_step: str
    contacts: tuple[str, ...]
    buttons: tuple[str, ...]
    offers: tuple[str, ...]
    leads_to: str | None
    checked: bool


@dataclass(frozen=True)
class RiskReply:
    """What is said first when a risk is heard beside another question."""

    text: str
    contacts: tuple[str, ...]
    covered_by: tuple[str, ...]
    checked: bool


@dataclass(frozen=True)
class Language:
    """What is said to somebody who writes another language than Swedish; `says` has the names of tongues.SAYS.

    `answers` (by topic) and `risks` say the same as the Swedish ones, where somebody has written them.
    `checked` is false until a native speaker has signed.
    """

    code: str
    name: str
    says: Mapping[str, str]
    contacts: tuple[str, ...]
    answers: Mapping[str, str]
    risks: Mapping[str, str]
    checked: bool

    def safety(self) -> str:
        """Give what is said once, first: 112, one's rights, and that a machine wrote it."""
        return " ".join(self.says[name] for name in ("danger", "rights", "machine"))

    def button(self, choice: Mapping[str, str]) -> dict[str, str]:
        """Give an answer to the summons with its title in this language before the Swedish one; any other as it is."""
        name = choice["payload"].replace("share:", "share_").replace("human:", "human_")
        return {**choice, "title": f"{self.says[name]} · {choice['title']}"} if name in self.says else dict(choice)


@dataclass(frozen=True)
class SharedQuestion:
    """What several groups ask in the same words: the topics it is heard as, and the one that each group means.

    `unless`: words that say by themselves whom it is about; one that ends in `*` stands for all that begin so.
    """

    heard_as: tuple[str, ...]
    asked_by: Mapping[str, str]
    unless: tuple[str, ...]


@dataclass(frozen=True)
class Taxonomy:
    """The only list of topics, risks and routes (taxonomy.yml), and who asks what (shared_questions.yml)."""

    routes: tuple[str, ...]
    topics: Mapping[str, tuple[str, str]]
    risks: Mapping[str, str]
    askers: Mapping[str, str] = field(default_factory=dict)
    shared_questions: tuple[SharedQuestion, ...] = ()

    def asker(self, topic: str) -> str | None:
        """Give the group that asks a topic; None where anybody might. Raises KeyError for an unknown topic."""
        group = self.topics[topic][0]
        return self.askers.get(topic) or (group if group in PEOPLE else None)

    def stricter(self, routes: Iterable[str]) -> str:
        """Give the strictest of some routes."""
        return min(routes, key=self.routes.index)

    def route(self, topic: str, risks: Iterable[str] = (), choices: Iterable[str] = ()) -> str:
        """Give the route of a message: the strictest of the topic's and the risks' routes.

        `choices` are the topics asked back when unsure; the topic's route then is the stricter of
        `clarify` and the mildest route among them. Raises KeyError for an unknown topic or risk.
        """
        asked = [self.topics[choice][1] for choice in choices]
        mildest = max(asked, key=self.routes.index) if asked else None
        own = self.stricter(["clarify", mildest]) if mildest else self.topics[topic][1]
        return self.stricter([own, *(self.risks[risk] for risk in risks)])


@dataclass(frozen=True)
class Load:
    """How much one counsellor talks with at once: what conversations weigh, and `most`, the sum they may weigh."""

    most: int
    emergency: int
    other: int

    def weight(self, priority: int) -> int:
        """Give the weight of a conversation by its priority (0: emergency)."""
        return self.emergency if priority == 0 else self.other

    def full(self, now: int) -> bool:
        """Tell whether somebody who carries `now` has no room for one more that is not an emergency."""
        return now + self.other > self.most


@dataclass(frozen=True)
class Organisation:
    """Who runs this instance, when its counsellors read and how much, and whom to name first, per group.

    `warn_minutes`: so long before the counsellors' hours end those who wait are told.
    """

    name: str
    counsellor_hours: Schedule
    counsellor_hours_text: str
    counsellor_load: Load
    warn_minutes: int
    exit_url: str
    reach: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Way:
    """What a visitor is told of how to come to a booked time, with ids of contacts to show beside it."""

    text: str
    contacts: tuple[str, ...]
    checked: bool


@dataclass(frozen=True)
class Place:
    """Where a visit is; one place is one door. `entrance` is None where nobody has confirmed it."""

    id: str
    name: str
    entrance: str | None
    way: Way


@dataclass(frozen=True)
class Booking:
    """What holds for all bookable times. `ways` has `phone` and `chat` where they are offered."""

    lengths: tuple[int, ...]
    book_hours: int
    cancel_hours: int
    days_ahead: int
    apart_minutes: int
    places: Mapping[str, Place]
    ways: Mapping[str, Way]

    def way(self, kind: str, place: str | None) -> Way:
        """Give how to come to a time. Raises KeyError for a kind or place that is not (any more) in the content."""
        return self.places[place or ""].way if kind == "visit" else self.ways[kind]


@dataclass(frozen=True)
class Content:
    """Everything that may be said, checked and ready."""

    taxonomy: Taxonomy
    topics: Mapping[str, Topic]
    contacts: Mapping[str, Contact]
    facts: Mapping[str, Fact]
    risk_replies: Mapping[str, RiskReply]
    sentences: Mapping[str, str]
    risk_titles: Mapping[str, str]
    pseudonyms: tuple[tuple[str, ...], tuple[str, ...]]
    secret_words: tuple[str, ...]
    organisation: Organisation
    booking: Booking
    languages: Mapping[str, Language]
    places: Places
