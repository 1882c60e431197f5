"""The registry's complaints: content is copied, one thing is broken, and the error names file, line and remedy."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from content.model import ContentError
from content.registry import HERE, load_content

COST = "topics/service/cost.yml"
ON_HOLD = "- id: broken\n  says: x\n  sources: [x]\n  checked: true\n  show: hold\n  reviewed: 2026-11-23\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the real content, to be broken."""
    copied = tmp_path / "content"
    shutil.copytree(HERE, copied, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copied


def replace(file: str, pattern: str, new: str) -> Callable[[Path], None]:
    """Give what replaces the first match in a file; it must match."""

    def break_it(root: Path) -> None:
        text, count = re.subn(pattern, new, (root / file).read_text(encoding="utf-8"), count=1, flags=re.M | re.S)
        assert count == 1
        (root / file).write_text(text, encoding="utf-8")

    return break_it


def append(file: str, text: str) -> Callable[[Path], None]:
    def break_it(root: Path) -> None:
        with (root / file).open("a", encoding="utf-8") as opened:
            opened.write("\n" + text)

    return break_it


def on_hold_cited(root: Path) -> None:
    append("facts/service.yml", ON_HOLD)(root)
    replace(COST, r"^sources: \[", "sources: [broken, ")(root)


def bris_twice(root: Path) -> None:
    text = (root / "contacts.yml").read_text(encoding="utf-8")
    entry = re.search(r"^- id: bris\n.*?(?=^- id:)", text, re.M | re.S)
    assert entry is not None
    append("contacts.yml", entry.group())(root)


# What is broken, how, the file named, and what the complaint says.
BROKEN: list[tuple[str, Callable[[Path], None], str, str]] = [
    ("contact without source", replace("contacts.yml", r"(- id: bris\n.*?)  sources:\n(?:  - [^\n]*\n)+", r"\1"),
     "contacts.yml", "'bris' has no source. Give 'sources', or set 'show: hold'."),
    ("fact without source", replace("facts/service.yml", r"^  sources:[^\n]*\n(?:  - [^\n]*\n|    [^\n]*\n)*", ""),
     "facts/service.yml", "has no source. Give 'sources', or set 'show: hold'."),
    ("fact without review", replace("facts/service.yml", r"^  reviewed:[^\n]*\n", ""),
     "facts/service.yml", "has no review date. Give 'reviewed: YYYY-MM-DD'."),
    ("topic without source", replace(COST, r"^sources: [^\n]*", "sources: []"),
     COST, "no source is cited. Give 'sources' with ids of facts."),
    ("topic with unknown fact", replace(COST, r"^sources: \[", "sources: [no_fact, "),
     COST, "unknown fact 'no_fact' in 'sources'. Use an id that exists, or add it."),
    ("topic citing a fact on hold", on_hold_cited,
     COST, "fact 'broken' is on hold. Verify it, or cite another."),
    ("unknown topic", replace(COST, r"^topic: cost", "topic: kost"),
     COST, "unknown topic 'kost'. Use one from taxonomy.yml."),
    ("topic in the wrong file", replace(COST, r"^topic: cost", "topic: anonymity"),
     COST, "topic 'anonymity' belongs in topics/service/anonymity.yml. Move the file."),
    ("unknown button", replace(COST, r"^buttons: [^\n]*", "buttons: [kost]"),
     COST, "unknown topic 'kost' in 'buttons'. Use an id that exists, or add it."),
    ("unknown lead", append(COST, "leads_to: kost\n"),
     COST, "unknown topic 'kost' in 'leads_to'. Use an id that exists, or add it."),
    ("unknown contact", replace(COST, r"^contacts: [^\n]*", "contacts: [briss]"),
     COST, "unknown contact 'briss' in 'contacts'. Use an id that exists, or add it."),
    ("contact on hold", replace(COST, r"^contacts: [^\n]*", "contacts: [umea_mika]"),
     COST, "contact 'umea_mika' may not be shown here. Remove it from 'contacts'."),
    ("contact for staff", replace(COST, r"^contacts: [^\n]*", "contacts: [nspm_stodtelefon]"),
     COST, "contact 'nspm_stodtelefon' may not be shown here. Remove it from 'contacts'."),
    ("number in an answer", replace(COST, r"^answer: >-\n", "answer: >-\n  Ring 090-16 30 50. "),
     COST, "'answer' holds the number '090-16 30 50'. Name a contact instead."),
    ("number with dots", replace(COST, r"^answer: >-\n", "answer: >-\n  Ring 090.16.30.50. "),
     COST, "'answer' holds the number"),
    ("number in a next step", replace(COST, r"^next_step: >-\n", "next_step: >-\n  Ring 116 111. "),
     COST, "'next_step' holds the number '116 111'. Name a contact instead."),
    ("number in a choice", replace(COST, r"^choice: [^\n]*", "choice: Ring 116 111"),
     COST, "'choice' holds the number '116 111'. Name a contact instead."),
    ("number in a sentence", replace("sentences.yml", r"^  danger_first: [^\n]*", "  danger_first: Ring 116 111."),
     "sentences.yml", "'danger_first' holds the number '116 111'. Name a contact instead."),
    ("unknown placeholder", replace(COST, r"^answer: >-\n", "answer: >-\n  {price} "),
     COST, "'answer' has the unknown placeholder 'price'."),
    ("placeholder nobody fills in a topic", replace(COST, r"^answer: >-\n", "answer: >-\n  {reopens} "),
     COST, "'answer' has the unknown placeholder 'reopens'."),
    ("empty answer", replace(COST, r"^answer: .*?^next_step", "answer: ''\nnext_step"),
     COST, "'answer' is missing or empty. Write it."),
    ("topic without review", replace(COST, r"^reviewed: [^\n]*", ""),
     COST, "'cost' has no review date. Give 'reviewed: YYYY-MM-DD'."),
    ("bad hours", replace("contacts.yml", r"(- id: bris\n.*?  open: )always", r"\1{mon: ['8-16']}"),
     "contacts.yml", "'bris': '8-16' is not an interval like 08:00-16:30. Mend 'open' or 'holidays'."),
    ("unknown word for holidays", replace("contacts.yml", r"^  holidays: closed", "  holidays: maybe"),
     "contacts.yml", "'holidays: maybe' is unknown: use closed or as_usual. Mend 'open' or 'holidays'."),
    ("hours without intervals", replace("contacts.yml", r"(- id: bris\n.*?  open: )always", r"\1{mon: null}"),
     "contacts.yml", "'bris': "),
    ("contact twice", bris_twice, "contacts.yml", "contact 'bris' stands twice. Remove one."),
    ("fact twice", append("facts/service.yml", "- id: varsam_machine\n  says: x\n  sources: [x]\n  checked: true\n"
     "  show: default\n  reviewed: 2026-11-23\n"), "facts/", "fact 'varsam_machine' stands twice. Remove one."),
    ("missing risk reply", replace("risk_replies.yml", r"^  solicitation:\n.*\Z", ""),
     "risk_replies.yml", "there must be one reply for each risk of taxonomy.yml, and no other."),
    ("missing risk title", replace("sentences.yml", r"^  solicitation: [^\n]*", ""),
     "sentences.yml", "there must be one title for each risk of taxonomy.yml."),
    ("unknown route", replace("taxonomy.yml", r"(cost:\s+\{group: service, route: )answer", r"\1anwser"),
     "taxonomy.yml", "'cost' has the unknown route 'anwser'."),
    ("unknown asker", replace("shared_questions.yml", r"worried_parent: others", "worried_parent: parents"),
     "shared_questions.yml", "unknown group 'parents' in 'askers'. Use an id that exists, or add it."),
    ("unknown topic of a shared question", replace("shared_questions.yml", r"buyers: buying_law", "buyers: law"),
     "shared_questions.yml", "unknown topic 'law' in 'asked_by'. Use an id that exists, or add it."),
    ("shared question heard as nothing", replace("shared_questions.yml", r"heard_as: \[[^\n]*", "heard_as: []"),
     "shared_questions.yml", "'heard_as' is missing, or both 'asked_by' and 'after' are. Write it."),
    ("topic in two shared questions", replace("shared_questions.yml", r"heard_as: \[selling_legal,",
     "heard_as: [stop_buying,"), "shared_questions.yml", "'stop_buying' stands in two questions. Keep one."),
    ("bad counsellor hours", replace("organisation.yml", r'mon: \["08:00-16:30"\]', "måndag: []"),
     "organisation.yml", "counsellor_hours: unknown weekday 'måndag': use mon, tue, wed, thu, fri, sat, sun. Mend it."),
    ("counsellors' holidays left out", replace("organisation.yml", r"^  holidays: closed\n", ""),
     "organisation.yml", "'counsellor_hours.holidays' is missing. Say 'closed' or 'as_usual'."),
    ("exception without a date", replace("organisation.yml", r"^  exceptions: \[\]", "  exceptions: [{open: []}]"),
     "organisation.yml", "counsellor_hours: an exception needs a 'date' like 2026-12-23. Mend it."),
    ("exception with bad hours",
     replace("organisation.yml", r"^  exceptions: \[\]", "  exceptions: [{date: 2026-12-23, open: ['8-12']}]"),
     "organisation.yml", "counsellor_hours: '8-12' is not an interval like 08:00-16:30. Mend it."),
    ("exception twice", replace("organisation.yml", r"^  exceptions: \[\]",
     "  exceptions: [{date: 2026-12-23, open: []}, {date: 2026-12-23, open: []}]"),
     "organisation.yml", "counsellor_hours: the exception 2026-12-23 stands twice. Mend it."),
    ("load in words", replace("organisation.yml", r"most: 4", "most: many"),
     "organisation.yml", "'most' is missing or wrong. Give a whole number, 1 or more."),
    ("load without room for one", replace("organisation.yml", r"most: 4, emergency: 3, other: 1",
     "most: 1, emergency: 1, other: 2"),
     "organisation.yml", "'counsellor_load.most' is less than one conversation weighs. Raise it."),
    ("warning in words", replace("organisation.yml", r"warn_minutes: 10", "warn_minutes: soon"),
     "organisation.yml", "'warn_minutes' is missing or wrong. Give a whole number, 0 or more."),
    ("contact on hold in reach", replace("organisation.yml", r"minors: \[bris", "minors: [umea_kast"),
     "organisation.yml", "contact 'umea_kast' may not be shown here. Remove it from 'contacts'."),
    ("too few secret words", replace("secret_words.yml", r"^words: \[.*\]", "words: [gran, sked]"),
     "secret_words.yml", "'words' has 2 words. Give at least 1024: a key must not be guessed."),
    ("secret words alike", replace("secret_words.yml", r"^words: \[", "words: [blabar,"),
     "secret_words.yml", "'blabar' stands twice, or differs only in å, ä or ö. Remove one."),
    ("secret word that is none", replace("secret_words.yml", r"^words: \[", "words: [on,"),
     "secret_words.yml", "'True' is not a word of letters alone. Quote or replace it."),
    ("empty pseudonyms", replace("pseudonyms.yml", r"^second: [^\n]*", "second: []"),
     "pseudonyms.yml", "'first' and 'second' must each hold words."),
]  # fmt: skip


def test_real_content_loads_whole() -> None:
    content = load_content()

    assert set(content.topics) == set(content.taxonomy.topics)
    assert set(content.risk_replies) == set(content.risk_titles) == set(content.taxonomy.risks)


def test_copy_loads_like_the_real_content(root: Path) -> None:
    assert load_content(root) == load_content()


@pytest.mark.parametrize(("break_it", "file", "complaint"), [one[1:] for one in BROKEN], ids=[one[0] for one in BROKEN])
def test_load_content_names_file_line_and_remedy(
    root: Path, break_it: Callable[[Path], None], file: str, complaint: str
) -> None:
    break_it(root)
    with pytest.raises(ContentError) as refused:
        load_content(root)
    assert re.match(rf"content/{re.escape(file)}.*: line \d+: ", str(refused.value))
    assert complaint in str(refused.value)


def test_complaint_names_the_line_of_the_entry(root: Path) -> None:
    line = (root / "contacts.yml").read_text(encoding="utf-8").splitlines().index("- id: bris") + 1
    replace("contacts.yml", r"(- id: bris\n.*?  open: )always", r"\1sometimes")(root)
    with pytest.raises(ContentError, match=rf"contacts\.yml: line {line}: "):
        load_content(root)


def test_missing_topic_file_is_named(root: Path) -> None:
    (root / COST).unlink()
    with pytest.raises(ContentError, match=r"^content/topics: no file for cost\. Write one for each\.$"):
        load_content(root)


def test_unreadable_yaml_is_named(root: Path) -> None:
    (root / COST).write_text("topic: [", encoding="utf-8")
    with pytest.raises(ContentError, match=r"(?s)^content/topics/service/cost\.yml: .*line \d+.*Mend the file\.$"):
        load_content(root)


@pytest.mark.parametrize("file", ["contacts.yml", "taxonomy.yml", "sentences.yml", "risk_replies.yml"])
def test_file_without_its_section_is_a_complaint(root: Path, file: str) -> None:
    (root / file).write_text("something_else: {}\n", encoding="utf-8")
    with pytest.raises(ContentError, match=file):
        load_content(root)


def test_missing_file_is_a_complaint(root: Path) -> None:
    (root / "contacts.yml").unlink()
    with pytest.raises(ContentError, match=r"contacts\.yml"):
        load_content(root)
