"""What content is made of. Plain frozen records; reading and checking them is the registry's work."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from content.hours import Schedule

if TYPE_CHECKING:
    from content.in_apps import InApps
    from content.places import Places
    from content.sayings import Sayings  # which reads by content.files, which raises our ContentError

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
class Layer:
    """A text of a topic's own beside its answer, with the ids of the facts that carry it."""

    text: str
    sources: tuple[str, ...]
    checked: bool


@dataclass(frozen=True)
class Variant:
    """The topic as it is said to whom all of `heard` is known of: groups of people, circumstances, risks."""

    heard: frozenset[str]
    topic: Topic


@dataclass(frozen=True)
class Topic:
    """What the bot says about one topic.

    `offers` are errands (`letter`, `time`) that have a button before those to other topics. `leads_to` is the topic
    that a plain yes to its question means. `easy` is the answer in easy-read Swedish (empty for a variant that has
    none), `more` what is told on "berätta mer", `again` other wordings of the answer, `guide` the guided question that
    follows it. `checked` is false where any cited fact is unverified. Of `variants` the first that fits is said.
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
    guide: str | None
    easy: str
    more: Layer | None
    again: tuple[str, ...]
    sources: tuple[str, ...]
    reviewed: date
    checked: bool
    variants: tuple[Variant, ...] = ()

    def said_to(self, heard: Collection[str]) -> Topic:
        """Give the topic as it is said to somebody of whom `heard` is known."""
        return next((variant.topic for variant in self.variants if variant.heard.issubset(heard)), self)


@dataclass(frozen=True)
class Option:
    """An answer to a guided question: its button, how people type it, what is said then, and where it leads.

    `to`: another step, a topic, or None where the guide ends. `topic` is what the answer is understood as.
    """

    id: str
    title: str
    typed: re.Pattern[str]
    says: str | None
    easy: str | None
    contacts: tuple[str, ...]
    to: str | None
    topic: str
    large: bool


@dataclass(frozen=True)
class Step:
    """One question of a guide (guides.yml). `id` is `<guide>:<step>`; `topic` is what it belongs to."""

    id: str
    ask: str
    easy: str | None
    options: tuple[Option, ...]
    topic: str
    sources: tuple[str, ...]
    checked: bool


@dataclass(frozen=True)
class RiskReply:
    """What is said first when a risk is heard beside another question.

    `means` is the topic that an unclear message with this risk is taken to be about.
    """

    text: str
    contacts: tuple[str, ...]
    covered_by: tuple[str, ...]
    means: str | None
    checked: bool
    sources: tuple[str, ...] = ()


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
    sources: tuple[str, ...] = ()

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

    `only`: words of which one must stand there; any will do where there are none.
    `after`: the topic that is meant where a certain topic was answered last, whoever asks.

    `unless`: words that say by themselves whom it is about; one that ends in `*` stands for all that begin so.
    """

    heard_as: tuple[str, ...]
    asked_by: Mapping[str, str]
    unless: tuple[str, ...]
    only: tuple[str, ...] = ()
    after: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Taxonomy:
    """The only list of topics, risks and routes (taxonomy.yml), and who asks what (shared_questions.yml).

    `topics` have group and route. `means` and `risk_means` say what each stands for, in English.
    """

    routes: tuple[str, ...]
    topics: Mapping[str, tuple[str, str]]
    risks: Mapping[str, str]
    askers: Mapping[str, str] = field(default_factory=dict)
    shared_questions: tuple[SharedQuestion, ...] = ()
    means: Mapping[str, str] = field(default_factory=dict)
    risk_means: Mapping[str, str] = field(default_factory=dict)

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
    """Who runs this instance and where, when its counsellors read and how much, and whom to name first, per group.

    `warn_minutes`: so long before the counsellors' hours end those who wait are told. `instead`: by contact, whom to
    show in its place to somebody of whom a circumstance is known; not to buyers, since these lines are for the harmed.
    """

    name: str
    place: str | None
    counsellor_hours: Schedule
    counsellor_hours_text: str
    counsellor_load: Load
    warn_minutes: int
    exit_url: str
    reach: Mapping[str, tuple[str, ...]]
    instead: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def filled(self, text: str) -> str:
        """Give a text with what it says of the organisation; what is only known in a talk stays in braces."""
        return text.replace("{organisation}", self.name).replace("{counsellor_hours}", self.counsellor_hours_text)


@dataclass(frozen=True)
class Way:
    """What a visitor is told of how to come to a booked time, with ids of contacts to show beside it."""

    text: str
    contacts: tuple[str, ...]
    checked: bool
    sources: tuple[str, ...] = ()


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
    steps: Mapping[str, Step]
    contacts: Mapping[str, Contact]
    facts: Mapping[str, Fact]
    risk_replies: Mapping[str, RiskReply]
    sentences: Mapping[str, str]
    risk_titles: Mapping[str, str]
    sayings: Sayings
    pseudonyms: tuple[tuple[str, ...], tuple[str, ...]]
    secret_words: tuple[str, ...]
    in_apps: InApps
    organisation: Organisation
    booking: Booking
    languages: Mapping[str, Language]
    places: Places
