"""Who must sign what, that a sign-off holds for one wording, and the page that a role reads."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from content.model import Content, ContentError
from content.registry import HERE, load_content
from content.review_page import review_page
from content.review_words import examples_of, load_page_words
from content.reviews import SignOff, awaited, load_reviews, signed_now, unsigned, wording_of, write_sign_off
from content.roles import load_roles
from content.texts import Text, texts

CONTENT = load_content()
ROLES = load_roles(CONTENT)
TEXTS = {text.id: text for text in texts(CONTENT)}
NOBODY, TODAY = load_reviews(ROLES, Path("/nowhere")), date(2026, 11, 26)
EXAMPLES = examples_of(HERE.parent / "data/nlu", CONTENT.taxonomy)
# Bare names of days, months and times, which say nothing by themselves.
NO_ROLE = re.compile(r"sentence (day_|month_|after_|reopens_|reads_|moment$)")


def signs(id: str) -> set[str]:
    return {role.id for role in ROLES.values() if role.signs(TEXTS[id])}


def signed_by(tmp_path: Path, role: str, *ids: str, verdict: str = "approved", note: str = "") -> Path:
    for id in ids:
        write_sign_off(ROLES[role], signed_now(ROLES[role], TEXTS[id], "Alva Berg", TODAY, verdict, note), tmp_path)
    return tmp_path


def with_answer(topic: str, answer: str) -> Content:
    changed = replace(CONTENT.topics[topic], answer=answer)
    return replace(CONTENT, topics={**CONTENT.topics, topic: changed})


def page_of(content: Content, role: str, root: Path = Path("/nowhere")) -> str:
    reviews = load_reviews(ROLES, root)
    return review_page(content, ROLES[role], reviews, load_page_words(), EXAMPLES, TODAY)


def entry_of(page: str, id: str) -> str:
    """Give one text's part of a page, as it is read."""
    found = next(part for part in page.split("<article")[1:] if f"<code>{id}</code></h2>" in part)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", found)).split())


def test_there_are_the_ten_roles_and_every_text_has_one() -> None:
    assert sorted(ROLES) == [
        "barnahus", "easy_read", "jurist", "kast", "medicine", "migration", "mika", "native_speaker", "police", "psychiatry",
    ]  # fmt: skip
    without = [id for id in TEXTS if not signs(id) and not NO_ROLE.match(id)]
    assert without == []


@pytest.mark.parametrize(
    ("id", "roles"),
    [
        ("topic suicidal", {"psychiatry"}),
        ("topic sex_as_self_harm", {"psychiatry", "barnahus"}),
        ("topic minor_duty_to_report", {"barnahus", "jurist"}),
        ("topic minor_duty_to_report easy", {"barnahus", "jurist", "easy_read"}),
        ("topic anonymity", {"jurist"}),
        ("topic anonymity for minors", {"jurist", "barnahus"}),
        ("topic stop_buying", {"kast", "jurist"}),
        ("topic wants_to_buy", {"kast", "jurist", "mika"}),
        ("topic raped_recently", {"medicine", "police", "psychiatry"}),
        ("topic acute_danger", {"police", "psychiatry"}),
        ("topic residence_permit", {"migration", "mika"}),
        ("topic tip_police", {"police"}),
        ("risk reply suicide", {"psychiatry"}),
        ("risk reply child_victim_of_writer", {"barnahus", "kast", "jurist", "police"}),
        ("language ti", {"native_speaker"}),
    ],
)
def test_a_text_is_signed_by_those_whose_it_is(id: str, roles: set[str]) -> None:
    assert signs(id) == roles


def test_where_nobody_has_signed_every_role_is_awaited() -> None:
    assert len(unsigned(CONTENT, ROLES, NOBODY)) == sum(len(signs(id)) for id in TEXTS)
    assert "topic cost: jurist has not signed" in unsigned(CONTENT, ROLES, NOBODY)
    assert [line.split()[0] for line in awaited(CONTENT, ROLES, NOBODY)] == list(ROLES)


