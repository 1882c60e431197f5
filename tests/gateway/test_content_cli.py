"""`varsam content`, the real command, in a copy of content/ that may be written to."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from content.registry import HERE, load_content
from content.reviews import load_reviews, signed_now, wording_of, write_sign_off
from content.roles import load_roles
from content.texts import texts
from tests.system import ROOT

CONTENT = load_content()
TEXTS = {text.id: text for text in texts(CONTENT)}
HARD = "easy: >-\n  Socialtjänstens medarbetare samtalar kostnadsfritt. Kostnadsfrihet gäller.\n  "


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with a copy of content/ alone; the rest of the program is our own."""
    left_out = shutil.ignore_patterns("__pycache__", "gloss", "reviews")
    shutil.copytree(HERE, tmp_path / "content", ignore=left_out)
    return tmp_path


def varsam(here: Path, *command: str) -> tuple[int, str]:
    """Run a command with the content of a folder; give its exit code and all that it prints."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    run = [sys.executable, "-m", "gateway.cli", "content", *command]
    done = subprocess.run(run, cwd=here, env=environment, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def make_ready(here: Path) -> None:
    """Verify everything, look at everything today, and let every role sign: as it will be before a release."""
    root = here / "content"
    for path in root.rglob("*.yml"):
        text = re.sub(r"\bchecked: false\b", "checked: true", path.read_text(encoding="utf-8"))
        text = re.sub(r"reviewed: \d{4}-\d\d-\d\d", f"reviewed: {date.today()}", text)
        path.write_text(text.replace("entrance: null", "entrance: Storgatan 1."), encoding="utf-8")
    content = load_content(root)
    roles = load_roles(content, root)
    for role in roles.values():
        for text in texts(content):
            if role.signs(text):
                write_sign_off(role, signed_now(role, text, "Alva Berg", date.today()), root)


def test_check_counts_under_headings_and_fails_only_before_a_release(here: Path) -> None:
    code, said = varsam(here, "check")
    headings = [line.partition(":")[0] for line in said.splitlines() if re.match(r"[a-z0-9 ]+: \d+$", line)]
    assert code == 0, said
    assert headings == [
        "rather hard to read", "out of reach", "shown but not verified", "not looked at for 90 days", "not signed",
        "badly worded", "only on the web", "too hard to read", "without a source",
    ]  # fmt: skip
    assert "\n  jurist has not signed " in said
    assert "topic cost: jurist has not signed" not in said
    code, said = varsam(here, "check", "--release")
    assert (code, "\n  topic cost: jurist has not signed\n" in said) == (1, True)


def test_release_passes_when_all_is_verified_and_signed_and_fails_for_one_changed_text(here: Path) -> None:
    make_ready(here)
    code, said = varsam(here, "check", "--release")
    assert code == 0, said
    change(here / "content/topics/service/cost.yml", "kostar ingenting", "är gratis")
    code, said = varsam(here, "check", "--release")
    assert (code, f"  topic cost: changed since jurist signed (Alva Berg, {date.today()})" in said) == (1, True)
    assert varsam(here, "check")[0] == 0


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("topics/service/cost.yml", "Råd och samtal", "Hora, råd och samtal", "topic cost: 'Hora' is a label"),
        ("topics/service/cost.yml", "easy: >-\n  ", HARD, "topic cost easy: LIX"),
    ],
)
def test_check_fails_at_any_time_for_bad_words_and_hard_easy_texts(
    here: Path, file: str, old: str, new: str, told: str
) -> None:
    change(here / "content" / file, old, new)
    code, said = varsam(here, "check")
    assert (code, told in said) == (1, True), said


def test_sign_keeps_what_was_said_of_the_wording_as_it_is(here: Path) -> None:
    first = varsam(here, "sign", "jurist", "Alva Berg", "topic cost", "topic cost easy")
    second = varsam(here, "sign", "jurist", "Bo", "topic complaint", "--verdict", "change", "--note", "Nämn IVO: 'så'")
    assert (first, second[0]) == (
        (0, f"topic cost: approved by Alva Berg for jurist, {date.today()}\n"
            f"topic cost easy: approved by Alva Berg for jurist, {date.today()}\n"), 0,
    )  # fmt: skip
    kept = load_reviews(load_roles(CONTENT), here / "content").last
    assert [(id, one.name, one.verdict, one.note, one.hash) for (_, id), one in kept.items()] == [
        ("topic cost", "Alva Berg", "approved", "", wording_of(TEXTS["topic cost"])),
        ("topic cost easy", "Alva Berg", "approved", "", wording_of(TEXTS["topic cost easy"])),
        ("topic complaint", "Bo", "change", "Nämn IVO: 'så'", wording_of(TEXTS["topic complaint"])),
    ]


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        (["sign", "jurst", "Alva", "topic cost"], "there is no role 'jurst'; the roles are jurist, psychiatry,"),
        (
            ["sign", "jurist", "Alva", "topic costs"],
            "there is no text 'topic costs'; 'varsam content print jurist' shows",
        ),
        (
            ["sign", "kast", "Alva", "topic cost"],
            "'topic cost' is not for kast to sign; content/roles.yml says who does.",
        ),
        (["sign", "jurist", "Alva", "topic cost", "topic x"], "there is no text 'topic x'"),
        (["sign", "jurist", "Alva", "topic cost", "--verdict", "change"], "a wanted change needs a note"),
        (
            ["sign", "jurist", "Alva", "topic cost", "--wording", "0123456789abcdef"],
            "has changed since that page was printed",
        ),
        (["print", "jurst"], "there is no role 'jurst'"),
        (["print"], "name one role, or --all and a folder"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_writes_nothing(here: Path, command: list[str], complaint: str) -> None:
    code, said = varsam(here, *command)
    assert (code, said.count("\n"), said.startswith("varsam: "), complaint in said) == (2, 1, True, True), said
    assert not (here / "content/reviews").exists()


def test_sign_takes_the_wording_of_the_page(here: Path) -> None:
    wording = wording_of(TEXTS["topic cost"])
    assert varsam(here, "sign", "jurist", "Alva", "topic cost", "--wording", wording)[0] == 0


def test_print_writes_one_page_or_all(here: Path) -> None:
    assert varsam(here, "print", "medicine", "--out", "medicine.html") == (0, "")
    page = (here / "medicine.html").read_text(encoding="utf-8")
    assert "Granskning: Gynekologi och infektion" in page
    assert varsam(here, "print", "medicine") == (0, page + "\n")
    assert varsam(here, "print", "--all", "pages") == (0, "10 pages in pages\n")
    written = {path.stem for path in (here / "pages").glob("*.html")}
    assert written == set(load_roles(CONTENT))
    assert (here / "pages/medicine.html").read_text(encoding="utf-8") == page
