"""One printable page for a reviewing role: every text it must sign, with facts, triggers and neighbours. Pure.

Plain HTML on A4: no script, no request, nothing from outside; whatever is put in is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from html import escape

from content.model import Contact, Content, Fact
from content.neighbours import leads_here, leads_on
from content.review_words import PageWords
from content.reviews import Reviews, wording_of
from content.roles import Role
from content.texts import Text, texts
from content.wording import lix, words

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
# What a line of a language says, as the sentence that says the same in Swedish.
LIKE_SENTENCE = {
    "danger": "danger_first", "human": "choice_human", "summons": "summons", "summons_danger": "summons_emergency",
    "nobody": "closed_now_danger", "broken": "fallback", "share_yes": "share_yes", "share_no": "share_no",
    "human_no": "human_no",
}  # fmt: skip


@dataclass(frozen=True)
class _Page:
    """What every entry of the page is made from."""

    content: Content
    role: Role
    reviews: Reviews
    words: PageWords
    examples: Mapping[str, tuple[str, ...]]
    says: Mapping[str, str]

    def label(self, name: str, **values: object) -> str:
        return escape(self.words.labels[name].format(**values))


def review_page(
    content: Content,
    role: Role,
    reviews: Reviews,
    words: PageWords,
    examples: Mapping[str, tuple[str, ...]],
    today: date,
) -> str:
    """Give the page of a role. `examples`: lines that people might write, by topic."""
    everything = list(texts(content))
    page = _Page(content, role, reviews, words, examples, {text.id: text.says for text in everything})
    theirs = [text for text in everything if role.signs(text)]
    signed = sum(reviews.standing(role, text) == "signed" for text in theirs)
    title = f"{page.label('title')}: {escape(role.title)}"
    return "\n".join(
        (
            '<!doctype html>\n<html lang="sv">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>\n<style>{words.style}</style>\n</head>\n<body>",
            f"<header>\n<h1>{title}</h1>",
            f"<p>{page.label('answers_for')}: {escape(role.answers_for)}</p>",
            f"<p>{page.label('organisation')}: {escape(content.organisation.name)}.",
            f"{page.label('printed')} {today}.</p>",
            f"<p>{page.label('summary', count=len(theirs), signed=signed)}</p>\n<p>{page.label('how')}</p>\n</header>",
            f'<nav aria-labelledby="contents">\n<h2 id="contents">{page.label("contents")}</h2>',
            _list(f'<a href="#t{number}">{escape(_title(page, text))}</a>' for number, text in enumerate(theirs, 1)),
            "</nav>\n<main>",
            *(_entry(page, number, text) for number, text in enumerate(theirs, 1)),
            "</main>\n</body>\n</html>\n",
        )
    )


def _title(page: _Page, text: Text) -> str:
    """Say what a text is and what it is about, in words."""
    content, about = page.content, text.id.partition(" ")[2]
    if text.topic is not None:
        about = content.topics[text.topic].title
    elif text.risk is not None:
        about = content.risk_titles[text.risk]
    elif text.kind == "language":
        about = content.languages[about].name
    kind = page.words.kinds[text.kind]
    return f"{about} · {kind} · {_heard(page, text)}" if text.heard else f"{about} · {kind}"


def _heard(page: _Page, text: Text) -> str:
    names = {**page.content.risk_titles, **page.words.heard}
    return ", ".join(names.get(one, one) for one in sorted(text.heard))


def _entry(page: _Page, number: int, text: Text) -> str:
    rows = [f"<dt>{page.label(name)}</dt>\n<dd>{value}</dd>" for name, value in _rows(page, text) if value]
    measure = f"{len(words(text.says))} {page.label('words')} · LIX {lix(text.says):.0f}"
    return "\n".join(
        (
            f'<article aria-labelledby="t{number}">',
            f'<h2 id="t{number}">{number}. {escape(_title(page, text))} <code>{escape(text.id)}</code></h2>',
            f'<div class="says">{_says(page, text)}</div>',
            f'<p class="measure">{measure} · {page.label("wording")} <code>{wording_of(text)}</code></p>',
            "<dl>",
            *rows,
            "</dl>",
            f'<div class="notes">{page.label("notes")}</div>',
            f'<p class="sign">{_tick(page, "approve")}{_tick(page, "change")}'
            f'<span>{page.label("name")}</span><span class="line"></span>'
            f'<span>{page.label("date")}</span><span class="line"></span></p>',
            "</article>",
        )
    )


def _says(page: _Page, text: Text) -> str:
    """Give the text itself; of a language each line in its own script, with the Swedish that it says the same as."""
    if text.kind != "language":
        return f"<p>{escape(text.says)}</p>"
    code = text.id.partition(" ")[2]
    parts = []
    for line in text.says.splitlines():
        name, _, says = line.partition(": ")
        swedish = page.says.get(name) or page.says.get(f"sentence {LIKE_SENTENCE.get(name)}")
        beside = f"<br><small>{page.label('swedish')}: {escape(swedish)}</small>" if swedish else ""
        said = f'<span lang="{escape(code)}" dir="auto">{escape(says)}</span>'
        parts.append(f'<p><span class="name">{escape(name)}</span>{said}{beside}</p>')
    return "\n".join(parts)


def _rows(page: _Page, text: Text) -> Iterator[tuple[str, str]]:
    """Yield label and HTML of each row under a text; empty where there is nothing to tell."""
    content, taxonomy = page.content, page.content.taxonomy
    means = taxonomy.means.get(text.topic or "") or taxonomy.risk_means.get(text.risk or "")
    yield "means", f'<span lang="en">{escape(means)}</span>' if means else ""
    yield "heard", escape(_heard(page, text))
    yield "route", escape(page.words.routes.get(text.route or "", ""))
    if text.kind in ("answer", "button"):
        yield "examples", _list(escape(line) for line in page.examples.get(text.topic or "", ()))
    if text.risk is not None:
        covered = content.risk_replies[text.risk].covered_by
        yield "covered_by", escape(", ".join(content.topics[topic].title for topic in covered))
    yield "leads_here", _list(escape(one) for one in leads_here(content, text))
    yield "leads_on", _list(escape(one) for one in leads_on(content, text, page.words.errands))
    yield "contacts", _list(_card(page, content.contacts[contact]) for contact in text.contacts)
    if text.kind not in ("button", "sentence"):
        yield "facts", _list(_fact(page, content.facts[fact]) for fact in text.sources) or page.label("no_facts")
    found = page.reviews.of(page.role, text)
    values = {"name": found.name, "date": found.date, "note": found.note} if found else {}
    yield "signature", escape(page.words.standing[page.reviews.standing(page.role, text)].format(**values))


def _card(page: _Page, contact: Contact) -> str:
    hours = contact.hours or page.words.labels["hours_unknown"]
    told = [contact.name, contact.phone, contact.email, contact.url, hours]
    looked = f"{_verified(page, contact.checked)}, {page.label('looked_at', date=contact.reviewed)}"
    return f"{escape(' · '.join(filter(None, told)))} ({looked})"


def _fact(page: _Page, fact: Fact) -> str:
    sources = escape("; ".join(fact.sources))
    return (
        f"{escape(fact.says)} <code>{escape(fact.id)}</code> "
        f"({_verified(page, fact.checked)}. {page.label('source')}: {sources})"
    )


def _verified(page: _Page, checked: bool) -> str:
    return page.label("verified" if checked else "unverified")


def _tick(page: _Page, name: str) -> str:
    return f'<span><span class="tick"></span>{page.label(name)}</span>'


def _list(items: Iterable[str]) -> str:
    """Give a list of what is HTML already; nothing where there is nothing."""
    found = [f"<li>{item}</li>" for item in items]
    return f"<ul>\n{''.join(found)}\n</ul>" if found else ""
