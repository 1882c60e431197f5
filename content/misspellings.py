"""Which of some listed forms a misspelt word was meant to be: one slip in a short form, two in a long one.

A slip is a letter too many, too few, another, or two changed about; the first letter is right, or changed
with the next.
"""

from __future__ import annotations

from collections.abc import Iterable

ONE, TWO = 5, 9  # letters of a form from which so many slips are forgiven


class Misspellings:
    """Forms by first letter and length, each with the set of its letters: a slip changes at most two of it."""

    def __init__(self, forms: Iterable[str]) -> None:
        self._forms: dict[tuple[str, int], list[tuple[int, str]]] = {}
        for form in sorted({form for form in forms if len(form) >= ONE}):
            self._forms.setdefault((form[0], len(form)), []).append((_letters(form), form))

    def meant(self, word: str, slips: int = 2, letters: int = ONE) -> list[str]:
        """Give the forms of so many letters that a word is fewest slips from; none where it is too many from all."""
        mine, fewest = _letters(word), slips
        found: list[str] = []
        for length in range(max(len(word) - slips, letters), len(word) + slips + 1):
            most = min(fewest, 2 if length >= TWO else 1)
            for theirs, form in [one for first in {*word[:2]} for one in self._forms.get((first, length), ())]:
                if (mine ^ theirs).bit_count() > 2 * most or word[0] not in form[:2]:
                    continue
                made = slips_between(word, form, most)
                if made <= min(most, fewest):
                    found = [form] if made < fewest else [*found, form]
                    fewest = made
        return found


def slips_between(one: str, two: str, most: int) -> int:
    """Give how many slips make one word of another (optimal string alignment); where more than `most`, only that."""
    while one and two and one[-1] == two[-1]:
        one, two = one[:-1], two[:-1]
    while one and two and one[0] == two[0]:
        one, two = one[1:], two[1:]
    before: list[int] = []
    last = list(range(len(two) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, other in enumerate(two, 1):
            least = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == two[j - 2] and one[i - 2] == other:
                least = min(least, before[j - 2] + 1)
            row.append(least)
        before, last = last, row
        if min(before) > most and min(last) > most:
            return most + 1
    return last[-1]


def _letters(word: str) -> int:
    return sum({1 << (ord(letter) % 61) for letter in word})
