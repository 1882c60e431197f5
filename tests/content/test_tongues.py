"""The other languages' files: complete, 112 first, no number of their own, unchecked until signed, danger heard in each."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from content.check import unverified
from content.model import Content, ContentError
from content.registry import HERE, load_content
from content.risks import RiskLexicon
from content.tongues import SAYS

CODES = ["ar", "bg", "en", "es", "fi", "fr", "pl", "prs", "ro", "ru", "se", "so", "sq", "th", "ti", "uk", "vi"]
RISKS = {"acute_danger", "suicide", "coercion", "minor", "sexual_violence"}
SCRIPTS = {"ar": "\u0600-\u06ff", "prs": "\u0600-\u06ff", "bg": "\u0400-\u04ff", "ru": "\u0400-\u04ff",
           "uk": "\u0400-\u04ff", "th": "\u0e00-\u0e7f", "ti": "\u1200-\u137f"}  # fmt: skip
# What must be heard: help or danger, the passport, wanting to die, being under age, rape; in Latin letters too.
HEARD = {
    "ar": [("acute_danger", "ana fi khatar"), ("acute_danger", "musaada"), ("coercion", "أخذوا جواز سفري"), ("suicide", "أريد أن أموت"),
           ("minor", "عمري 15 سنة"), ("sexual_violence", "اغتصبني")],
    "bg": [("acute_danger", "помощ"), ("acute_danger", "pomognete mi"), ("coercion", "взеха ми паспорта"), ("suicide", "искам да умра"),
           ("minor", "на 16 години съм"), ("sexual_violence", "изнасилиха ме")],
    "en": [("acute_danger", "he locked me in the room"), ("coercion", "they took my passport"), ("suicide", "i want to die"),
           ("minor", "i am 15"), ("sexual_violence", "i was raped")],
    "es": [("acute_danger", "estoy encerrada"), ("coercion", "me quitaron el pasaporte"), ("suicide", "quiero morir"),
           ("minor", "tengo 16 años"), ("sexual_violence", "me violaron")],
    "fi": [("acute_danger", "auttakaa, olen lukittuna"), ("coercion", "hän vei minun passin"), ("suicide", "haluan kuolla"),
           ("minor", "olen 16 vuotias"), ("sexual_violence", "minut raiskattiin")],
    "fr": [("acute_danger", "je suis enfermée"), ("coercion", "il a pris mon passeport"), ("suicide", "je veux mourir"),
           ("minor", "j'ai 16 ans"), ("sexual_violence", "j'ai été violée")],
    "pl": [("acute_danger", "zamknęli mnie"), ("coercion", "zabrali mi paszport"), ("suicide", "chcę umrzeć"), ("minor", "mam 16 lat"),
           ("sexual_violence", "zgwałcili mnie")],
    "prs": [("acute_danger", "کمک کنید"), ("acute_danger", "komak konid"), ("coercion", "پاسپورتم را گرفتند"), ("suicide", "می‌خواهم بمیرم"),
            ("minor", "من ۱۶ ساله هستم"), ("sexual_violence", "به من تجاوز کردند")],
    "ro": [("acute_danger", "m-a încuiat în casă"), ("coercion", "mi-au luat pașaportul"), ("suicide", "vreau să mor"),
           ("minor", "am 16 ani"), ("sexual_violence", "am fost violată")],
    "ru": [("acute_danger", "pomogite"), ("acute_danger", "меня заперли"), ("coercion", "они забрали мой паспорт"), ("suicide", "ne hochu zhit"),
           ("minor", "мне 15 лет"), ("sexual_violence", "меня изнасиловали")],
    "se": [("acute_danger", "veahket mu"), ("coercion", "son válddii, bággejit mu"), ("suicide", "háliidan jápmit"),
           ("minor", "mun lean 15 jagi"), ("sexual_violence", "veagalváldin")],
    "so": [("acute_danger", "i caawi"), ("coercion", "baasaboorkayga way qaateen"), ("suicide", "waxaan rabaa inaan dhinto"),
           ("minor", "waxaan jiraa 15"), ("sexual_violence", "waa la i kufsaday")],
    "sq": [("acute_danger", "më kanë mbyllur"), ("coercion", "ma morën pasaportën"), ("suicide", "dua të vdes"), ("minor", "jam 16 vjeç"),
           ("sexual_violence", "më përdhunuan")],
    "th": [("acute_danger", "ช่วยด้วย"), ("acute_danger", "chuay duay"), ("coercion", "เขายึดพาสปอร์ต"), ("suicide", "อยากตาย"),
           ("minor", "หนูอายุ 15"), ("sexual_violence", "โดนข่มขืน")],
    "ti": [("acute_danger", "ሓግዙኒ"), ("acute_danger", "hagizuni"), ("coercion", "ፓስፖርተይ ወሲዶሙለይ"), ("suicide", "ክመውት እደሊ"),
           ("minor", "16 ዓመት"), ("sexual_violence", "ዓሚጾምኒ")],
    "uk": [("acute_danger", "dopomozhit"), ("acute_danger", "мене замкнули"), ("coercion", "забрали мій паспорт"), ("suicide", "не хочу жити"),
           ("minor", "мені 15 років"), ("sexual_violence", "мене зґвалтували")],
    "vi": [("acute_danger", "cứu tôi với"), ("acute_danger", "cuu toi voi"), ("coercion", "họ giữ hộ chiếu của tôi"), ("suicide", "tôi muốn chết"),
           ("minor", "em 15 tuổi"), ("sexual_violence", "tôi bị hiếp dâm")],
}  # fmt: skip


@pytest.fixture(scope="module")
def lexicon() -> RiskLexicon:
    return RiskLexicon.load(HERE / "risks.yml")


def test_every_language_of_the_issue_is_there_and_says_everything(content: Content) -> None:
    assert sorted(content.languages) == CODES
    assert {code: tuple(language.says) for code, language in content.languages.items()} == dict.fromkeys(CODES, SAYS)


@pytest.mark.parametrize("code", CODES)
def test_safety_names_112_first_and_no_other_number_and_both_lines(content: Content, code: str) -> None:
    language = content.languages[code]
    said = " ".join(language.says.values())
    assert re.findall(r"\d+", language.says["danger"]) == ["112"]
    assert set(re.findall(r"\d+", said)) == {"112"}
    assert language.contacts == ("sos_112", "kvinnofridslinjen", "stodlinjen_man")
    assert [name for name in ("Kvinnofridslinjen", "Stödlinjen för män") if name not in language.safety()] == []
    assert language.safety().startswith(language.says["danger"])
    assert len(language.safety()) <= 650


@pytest.mark.parametrize("code", SCRIPTS)
def test_each_sentence_is_in_its_own_script(content: Content, code: str) -> None:
    without = [name for name, text in content.languages[code].says.items() if not re.search(f"[{SCRIPTS[code]}]", text)]
    assert without == []


def test_no_language_is_checked_and_an_editor_sees_it(content: Content) -> None:
    lines = unverified(content)
    assert [language.checked for language in content.languages.values()] == [False] * len(CODES)
    assert sum(line.startswith("language ") for line in lines) == len(CODES)


@pytest.mark.parametrize("code", CODES)
def test_danger_is_heard_in_each_language(lexicon: RiskLexicon, code: str) -> None:
    missed = [(risk, line) for risk, line in HEARD[code] if risk not in lexicon.risks(line)]
    assert missed == []
    heard = yaml.safe_load((HERE / f"languages/{code}.yml").read_text(encoding="utf-8"))["heard"]
    assert set(heard) == RISKS == {risk for risk, _ in HEARD[code]}


CALM = ["datorer är svårt", "vi har ett möte i matsalen", "min mamma heter Maria", "tack så mycket", "jag bor i Polen", "kan man få tolk",
        "thank you so much", "gracias", "dziękuję bardzo", "спасибо большое", "شكرا جزيلا", "ขอบคุณค่ะ", "merci beaucoup",
        "multumesc frumos", "shukran", "waan ku mahadsantahay", "cảm ơn nhiều", "faleminderit", "giitu", "kiitos paljon"]  # fmt: skip


def test_calm_words_raise_nothing(lexicon: RiskLexicon) -> None:
    assert {line: lexicon.risks(line) for line in CALM} == dict.fromkeys(CALM, ())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    copied = tmp_path / "content"
    shutil.copytree(HERE, copied, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copied


def _replaced(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


BROKEN = [
    (_replaced("  human_no: ", "  human_nothing: "), "'human_no' is missing"),
    (_replaced("Soita 112, jos olet nyt", "Hei. Soita 112, jos olet nyt"), "must name 112 in its first sentence"),
    (_replaced("Puhelut ovat ilmaisia.", "Soita 1177."), "another number than 112"),
    (_replaced("[sos_112, kvinno", "[sos_113, kvinno"), "unknown contact 'sos_113'"),
    (_replaced("sources: [acute_call", "sources: [acute_cal"), "unknown fact 'acute_cal'"),
    (_replaced("  danger: ", "  extra: x\n  danger: "), "'extra' is never said"),
]


@pytest.mark.parametrize(("change", "complaint"), BROKEN)
def test_a_broken_language_is_refused(root: Path, change: Callable[[str], str], complaint: str) -> None:
    file = root / "languages/fi.yml"
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(ContentError, match=re.escape(complaint)) as raised:
        load_content(root)
    assert "languages/fi.yml: line" in str(raised.value)
