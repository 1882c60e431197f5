"""The places of Sweden: all there, heard however they are written, never where everyday words only look like them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from content.contacts import read_contacts
from content.files import File
from content.misspellings import slips_between
from content.model import Content, ContentError
from content.places import Place, read_places, serves_there
from content.reach import near
from content.registry import HERE
from content.secret_words import fold

ROOT = HERE.parent
COUNTS = {  # SCB: municipalities in each county
    "stockholms_lan": 26, "uppsala_lan": 8, "sodermanlands_lan": 9, "ostergotlands_lan": 13, "jonkopings_lan": 13,
    "kronobergs_lan": 8, "kalmar_lan": 12, "gotlands_lan": 1, "blekinge_lan": 5, "skane_lan": 33, "hallands_lan": 6,
    "vastra_gotalands_lan": 49, "varmlands_lan": 16, "orebro_lan": 12, "vastmanlands_lan": 10, "dalarnas_lan": 15,
    "gavleborgs_lan": 10, "vasternorrlands_lan": 7, "jamtlands_lan": 8, "vasterbottens_lan": 15, "norrbottens_lan": 14,
}  # fmt: skip
PLACES = read_places(File(HERE / "places.yml", HERE))
MUNICIPALITIES = [place for place in PLACES.by_id.values() if place.kind == "municipality"]
REGIONS = [place for place in PLACES.by_id.values() if place.kind == "region"]
SHARED = {"Stockholm", "Uppsala", "Jönköping", "Kalmar", "Gotland", "Örebro"}  # names of a municipality and its region


def found(text: str, asked: bool = False) -> str | None:
    place = PLACES.find(text, asked)
    return place.id if place else None


def test_all_municipalities_and_regions_are_there_once() -> None:
    assert (len(MUNICIPALITIES), len(REGIONS)) == (290, 21)
    assert {one.id: sum(place.region == one.id for place in MUNICIPALITIES) for one in REGIONS} == COUNTS
    assert len({place.name for place in MUNICIPALITIES}) == 290
    lines = re.findall(r"^      ([^ :][^:]*):", (HERE / "places.yml").read_text(encoding="utf-8"), re.M)
    assert len(lines) == len(set(lines)) == 290  # YAML would swallow one that stands twice in a region


def test_ids_are_plain_and_a_region_has_itself_as_region() -> None:
    assert [one for one in PLACES.by_id if not re.fullmatch("[a-z_]+", one)] == []
    assert [one for one in REGIONS if one.region != one.id] == []
    assert PLACES.by_id["umea"] == Place("umea", "Umeå", "vasterbottens_lan", "municipality")


@pytest.mark.parametrize("place", MUNICIPALITIES, ids=lambda place: place.id)
def test_every_municipality_is_found_by_its_name(place: Place) -> None:
    bare = place.id if place.name != "Håbo" else "haabo"
    plain = "habo" if bare == "haabo" else place.id  # without its ring it is the other one, by spelling
    for said in (f"jag bor i {place.name}", f"jag bor i {place.name.lower()}", f"JAG BOR I {place.name.upper()}"):
        assert found(said) == place.id
    assert found(f"jag bor i {fold(place.name)}") == plain
    for said in (
        f"{place.name} kommun",
        f"i {place.name.rstrip('s')}s kommun",
        f"socialen i {place.name}, vart går man",
    ):
        assert found(said) == place.id
    assert found(place.name, asked=True) == place.id


@pytest.mark.parametrize("place", REGIONS, ids=lambda place: place.id)
def test_every_region_is_found_by_its_name_or_that_of_its_county(place: Place) -> None:
    for said in (f"Region {place.name}", f"jag bor i {place.name.rstrip('s')}s län", fold(f"i {place.name} län")):
        assert found(said) == place.id
    municipality = fold(place.name).lower()
    assert found(f"jag bor i {place.name}") == (municipality if place.name in SHARED else place.id)


WRITTEN = {
    "jag bor i umeå": "umea",
    "umea": "umea",
    "är i Ume": "umea",
    "bor i umå": "umea",
    "UMEÅÅÅ": "umea",
    "från uemå": "umea",
    "jag är från Ersboda": "umea",
    "bor på ålidhem": "umea",
    "ALIDHEM": "umea",
    "jag går i skolan i holmsund": "umea",
    "på teg": "umea",
    "umeås kommun": "umea",
    "i umeåtrakten": "umea",
    "bor i skelefteå": "skelleftea",
    "skellefte": "skelleftea",
    "skelleftå": "skelleftea",
    "utanför skellefeta": "skelleftea",
    "i skeleftea": "skelleftea",
    "i skellfteå": "skelleftea",
    "jag är i lyksele": "lycksele",
    "i lycksele": "lycksele",
    "från luela": "lulea",
    "i lule": "lulea",
    "pite": "pitea",
    "i pietå": "pitea",
    "sthlm": "stockholm",
    "i stokholm": "stockholm",
    "i stockhom nu": "stockholm",
    "i rinkeby": "stockholm",
    "i Kista": "stockholm",
    "jag bor i rinkebby": "stockholm",
    "stockholmsområdet": "stockholm",
    "bor i gbg": "goteborg",
    "i götteborg": "goteborg",
    "i Götet": "goteborg",
    "i goteborg": "goteborg",
    "i gøteborg": "goteborg",
    "bor i angered": "goteborg",
    "i angerd": "goteborg",
    "på hisingen": "goteborg",
    "i mlamö": "malmo",
    "i malmoe": "malmo",
    "i rosengård": "malmo",
    "rosengard": "malmo",
    "i uppsla": "uppsala",
    "i upsala": "uppsala",
    "i visby": "gotland",
    "på gotland": "gotland",
    "på gottland": "gotland",
    "i öster sund": None,
    "i östesund": "ostersund",
    "i ostersund": "ostersund",
    "i sundsval": "sundsvall",
    "i sunsvall": "sundsvall",
    "bor i örnsköldvik": "ornskoldsvik",
    "i ornskoldsvik": "ornskoldsvik",
    "i övik": "ornskoldsvik",
    "i ö-vik": "ornskoldsvik",
    "i jönköpng": "jonkoping",
    "jkpg": "jonkoping",
    "i linkjöping": "linkoping",
    "i norrkoping": "norrkoping",
    "i nörrköping": "norrkoping",
    "i helsinborg": "helsingborg",
    "i hälsingborg": "helsingborg",
    "i kristanstad": "kristianstad",
    "i kristinastad": "kristianstad",
    "i vesterås": "vasteras",
    "i västeras": "vasteras",
    "i eskiltuna": "eskilstuna",
    "i trolhättan": "trollhattan",
    "i uddevala": "uddevalla",
    "i sodertalje": "sodertalje",
    "i södertelje": "sodertalje",
    "i uplands väsby": "upplands_vasby",
    "i upplandsväsby": "upplands_vasby",
    "upplands vasby": "upplands_vasby",
    "i väsby": "upplands_vasby",
    "upplands bro": "upplands_bro",
    "i dals ed": "dals_ed",
    "östra göinge": "ostra_goinge",
    "i ostra goinge": "ostra_goinge",
    "lilla edet": "lilla_edet",
    "malung": "malung_salen",
    "bor i sälen": "malung_salen",
    "hudik": "hudiksvall",
    "i håbo": "haabo",
    "i bålsta": "haabo",
    "i habo": "habo",
    "i vännes": "vannas",
    "i nordmalling": "nordmaling",
    "i bjurholms": "bjurholm",
    "i tärnaby": "storuman",
    "i jockmock": None,
    "i jokkmok": "jokkmokk",
    "i gellivare": "gallivare",
    "i galivare": "gallivare",
    "bor i åre": "are",
    "jag bor Kil nu": "kil",
    "i sala": "sala",
    "från Mora": "mora",
    "utanför trosa": "trosa",
    "nära klippan": "klippan",
    "i höör": "hoor",
    "bor i hoor": "hoor",
    "i ale kommun": "ale",
    "marks kommun": "mark",
    "i bergs kommun": "berg",
    "jag bor i vara": "vara",
    "jag är i vara nu": "vara",
    "i Vara kan man inte göra nåt": "vara",
    "jag kommer från nora": "nora",
    "i nora": "nora",
    "i lund": "lund",
    "jag bor i boden": "boden",
    "i centrala lund": "lund",
    "i närheten av skara": "skara",
    "norr om sala": "sala",
    "I live in Malmö": "malmo",
    "öland": "kalmar_lan",
    "i västra götaland": "vastra_gotalands_lan",
    "i sörmland": "sodermanlands_lan",
    "i västerbotten": "vasterbottens_lan",
    "västerboten": "vasterbottens_lan",
    "Region Jämtland Härjedalen": "jamtlands_lan",
    "stokholms län": "stockholms_lan",
}


@pytest.mark.parametrize(("text", "place"), WRITTEN.items())
def test_a_place_is_found_however_it_is_written(text: str, place: str | None) -> None:
    assert found(text) == place


NO_PLACE = """
jag vill vara ifred
det kan vara farligt
jag orkar inte vara här mer
hur ska jag vara i det här
att vara i fred
får jag vara anonym
hen får inte vara med i vara samtal
de kollar i vara telefoner
vi har rätt till vara pengar
han tog till vara på det
det bör vara så
bor vara ratt
ta vara på dig
våra barn vet inget
pengarna tog slut
mark my words
han jobbar med mark och trädgård
jag äger en bit mark
vi gick över en bro
hej bro
tack bro du är bäst
sala in pengarna
du e en kil i mitt hjärta
vi köpte en ny trosa
mina trosor ligger där
hon är min mora
sms från nora
jag skrev till nora igår
min kompis Nora säljer sig
Nora mår dåligt
han heter Berg i efternamn
jag ringde till Lund
pojken heter Salem
vilhelmina är min syster
jag heter Dorotea
kan jag ange någon anonymt
du måste ange adress
who are you
are you real
ale är en öl
det är en klippa
jag läste i en bok
han ligger i min säng
det hände i natt
jag tänker på det hela tiden
jag är i fara
jag är i kläm
hjälp jag är i panik
de kom i en bil
jag sitter i bilen
vi bor i en lägenhet
jag bor i en bostad
jag bor i en storstad
jag är i sängen
han kommer till min bostad
det står i vinden
jag sov på vinden
det är mönster i allt han gör
han är ett monster
första gången var jag tolv
hon hade på sig en kappa
jag har varit i kina
jag kommer från holland
jag bor i oslo
jag är från helsingfors
från bornholm
i kristiansand
jag bor i köpenhamn
jag kommer från Rumänien
jag är från thailand
bor i norrland
jag bor i småland
i lappland
jag kommer från Åbo
jag har stockholmssyndrom
är det stockholms syndrom
läste i västerbottens-kuriren
hon bor hos Lindberg
jag pratade med Boris
en tjej som heter Marta
kan han vara med i salen
jag vill sluta skada mig
jag har läxa till imorgon
en skara män
de var en hel skara
jag har hår i halsen
har ni öppet i morgon
är det nån här
jag är så trött på allt
nej
ja
hej
inte umeå
jag bor inte i umeå
jag är inte från Skellefteå
jag är inte kvar i Umeå längre
"""


@pytest.mark.parametrize("text", NO_PLACE.strip().splitlines())
def test_everyday_words_towns_abroad_and_denials_are_no_place(text: str) -> None:
    assert found(text) is None


CHOSEN = {
    "nej jag är i Skellefteå nu, inte Umeå": "skelleftea",
    "inte Umeå, Skellefteå": "skelleftea",
    "inte i umeå utan i skellefteå": "skelleftea",
    "jag bor inte i Umeå längre, jag bor i Luleå": "lulea",
    "jag bodde i Umeå men flyttade till Lycksele": "lycksele",
    "är från Umeå men bor i Sundsvall": "sundsvall",
    "varken i Luleå eller Piteå, jag är i Kalix": "kalix",
    "umeå eller skellefteå": "skelleftea",
    "jag bor i Umeå, Stockholm är för långt bort": "umea",
    "han är i Malmö, jag i Lund": "lund",
    "jag vill inte vara kvar i Umeå": "umea",
    "inte långt från Umeå": "umea",
    "inte bara i Umeå": "umea",
    "jag vet inte vad jag ska göra i Umeå": "umea",
    "jag bor i oslo men är i Strömstad nu": "stromstad",
}


@pytest.mark.parametrize(("text", "place"), CHOSEN.items())
def test_of_several_places_the_last_one_told_and_never_one_denied(text: str, place: str) -> None:
    assert found(text) == place


ASKED: dict[str, str | None] = {
    "vara": "vara",
    "mark": "mark",
    "nora": "nora",
    "nora tror jag": "nora",
    "lund typ": "lund",
    "asså ale": "ale",
    "ed": "dals_ed",
    "bro": "upplands_bro",
    "skelefteo": "skelleftea",
    "norsjo": "norsjo",
    "typ sunsvall": "sundsvall",
    "runt mora nånstans": "mora",
    "jag vill vara anonym": None,
    "det kan vara": None,
    "det vill jag inte säga": None,
    "vill inte säga det": None,
    "spelar det nån roll": None,
    "varför frågar du": None,
    "vet inte": None,
    "ingen aning": None,
    "utomlands": None,
    "thx bro uppskattas": None,
    "are you the police?": None,
    "hallå nån där?": None,
}


@pytest.mark.parametrize(("text", "place"), ASKED.items())
def test_an_answer_to_where_may_be_the_name_alone(text: str, place: str | None) -> None:
    assert found(text, asked=True) == place


@pytest.mark.parametrize("text", ["nora", "Lund?", "berg", "vara", "mark", "åre"])
def test_a_name_that_is_all_of_a_message_is_a_place(text: str) -> None:
    assert found(text) == fold(text).strip("?")


@pytest.mark.parametrize(
    "text", ["", " ", "?!", "🙂", "i", "1" * 2000, "å" * 2000, "umeå " * 400 + "i", "i vara " * 280]
)
def test_any_text_is_borne(text: str) -> None:
    assert found(text) in (None, "umea", "vara")


EVERYDAY = (
    "vara",
    "mark",
    "sala",
    "kil",
    "mala",
    "ale",
    "are",
    "kista",
    "skara",
    "bro",
    "berg",
    "köping",
    "ed",
    "lund",
)


def _lines(folders: str) -> list[str]:
    """The held-out lines, and the examples in some folders of the training data."""
    held_out = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests/understanding").rglob("*.jsonl"))]
    said = [json.loads(line)["text"] for text in held_out for line in text.splitlines()]
    for path in sorted((ROOT / "data/nlu").glob(f"{folders}/*.yml")):
        text = path.read_text(encoding="utf-8")
        said += [line.strip()[2:] for line in text.splitlines() if line.startswith("    - ")]
    return said


def _words(line: str) -> set[str]:
    return {*re.findall(r"[^\W\d_]+", line.casefold())}


def test_lines_without_a_name_have_no_place() -> None:
    """What people write of everything else: none of it is taken for a misspelt name, but one that is."""
    names = {f"{one}{ending}" for one in PLACES.names() for ending in ("", "s")}
    lines = [line for line in _lines("voice_near*") if names.isdisjoint({*_words(line), *_words(fold(line))})]
    assert len(lines) > 3000
    assert {line: found(line) for line in lines if found(line)} == {
        "ja bor i lyksele vart går man här uppe": "lycksele"
    }


def test_lines_with_everyday_words_that_are_names_have_no_place() -> None:
    """In small letters, none is found (but a coffin)."""
    everyday = {found(one, asked=True) for one in EVERYDAY} - {"stockholm", None}
    lines = [line for line in _lines("*") if not {*re.findall(r"[^\W\d_]+", line)}.isdisjoint(EVERYDAY)]
    taken = sorted(line for line in lines if found(line) in everyday)
    assert (len(lines) > 500, taken) == (True, [])


def test_every_common_word_near_a_name_is_listed_as_none() -> None:
    """The glossed words of Swedish, after "i": only names of places are found by them."""
    rows = (HERE / "gloss/words.tsv").read_text(encoding="utf-8").splitlines()
    words = {row.split("\t")[0] for row in rows if "\t" in row and not row.startswith("#")}
    names = PLACES.names()
    named = {word for word in words if found(f"i {word}")}
    assert {word for word in named if {fold(word), fold(word).removesuffix("s")}.isdisjoint(names)} == {"mlamö"}


@pytest.mark.parametrize(
    ("one", "two", "slips"),
    [("umea", "umea", 0), ("umea", "uema", 1), ("umea", "ume", 1), ("umea", "umeaa", 1), ("umea", "umeo", 1),
     ("kalmar", "klamra", 2), ("skelleftea", "skelefteo", 2), ("lund", "kiruna", 3)],
)  # fmt: skip
def test_slips_are_letters_too_many_too_few_others_and_swaps(one: str, two: str, slips: int) -> None:
    assert (slips_between(one, two, 2), slips_between(two, one, 2)) == (slips, slips)


def test_what_is_wrong_in_the_file_is_told(tmp_path: Path) -> None:
    for pattern, new, says in (
        (r"ids: {Håbo: haabo}", "ids: {}", "the id 'habo' stands twice"),
        ("  upon:", "  above:", "the list 'upon' is missing"),
        (r"Umeå: \[Ume,", "Umeå: [Skellefteå,", "'skellefteå' is a name of"),
    ):
        text, count = re.subn(pattern, new, (HERE / "places.yml").read_text(encoding="utf-8"))
        (tmp_path / "places.yml").write_text(text, encoding="utf-8")
        assert count == 1
        with pytest.raises(ContentError, match=rf"places\.yml: line \d+: {says}"):
            read_places(File(tmp_path / "places.yml", tmp_path))


def test_a_contact_serves_known_places_only(tmp_path: Path) -> None:
    text = (HERE / "contacts.yml").read_text(encoding="utf-8").replace("serves: [umea]", "serves: [umeå]", 1)
    (tmp_path / "contacts.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=r"contacts\.yml: line .*unknown place 'umeå' in 'serves'"):
        read_contacts(File(tmp_path / "contacts.yml", tmp_path), PLACES)


def test_near_gives_the_municipalitys_own_then_the_regions(content: Content) -> None:
    umea, lycksele = (content.places.by_id[one] for one in ("umea", "lycksele"))
    there = near(content, umea)
    own = [one for one in there if "umea" in content.contacts[one].serves]
    assert there[: len(own)] == tuple(own)
    assert set(own) >= {"umea_vaxel", "umea_mottagningsenhet", "umea_socialjour"}
    assert there[len(own) :] == tuple(one for one in near(content, lycksele) if one not in own)
    assert near(content, content.places.by_id["malmo"]) == ("evonhuset",)
    assert near(content, content.places.by_id["haparanda"]) == ("arbetslivskriminalitet_umea",)
    assert near(content, content.places.by_id["kiruna"]) == near(content, content.places.by_id["norrbottens_lan"])


@pytest.mark.parametrize("place", [*MUNICIPALITIES, *REGIONS], ids=lambda place: place.id)
def test_nobody_is_shown_who_serves_other_places_only(content: Content, place: Place) -> None:
    for one in near(content, place):
        contact = content.contacts[one]
        assert (contact.show, {place.id, place.region} & set(contact.serves) != set()) == ("default", True)
    serving = [one.id for one in content.contacts.values() if serves_there(one, place)]
    assert ("umea_socialjour" in serving) == (place.id in {"umea", "vannas", "nordmaling", "bjurholm"})
    assert "bris" in serving
    assert "bris" not in near(content, place)


def test_a_contact_of_some_places_says_so(content: Content) -> None:
    """Where `region` names a place, `serves` must too."""
    given = yaml.safe_load((HERE / "contacts.yml").read_text(encoding="utf-8"))["contacts"]
    elsewhere = {one["id"] for one in given if not re.search("hela|flera orter", one["region"])}
    assert elsewhere == {one.id for one in content.contacts.values() if one.serves}


def test_what_is_nearest_goes_outwards_border_by_border(content: Content) -> None:
    places = content.places
    kiruna = [one.name for one in places.outwards(places.by_id["kiruna"])]

    assert kiruna[:2] == ["Norrbotten", "Västerbotten"]
    assert set(kiruna[2:4]) == {"Västernorrland", "Jämtland"}
    assert len(kiruna) == len(set(kiruna)) == 21