def test_a_sign_off_holds_until_the_text_is_changed(tmp_path: Path) -> None:
    reviews = load_reviews(ROLES, signed_by(tmp_path, "jurist", "topic cost"))
    assert [line for line in unsigned(CONTENT, ROLES, reviews) if line.startswith("topic cost:")] == []
    lines = unsigned(with_answer("cost", "Det kostar inget."), ROLES, reviews)
    assert "topic cost: changed since jurist signed (Alva Berg, 2026-11-26)" in lines
    assert "topic cost: changed since jurist signed (Alva Berg, 2026-11-26)" in awaited(
        with_answer("cost", "Det kostar inget."), ROLES, reviews
    )


def test_a_wanted_change_is_no_signature_and_the_last_word_counts(tmp_path: Path) -> None:
    signed_by(tmp_path, "jurist", "topic cost")
    signed_by(tmp_path, "jurist", "topic cost", verdict="change", note="Säg: avgift")
    wanted = "topic cost: jurist wants a change (Alva Berg, 2026-11-26): Säg: avgift"
    assert wanted in unsigned(CONTENT, ROLES, load_reviews(ROLES, tmp_path))
    reviews = load_reviews(ROLES, signed_by(tmp_path, "jurist", "topic cost"))
    assert [line for line in unsigned(CONTENT, ROLES, reviews) if line.startswith("topic cost:")] == []


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    said = SignOff("topic cost", "0123456789012345", "Åsa: Ö", TODAY, "change", "- 'så' här #1")
    write_sign_off(ROLES["jurist"], said, tmp_path)
    write_sign_off(ROLES["jurist"], replace(said, text="topic gone"), tmp_path)
    assert load_reviews(ROLES, tmp_path).last == {
        ("jurist", "topic cost"): said,
        ("jurist", "topic gone"): replace(said, text="topic gone"),
    }


def test_all_signed_leaves_nothing(tmp_path: Path) -> None:
    for role in ROLES:
        signed_by(tmp_path, role, *(id for id, text in TEXTS.items() if ROLES[role].signs(text)))
    reviews = load_reviews(ROLES, tmp_path)
    assert (unsigned(CONTENT, ROLES, reviews), awaited(CONTENT, ROLES, reviews)) == ([], [])


def test_a_topic_that_no_role_signs_is_named() -> None:
    few = {"easy_read": ROLES["easy_read"]}
    assert "topic cost: no role signs it; name its topic or its group in roles.yml" in unsigned(CONTENT, few, NOBODY)


@pytest.mark.parametrize(
    ("role", "name", "verdict", "note", "complaint"),
    [
        ("kast", "Alva", "approved", "", "'topic cost' is not for kast to sign"),
        ("jurist", " ", "approved", "", "needs a name"),
        ("jurist", "Alva", "yes", "", "the verdict 'yes' is unknown"),
        ("jurist", "Alva", "change", " ", "needs a note"),
    ],
)
def test_what_is_no_sign_off_is_refused(role: str, name: str, verdict: str, note: str, complaint: str) -> None:
    with pytest.raises(ContentError, match=complaint):
        signed_now(ROLES[role], TEXTS["topic cost"], name, TODAY, verdict, note)


QUOTED = "'0123456789012345'"
GOOD = f"{{text: topic cost, hash: {QUOTED}, name: A, date: 2026-11-26, verdict: approved}}"


@pytest.mark.parametrize(
    ("name", "written", "complaint"),
    [
        ("jurst", f"sign_offs: [{GOOD}]", "reviews/jurst.yaml: line 1: unknown role 'jurst'"),
        ("jurist", f"signed: [{GOOD}]", "the section 'sign_offs' is missing"),
        ("jurist", "sign_offs: [topic cost]", "'sign_offs' holds 'topic cost'"),
        ("jurist", f"sign_offs: [{GOOD.replace('approved', 'ok')}]", "line 1: 'verdict: ok' is unknown"),
        ("jurist", f"sign_offs: [{GOOD.replace('2026-11-26', 'today')}]", "'date' is missing or wrong"),
        ("jurist", f"sign_offs: [{GOOD.replace('name: A, ', '')}]", "'name' is missing"),
        ("jurist", f"sign_offs: [{GOOD.replace(QUOTED, '123')}]", "'hash' is missing or empty"),
    ],
)
def test_a_broken_file_of_sign_offs_is_told(tmp_path: Path, name: str, written: str, complaint: str) -> None:
    (tmp_path / "reviews").mkdir()
    (tmp_path / f"reviews/{name}.yaml").write_text(written, encoding="utf-8")
    with pytest.raises(ContentError, match=re.escape(complaint)):
        load_reviews(ROLES, tmp_path)


