"""The words of a visitor's six-word key: enough of them, easy to type, never mistaken for each other or for a message."""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict
from pathlib import Path

import yaml

from content.risks import RiskLexicon

CONTENT = Path(__file__).parents[2] / "content"
FILE = yaml.safe_load((CONTENT / "secret_words.yml").read_text(encoding="utf-8"))
WORDS: list[str] = FILE["words"]
BARE = str.maketrans("åäö", "aao")
FOLDED = sorted(word.translate(BARE) for word in WORDS)

FUNCTION_WORDS = """
    all alla allt att av bara blev bli borde bra både bör där den denna det detta dig din dit dock du efter ej eller en
    ens er ett få får fick för förr först från genom ger gör gå går gick ha han har hans hej hel hem hen hennes hit hjälp
    hon hos hur här i idag in inga ingen inget innan inte ja jag ju kan kom kommer kunde kvar man med mellan men mer mig
    min mitt mot mycket må måste ned nej nog nu när någon något och om on oss på rum råd samma se sedan sen ser sig sin
    sitt ska snart som så säng ta tack tar tid till under upp ur ut utan vad val var vara vem vet vi vid vill vän än
    är över
"""

SENTENCES = """
    Hej, är det någon här? Jag behöver hjälp. Jag vill prata med en människa. Kan ni ringa mig? Vad ska jag göra nu?
    Får jag vara anonym? Hur lång tid tar det? Jag har ingen annanstans att sova i natt. Han kommer hem snart.
    Hon vet inte om att jag skriver. Jag är rädd för honom. De tog mitt pass och min telefon. Jag vågar inte gå ut.
    Kan jag få ett svar i morgon? Det var länge sen vi sågs. Jag orkar inte mer. Min vän mår dåligt. Var kan jag bo?
    Jag har inga pengar kvar. Kostar det något att prata med er? När har ni öppet? Tack för att ni lyssnar.
    Jag vill inte att mamma och pappa får veta. Det hände i går kväll. Jag vet inte vem jag kan lita på.
    Är det mitt fel? Ska jag gå till polisen? Måste jag säga vad jag heter? Jag är sjutton år. Vi bor i Umeå.
    Han skickar bilder till andra. Jag tar bussen till jobbet varje dag. Kan ni läsa det jag skrev förut?
    Jag sitter på mitt rum. Det känns bra att skriva. Jag kommer tillbaka senare. Ni får svara när ni kan.
    Jag har glömt mina ord. Det är svårt att förklara på svenska. Finns det en tolk? Hej då, vi hörs.
"""


def slips(word: str) -> set[str]:
    """Name the slips a word can come from: two words share one exactly if one slip turns the one into the other."""
    letters = range(len(word))
    return (
        {f"{word[:i]}?{word[i:]}" for i in range(len(word) + 1)}  # one letter too few
        | {f"{word[:i]}?{word[i + 1 :]}" for i in letters}  # another letter, or one too many
        | {f"{word[:i]}{sorted(word[i : i + 2])}{word[i + 2 :]}" for i in letters[:-1]}  # two that changed places
    )


def shared(words: list[str]) -> list[list[str]]:
    heard = defaultdict(list)
    for word in words:
        for slip in slips(word):
            heard[slip].append(word)
    return [several for several in heard.values() if len(several) > 1]


def test_six_words_have_sixty_bits() -> None:
    assert (list(FILE), 1296 <= len(WORDS) <= 1500, 6 * math.log2(len(WORDS)) >= 60) == (["words"], True, True)


def test_every_word_has_three_to_nine_letters() -> None:
    assert [word for word in WORDS if not re.fullmatch("[a-zåäö]{3,9}", str(word))] == []


def test_no_two_words_are_one_without_their_marks() -> None:
    assert len(set(FOLDED)) == len(WORDS)


def test_slips_are_one_letter_more_less_or_other_or_two_that_changed_places() -> None:
    assert [len(shared([word, "kanot"])) > 0 for word in ("kano", "kanott", "kavot", "kanto", "kabat", "notkan")] == [
        True, True, True, True, False, False,
    ]  # fmt: skip


def test_no_slip_makes_one_word_another() -> None:
    assert shared(FOLDED) == []


def test_no_word_begins_another_so_that_spaces_do_not_matter() -> None:
    assert [pair for pair in itertools.pairwise(FOLDED) if pair[1].startswith(pair[0])] == []


def test_no_word_is_one_that_sentences_are_made_of() -> None:
    ordinary = re.findall(r"\w+", (FUNCTION_WORDS + SENTENCES).lower().translate(BARE))

    assert set(ordinary) & set(FOLDED) == set()


def test_a_key_typed_into_the_chat_does_not_sound_like_danger() -> None:
    lexicon = RiskLexicon.load(CONTENT / "risks.yml")
    keys = [" ".join(words[i : i + 6]) for words in (WORDS, FOLDED) for i in range(0, len(words), 6)]

    assert [key for key in keys if lexicon.risks(key)] == []
