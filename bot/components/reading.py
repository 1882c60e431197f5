"""In what language a text is, and what of it the English encoder and the words' views read. Free of Rasa."""

from __future__ import annotations

from pathlib import Path

from bot.components.foreign_gloss import ForeignGloss
from bot.components.gloss import Gloss, read_table
from content.recognition import HOME, Recogniser
from content.registry import HERE


class Reading:
    """Reads texts of every language that we know."""

    def __init__(self, recogniser: Recogniser, swedish: Gloss, others: dict[str, ForeignGloss]) -> None:
        self.language_of = recogniser.language_of
        self._swedish, self._others = swedish, others

    @classmethod
    def load(cls, root: Path = HERE) -> Reading:
        """Read the tables below `root` (content/)."""
        words = read_table(root / "gloss/words.tsv")
        others = ForeignGloss.load_all(root / "gloss/languages", words)
        swedish = Gloss(words, read_table(root / "gloss/phrases.tsv"))
        return cls(Recogniser.load(root), swedish, others)

    def foreign(self, text: str, lang: str) -> str | None:
        """Give the English of a text in another language than Swedish and English; None where it has no table."""
        return self._others[lang](text) if lang in self._others else None

    def english(self, text: str, lang: str | None = None) -> str:
        """Give what the encoder reads: the gloss; English as it stands."""
        lang = lang or self.language_of(text)
        if lang == HOME:
            return self._swedish(text)
        found = self.foreign(text, lang)
        return text if found is None else found