def _swap(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (_swap("groups: [service, buyers]", "groups: [services]"), "unknown group 'services' in 'groups'"),
        (_swap("topics: [raped_recently, health_care]", "topics: [health]"), "unknown topic 'health' in 'topics'"),
        (_swap("kinds: [language]", "kinds: [tongue]"), "unknown kind 'tongue' in 'kinds'"),
        (_swap("heard: [no_papers]", "heard: [no_paper]"), "unknown heard 'no_paper' in 'heard'"),
        (_swap('"sentence choice_buyer"', '"sentence choice_byer"'), "no text has the id 'sentence choice_byer'"),
        (_swap("      kinds: [easy]", "      sorts: [easy]"), "unknown 'sorts' in 'signs'"),
        (_swap("    title: Jurist\n", ""), "'title' is missing"),
    ],
)
def test_a_broken_role_is_told_with_its_line(tmp_path: Path, change: Callable[[str], str], complaint: str) -> None:
    ours = (HERE / "roles.yml").read_text(encoding="utf-8")
    assert change(ours) != ours
    (tmp_path / "roles.yml").write_text(change(ours), encoding="utf-8")
    with pytest.raises(ContentError, match=re.escape(complaint)) as raised:
        load_roles(CONTENT, tmp_path)
    assert re.search(r"roles\.yml: line \d+: ", str(raised.value))


def test_the_page_has_the_sentence_its_facts_what_triggers_it_and_its_neighbours() -> None:
    entry, cost = entry_of(page_of(CONTENT, "jurist"), "topic cost"), CONTENT.topics["cost"]
    facts = [CONTENT.facts[fact] for fact in cost.sources]
    assert f"{cost.answer} {cost.next_step}" in entry
    assert [part for fact in facts for part in (fact.says, fact.id, *fact.sources) if part not in entry] == []
    assert "Betyder what does it cost Vad som händer svaret ges Så kan någon skriva " in entry
    assert "vad kostar det är det gratis måste jag betala nåt" in entry
    human = CONTENT.topics["talk_to_human"]
    assert f"{human.choice} → {human.title}" in entry.partition("Härifrån leder")[2]
    bris = CONTENT.contacts["bris"]
    assert f"{bris.name} · {bris.phone} · {bris.email or bris.url}" in entry
    assert f"(kontrollerad, senast sedd {bris.reviewed})" in entry
    assert f"Lydelse {wording_of(TEXTS['topic cost'])}" in entry
    assert "Underskrift Inte underskriven. Anteckningar Godkänd Ändras Namn Datum" in entry


def test_the_page_has_what_leads_to_a_text() -> None:
    here = [topic.title for topic in CONTENT.topics.values() if "delete_chat" in topic.buttons]
    leads = entry_of(page_of(CONTENT, "jurist"), "topic delete_chat").partition("Hit leder")[2].partition("Härifrån")[0]
    assert (len(here) > 2, [title for title in here if title not in leads]) == (True, [])
    step, options = CONTENT.steps["exploited:danger"], CONTENT.steps["exploited:safe"].options
    asked = entry_of(page_of(CONTENT, "mika"), f"guide {step.id}")
    answers = [f"{CONTENT.steps['exploited:safe'].ask} – {option.title}" for option in options if option.to == step.id]
    assert (answers != [], [answer for answer in answers if answer not in asked]) == (True, [])


