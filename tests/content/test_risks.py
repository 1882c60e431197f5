"""The risk words against lines as people write them: what must be heard, what must not, and what must not crash."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from content.risks import Heard, LexiconError, RiskLexicon

CONTENT = Path(__file__).parents[2] / "content"

# Each line must raise its risk; others may come with it.
HEARD = {
    "acute_danger": [
        "han har låst dörren",
        "HAN HAR LÅST DÖRREN OCH TAGIT NYCKELN",
        "de hittar mig",
        "dom letar efter mej och ja gömmer mig på en toa",
        "jag är in låst i en lägenhet",
        "hjäääälp han har en kniiiv",
        "hon håller mig fången här",
        "kommer inte ut härifrån snälla",
        "han slar mig just nu",
        "min man misshandlar mig nu, ring polisen",
        "han bankar pa dörren jag ar sa radd",
        "han har hotat att döda mig ikväll",
        "rädd för mitt liv",
        "de sa att de ska skjuta mig om jag går",
        "r i n g  polisen snälla ring polisen 😭",
        "h\u200bj\u200bä\u200blp han k\u200bommer nu jag är rädd",
        "min syster är inlåst hos sin man",
        "jag blöder jättemycket",
        "dom har drogat mig",
        "jag inte får gå härifrån, dom vaktar",
        "han staar utanfoer doerren och aer arg, jag aer raedd",
        "brorsan säger att han ska slå ihjäl mig",
        "släpper inte ut mig",
        "han är på väg hit nu och han är full",
        "help me please he locked me in",
        "auttakaa, hän tappaa minut",
        "ajutor, sunt închisă",
        "ayúdame por favor estoy en peligro",
        "помогите меня бьют",
        "допоможіть, мене замкнули",
        "النجدة ساعدوني",
        "ช่วยด้วยค่ะ",
        "ratunku on mnie zabije",
        "fadlan i caawi",
        "de håller tre av oss i ett hus på landet",
        "fönstret är spikat och han har nyckeln",
        "dom kör runt och letar efter mig, jag gömmer mig",
        "imorgon ska jag säljas vidare",
        "hon ligger på golvet och svarar inte",
        "Ring Polisen Nu",
        "e ja låst i rum, han kommer kväll, hjälpa mig",
        "han är här, jag kan inte prata",
    ],
    "suicide": [
        "vill inte vakna mer",
        "jag har räknat ut hur många tabletter",
        "alla har det bättre utan mig",
        "ja vill doo",
        "JAG VILL DÖ!!!",
        "orkar inte leva längre",
        "jag ska ta livet av mig",
        "tar livet av mej ikväll",
        "själv mord tänker jag på varje dag",
        "har svalt hela asken tabletter",
        "ingen skulle sakna mig om jag försvann",
        "ser ingen mening med livet",
        "vill bara försvinna",
        "önskar att jag aldrig hade blivit född",
        "jag inte vill leva mer",
        "det är lika bra att jag dör",
        "står på bron nu",
        "har skrivit avskedsbrev till mamma",
        "kms asså orkar inte",
        "min kompis säger att hon vill dö",
        "jag åkte fast för sexköp och ser ingen annan utväg",
        "sjalvmrd",
        "i want to die",
        "haluan kuolla",
        "quiero morir",
        "хочу умереть",
        "أريد أن أموت",
        "อยากตาย",
        "nån som vet hur många citodon man dör av",
        "har köpt ett rep",
        "det finns ingen plats för mig på jorden",
        "snart slipper ni mig",
        "ligger på rälsen",
        "min sambo säger att han ska skjuta sig",
        "har gett bort min hund, nu är jag redo",
    ],
    "self_harm": [
        "jag skär mig efteråt",
        "skär mej i armarna när det blir för mycket",
        "vill skada mig själv",
        "jag har sex för att slippa känna",
        "säljer mig för att straffa mig själv",
        "börjat med självskadebeteende igen",
        "slår huvudet i väggen tills det blir tyst",
        "träffar såna som gör mig illa, det är som självskada",
        "min dotter skär sig",
        "i cut myself",
        "hur döljer man skärsår på armarna",
        "jag låter dem göra vad de vill för jag förtjänar det",
    ],
    "sexual_violence": [
        "jag blev våldtagen igår",
        "våltagen av en kund",
        "blev v*ldtagen på en fest",
        "han tog på mig fast jag sa nej",
        "jag sa nej men han fortsatte",
        "vaknade och han låg på mig",
        "han tvingade mig till saker jag inte ville",
        "min styvpappa rörde mig när jag var liten",
        "blev utsatt för övergrepp av en släkting, jag var 12",
        "min kompis har blivit våld tagen",
        "i was raped last night",
        "hur länge finns spår kvar efteråt, det hände i natt",
        "han slutade inte när jag bad honom",
        "jag blev överfallen på väg hem",
    ],
    "coercion": [
        "han tar allt jag tjänar",
        "hon har mitt pass",
        "dom tog våra pass när vi kom hit",
        "får inte gå ut själv",
        "jag är skyldig dem 40000 för resan",
        "måste betala av skulden innan jag får sluta",
        "min pojkvän tvingar mig att träffa män",
        "han bestämmer vilka jag ska träffa",
        "de hotar min familj hemma",
        "han säger att han lägger ut bilderna om jag slutar",
        "jag blev lovad jobb i Sverige men fick sälja sex istället",
        "madam säger jag måste jobba",
        "jag vill sluta men får inte för han",
        "de kör mig mellan olika städer",
        "they took my passport",
        "mi-au luat pașaportul",
        "забрали паспорт",
        "han sitter i bilen utanför medan jag är inne och sen tar han kuvertet",
        "skulden blir bara större hur mycket jag än jobbar",
        "jag är såld vidare tre gånger, nu är jag ute",
    ],
    "minor": [
        "jag är 15",
        "ja e fjorton",
        "JAG ÄR BARA 13 ÅR",
        "jag fyller 16 i höst",
        "fyller 16 i höst",
        "går i åttan och får presenter av en gubbe",
        "högstadiet, har skickat bilder för pengar",
        "gymnasiet ettan och säljer nudes",
        "jag är inte 18 än",
        "tjej 15 här",
        "min dotter är 15 och får pengar av en äldre man",
        "min kompis går i nian och hon får vapes för bilder",
        "en elev på 14 år träffar äldre män för pengar",
        "im 16",
        "мне 15 лет",
        "får betalt av en gubbe, är femton",
        "blir 15 i december, han är 34 och köper saker åt mig",
        "min mentor får inte veta att en vuxen kille betalar mig",
    ],
    "child_victim_of_writer": [
        "hon såg väldigt ung ut, kanske 16",
        "fan hon sa att hon var 15 efteråt",
        "jag köpte sex av en tjej som visade sig vara 16",
        "betalade en tjej och nu tror jag att hon var minderårig",
        "hon ljög om sin ålder, hon var 17",
        "jag har köpt bilder av en 15-åring",
        "tänder på barn och är rädd för mig själv",
        "jag har tittat på barnporr",
        "ska träffa en tjej på 16 imorgon, har redan swishat",
        "har chattat med en 14åring och bett om bilder",
        "tänk om hon inte var 18, jag betalade ju",
        "i paid her and she was 16",
        "hon hade skolväska med sig",
        "jag kollade aldrig hennes ålder",
        "betalade för bilder, det visade sig att tjejen var 14",
    ],
    "violence_relation": [
        "min man slår mig",
        "min kille kollar min mobil hela tiden",
        "han slog mig förra året",
        "jag är rädd för min sambo",
        "pappa slår mig när jag kommer sent",
        "mina bröder säger att jag måste gifta mig med min kusin",
        "får inte träffa mina vänner för min pojkvän",
        "blir misshandlad hemma",
        "han får vredesutbrott och knuffar mig",
        "my husband hits me",
        "han räknar milen på bilen",
        "måste visa kvitton för min man annars blir det liv",
    ],
    "third_party_at_risk": [
        "orolig för min kompis som säljer sig",
        "min dotter träffar äldre män och har dyra saker",
        "tjejen jag köpte av verkade rädd",
        "jag tror att grannen säljer kvinnor, olika män kommer varje natt",
        "min vän får inte gå ut och han tar hennes pengar",
        "min kompis vill ta livet av sig",
        "en elev hos oss har fått pengar av äldre män",
        "min syster är inlåst hos sin man",
        "hur hjälper jag min vän, hon blir slagen av sin hallick",
    ],
    "solicitation": [
        "var hittar man tjejer i stan",
        "vart köper man sex i Umeå",
        "hur undviker jag polisen när jag köper",
        "nån som vet en bra sida med eskorter",
        "vad kostar en tjej",
        "kan du fixa en tjej ikväll",
        "hur köper jag sex utan att åka fast",
        "finns det thaimassage med happy ending i stan",
        "hur får jag tjejer att sälja åt mig",
        "where can i find escorts",
        "eskort umeå",
        "hur vet man att annonsen inte är en polisfälla",
        "var hyr man en tjej för en timme",
    ],
}

# None of these raises the risk it stands under.
NOT_HEARD = {
    "acute_danger": [
        "han slog mig förra året",
        "för tio år sedan låste han in mig",
        "i filmen har han en kniv",
        "vi spelade fortnite och han dödade mig hela tiden",
        "mamma dödar mig om hon får veta",
        "skriver en uppsats om kvinnor som blir inlåsta",
        "vad händer om man blir inlåst",
        "jag kommer inte ut ur sängen",
        "jag låste min cykel",
        "polisen letar efter mig",
        "jag ska hjälpa min kompis flytta nu",
        "kan ni hjälpa mig",
        "jag behöver hjälp med hyran",
        "skär lök med kniven",
        "jag drömde att någon jagade mig",
        "glömde nyckeln och fick ringa låssmed",
        "jag är trött på att han alltid läser min tidning",
    ],
    "suicide": [
        "jag vill inte dö",
        "dör av skratt",
        "jag höll på att dö av skam",
        "skjut mig vad pinsamt",
        "vill inte leva med honom längre",
        "jag har inga självmordstankar",
        "min pappa tog livet av sig när jag var liten",
        "vi läser om självmord i skolan, har ni statistik",
        "det är sista gången jag köper",
        "hur många tabletter är det i en karta p-piller",
        "jag orkar inte mer med soc",
        "mår dåligt och har ångest",
        "mobilen dör snart",
        "filmen slutade med att han hoppade från taket",
        "jag tog en alvedon och gick och la mig",
        "tåget till umeå är försenat",
        "så trött att jag kunde dö",
    ],
    "self_harm": [
        "skar mig i fingret när jag lagade mat",
        "brände mig på spisen",
        "jag har slutat skära mig",
        "vad är självskadebeteende",
        "han vill göra mig illa",
    ],
    "sexual_violence": [
        "vad är skillnaden mellan våldtäkt och människohandel",
        "jag har aldrig blivit våldtagen",
        "jobbar ni med våldtagna",
        "skolarbete om sexuella övergrepp",
        "jag sa nej till socialtjänsten",
    ],
    "coercion": [
        "migrationsverket har mitt pass",
        "jag har tappat mitt pass",
        "mamma tvingar mig att städa",
        "ingen tvingar mig att sälja",
        "jag har skulder hos kronofogden",
        "skuld och skam är det enda jag känner",
        "vad är människohandel",
        "måste jag betala skatt på det jag tjänar",
    ],
    "minor": [
        "min dotter är 15 och går på fotboll",
        "jag är 15 minuter bort",
        "jag är 25",
        "jag är lärare på högstadiet",
        "jag sålde sex när jag var 16, nu är jag 40",
        "vi har varit gifta i 15 år",
        "jag går i nian och gör ett skolarbete om trafficking",
        "finns det stöd för barn och unga",
    ],
    "child_victim_of_writer": [
        "jag är 15 och träffade en kille på 16",
        "min dotter är 15 och en man betalade henne",
        "jag köpte en present till min dotter som fyller 15",
        "vad är straffet för att köpa sex av barn",
        "jag köpte sex av en kvinna på 30",
        "jag var 15 när han köpte mig",
        "jag jobbar på hotell och såg en tjej som såg väldigt ung ut med en äldre man",
    ],
    "violence_relation": [
        "det slog mig att jag kan behöva hjälp",
        "min man är snäll mot mig",
        "han slår mig inte",
        "vad räknas som hedersvåld",
        "jag slår vad om att ni är en robot",
        "rädd för att mamma ska få veta",
    ],
    "third_party_at_risk": [
        "min kompis tipsade om er",
        "min vän mår bra",
        "jag har inte berättat för min kompis",
        "min mamma vet inte att jag säljer",
        "finns det stöd till anhöriga",
    ],
    "solicitation": [
        "jag är papperslös, hur undviker jag polisen",
        "jag säljer sex, hur slipper jag polisen",
        "känner sug efter att köpa sex igen",
        "är det olagligt att köpa sex",
        "var hittar man hjälp för tjejer i stan",
        "jag vill sluta köpa sex",
        "fick ett återfall igår och köpte",
        "hur slutar man köpa sex",
        "var kan man köpa kondomer",
    ],
}

# Nothing at all is heard in these.
CALM = [
    "hej",
    "är jag anonym här?",
    "vad kostar det att prata med er",
    "när öppnar ni imorgon",
    "är du en människa eller en robot",
    "kan jag boka en tid",
    "är det olagligt att sälja sex",
    "jag har ont i magen, var testar man sig för klamydia",
    "jag vill prata med en kurator",
    "tack så mycket, hejdå",
    "vilket nummer ska jag ringa",
    "jag känner mig ensam och kan inte sova",
    "vad är kast",
    "hur lång är väntetiden",
    "finns det tolk på arabiska",
    "jag är 34 och säljer ibland, vad har jag för rättigheter",
    "min kille är jättegullig",
    "jag har inga pengar till hyran",
    "kan ni radera chatten",
    "vad blir det för väder",
    "min man köper sex och jag är ledsen",
    "jag tittar för mycket på porr",
]

HOSTILE = [
    "",
    " \n\t",
    "😭" * 2000,
    "\u200b\u200d\ufeff" * 700,
    "a" * 100_000,
    "ha " * 50_000,
    "han har låst " * 1000,
    "jag vill inte " * 2000,
    "min tjej kille han hon dom tar mitt pass pengar " * 60,
    "!?.,;:" * 5000,
    "1234567890" * 300,
    "15 " * 700,
    "\ud800\udfff",
    "\x00\x01\x02",
    "z̷̛a̴l̶g̵o̷" * 300,
    "ﷺ" * 2000,
    "ช่วย" * 600,
    "' OR 1=1; --",
    "<script>alert(1)</script>",
]


@pytest.fixture(scope="module")
def lexicon() -> RiskLexicon:
    return RiskLexicon.load(CONTENT / "risks.yml")


def pairs(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(risk, line) for risk, lines in table.items() for line in lines]


@pytest.mark.parametrize(("risk", "line"), pairs(HEARD))
def test_hear_raises_the_risk(lexicon: RiskLexicon, risk: str, line: str) -> None:
    assert risk in lexicon.risks(line)


@pytest.mark.parametrize(("risk", "line"), pairs(NOT_HEARD))
def test_hear_lets_near_misses_go(lexicon: RiskLexicon, risk: str, line: str) -> None:
    assert risk not in lexicon.risks(line)


@pytest.mark.parametrize("line", CALM)
def test_hear_stays_quiet_on_calm_lines(lexicon: RiskLexicon, line: str) -> None:
    assert lexicon.hear(line) == ()


@pytest.mark.parametrize("line", HOSTILE, ids=range(len(HOSTILE)))
def test_hear_survives_any_input(lexicon: RiskLexicon, line: str) -> None:
    started = time.perf_counter()
    lexicon.hear(line)
    assert time.perf_counter() - started < 5


def test_hear_finds_danger_at_the_end_of_a_long_text(lexicon: RiskLexicon) -> None:
    assert lexicon.risks("lorem ipsum " * 5000 + "han har låst dörren") == ("acute_danger",)


def test_hear_names_the_words_and_the_rule(lexicon: RiskLexicon) -> None:
    assert lexicon.hear("Hej. Jag vill  DÖ.") == (Heard("suicide", "vill  DÖ", "wants_to_die"),)


def test_hear_orders_risks_as_the_taxonomy_does(lexicon: RiskLexicon) -> None:
    taxonomy = yaml.safe_load((CONTENT / "taxonomy.yml").read_text(encoding="utf-8"))
    source = yaml.safe_load((CONTENT / "risks.yml").read_text(encoding="utf-8"))
    assert source["risks"] == list(taxonomy["risks"])
    assert {rule["risk"] for rule in source["rules"]} == set(taxonomy["risks"])
    assert lexicon.risks("jag är 15, vill dö och han har låst dörren") == ("acute_danger", "suicide", "minor")


def test_hear_is_quick_for_the_longest_message(lexicon: RiskLexicon) -> None:
    line = " ".join(line for lines in HEARD.values() for line in lines)[:2000]
    lexicon.hear(line)
    started = time.perf_counter()
    lexicon.hear(line)
    assert time.perf_counter() - started < 0.2


RULE = """
risks: [suicide]
words: {want: vill/ska}
known: []
conditions: {laughs: {where: touching, any: [dö av skratt]}}
rules:
- {id: wish, risk: suicide, any: [<want> dö], unless: [laughs]}
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("risk: suicide, any", "risk: gloom, any"),
        ("unless: [laughs]", "unless: [smiles]"),
        ("unless: [laughs]", "unles: [laughs]"),
        ("any: [<want> dö]", "any: [<wish> dö]"),
        ("any: [<want> dö]", "any: ['..3 dö']"),
        ("any: [<want> dö]", "any: ['vill <dö']"),
        ("any: [<want> dö]", "any: ['vill ..2 !leva']"),
        ("any: [<want> dö]", "any: ['vill /']"),
        ("any: [<want> dö]", "any: vill dö"),
        ("any: [<want> dö], ", ""),
        ("id: wish", "id: laughs"),
        ("where: touching", "where: nearby"),
        ("vill/ska", "<want>/ska"),
    ],
)
def test_load_names_file_and_fault(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "risks.yml"
    path.write_text(RULE.replace(old, new), encoding="utf-8")
    with pytest.raises(LexiconError, match=r"^risks\.yml: (wish|laughs): "):
        RiskLexicon.load(path)


@pytest.mark.parametrize("text", ["", "[]", "risks: [", "rules: 3", RULE.replace("known: []", "")])
def test_load_refuses_a_file_that_is_no_lexicon(tmp_path: Path, text: str) -> None:
    path = tmp_path / "risks.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LexiconError, match=r"^risks\.yml: "):
        RiskLexicon.load(path)


def test_load_reads_a_lexicon_that_is_right(tmp_path: Path) -> None:
    path = tmp_path / "risks.yml"
    path.write_text(RULE, encoding="utf-8")
    lexicon = RiskLexicon.load(path)
    assert lexicon.risks("jag vill dö") == ("suicide",)
    assert lexicon.risks("jag vill dö av skratt") == ()
