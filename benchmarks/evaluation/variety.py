"""How various the training lines are: near-duplicates, words that give a topic away, what passes share. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.components.normalise import normalise

NEAR = 0.8  # cosine of letter n-grams (3-5, TF-IDF) from which two lines are near-duplicates
TELLING = 3  # words a topic
RARE = 0.01  # the share of other topics' lines below which a word tells something
GRAM = 4  # words
_BLOCK = 500  # lines compared at a time


def near_duplicates(texts: Sequence[str]) -> int:
    """Count the lines that have another line nearly like them."""
    rows = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=2).fit_transform(map(normalise, texts))
    rows = rows.astype(np.float32).tocsr()
    columns, found = rows.T.tocsr(), 0
    for start in range(0, rows.shape[0], _BLOCK):
        alike = rows[start : start + _BLOCK] @ columns
        alike.data[alike.data < NEAR] = 0
        alike.eliminate_zeros()
        found += int((np.diff(alike.indptr) > 1).sum())  # each is like itself
    return found


def giving_away(lines: Sequence[tuple[str, str]]) -> tuple[float, str, float]:
    """Give the share of lines with a telling word of their topic; the topic where most have one, and its share.

    Telling are, of the words that hardly any other topic's lines have, the three that most of its own have.
    """
    words = {topic: Counter[str]() for _, topic in lines}
    of_topic: dict[str, list[set[str]]] = defaultdict(list)
    for text, topic in lines:
        said = set(normalise(text).split())
        of_topic[topic].append(said)
        words[topic].update(said)
    everywhere = sum(words.values(), Counter[str]())
    shares = {}
    for topic, said in of_topic.items():
        others = len(lines) - len(said)
        telling = [word for word, times in words[topic].most_common() if everywhere[word] - times < RARE * others]
        shares[topic] = sum(not one.isdisjoint(telling[:TELLING]) for one in said) / len(said)
    hits = sum(share * len(of_topic[topic]) for topic, share in shares.items())
    worst = max(shares, key=shares.__getitem__)
    return hits / len(lines), worst, shares[worst]


def shared_grams(passes: Mapping[str, Sequence[str]]) -> tuple[float, str, float]:
    """Give what share of a pass's runs of four words another pass has too: mean; the pass with the most, and its."""
    grams = {name: {gram for text in texts for gram in _grams(text)} for name, texts in passes.items()}
    times = Counter(gram for some in grams.values() for gram in some)
    shares = {name: sum(times[gram] > 1 for gram in some) / len(some) for name, some in grams.items() if some}
    worst = max(shares, key=shares.__getitem__)
    return float(np.mean(list(shares.values()))), worst, shares[worst]


def _grams(text: str) -> list[tuple[str, ...]]:
    words = normalise(text).split()
    return [tuple(words[at : at + GRAM]) for at in range(len(words) - GRAM + 1)]