def test_the_page_tells_what_a_risk_a_variant_a_guide_and_a_language_are() -> None:
    assert "wants to die" in (risk := entry_of(page_of(CONTENT, "psychiatry"), "risk reply suicide"))
    assert "Sägs inte före svaret på Tankar på att inte leva" in risk
    variant = entry_of(page_of(CONTENT, "barnahus"), "topic anonymity for minors")
    assert "Sägs till den som är under 18" in variant
    step = CONTENT.steps["suicide:now"]
    guide = entry_of(page_of(CONTENT, "psychiatry"), "guide suicide:now")
    assert [option.title for option in step.options if option.title not in guide] == []
    english = entry_of(page_of(CONTENT, "native_speaker"), "language en")
    assert f"share_yes Yes, show it På svenska: {CONTENT.sentences['share_yes']}" in english


@pytest.mark.parametrize("role", ROLES)
def test_every_page_holds_all_texts_of_its_role_and_no_word_of_ours_is_missing(role: str) -> None:
    page = page_of(CONTENT, role)
    ids = [id for id, text in TEXTS.items() if ROLES[role].signs(text)]
    assert re.findall(r"<code>([^<]*)</code></h2>", page) == ids
    assert "{" not in re.sub(r"<style>.*?</style>|<div class=\"says\">.*?</div>", "", page, flags=re.S)


def test_the_page_says_who_has_signed(tmp_path: Path) -> None:
    signed_by(tmp_path, "jurist", "topic cost", "topic anonymity", "topic complaint")
    signed_by(tmp_path, "jurist", "topic complaint", verdict="change", note="Nämn IVO")
    page = page_of(with_answer("anonymity", "Ja."), "jurist", tmp_path)
    count = sum(ROLES["jurist"].signs(text) for text in TEXTS.values())
    assert f"{count} texter, varav 1 är godkända" in page
    assert "Godkänd av Alva Berg 2026-11-26." in entry_of(page, "topic cost")
    assert "Texten är ändrad sedan Alva Berg skrev under 2026-11-26." in entry_of(page, "topic anonymity")
    assert "Alva Berg bad 2026-11-26 om en ändring: Nämn IVO" in entry_of(page, "topic complaint")


class Tags(HTMLParser):
    """Follows which elements are open, and keeps every attribute that was met."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.met: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.met += [(tag, name, value) for name, value in attrs] or [(tag, "", None)]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("role", ROLES)
def test_the_page_is_whole_asks_nothing_of_anybody_and_runs_nothing(role: str) -> None:
    tags = Tags()
    tags.feed(page_of(CONTENT, role))
    assert tags.open == []
    assert {tag for tag, _, _ in tags.met} & {"script", "link", "img", "iframe", "form"} == set()
    assert [value for _, name, value in tags.met if name in ("src", "action") or name.startswith("on")] == []
    ids = {value for _, name, value in tags.met if name == "id"}
    leads = [str(value) for _, name, value in tags.met if name == "href"]
    assert [lead for lead in leads if lead.removeprefix("#") not in ids] == []
    assert "url(" not in load_page_words().style


def test_whatever_is_put_in_is_escaped(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script> & \"så\" 'här'"
    content = with_answer("cost", evil)
    said = Text("topic cost", "x", "answer", "service", topic="cost")
    write_sign_off(ROLES["jurist"], signed_now(ROLES["jurist"], said, evil, TODAY, "approved"), tmp_path)
    page = page_of(content, "jurist", tmp_path)
    assert "<script" not in page
    entry = entry_of(page, "topic cost")
    assert f"{evil} {content.topics['cost'].next_step}" in entry
    assert f"Texten är ändrad sedan {evil} skrev under" in entry


def test_no_examples_where_the_folder_is_not_there(tmp_path: Path) -> None:
    assert examples_of(tmp_path, CONTENT.taxonomy) == {}
    assert [topic for topic in CONTENT.topics if len(EXAMPLES.get(topic, ())) != 3] == []


def test_another_municipality_without_languages_and_bookings_has_roles_too(tmp_path: Path) -> None:
    root = tmp_path / "content"
    shutil.copytree(HERE, root, ignore=shutil.ignore_patterns("*.py", "__pycache__", "gloss"))
    for path in (root / "languages").glob("*.yml"):
        path.unlink()
    content = load_content(root)
    assert len(load_roles(content, root)) == len(ROLES)
