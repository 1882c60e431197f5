"""What is said otherwise in an app or by SMS than on the web page (in_apps.yml). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from content.files import File, entries

_SPACES = re.compile(r"[ \t]{2,}")


@dataclass(frozen=True)
class InApps:
    """Whole sentences and what stands in their place; by the name of each."""

    sentences: dict[str, tuple[str, str]]
    never: re.Pattern[str]

    def said(self, text: str) -> str:
        """Give a text as it is said in an app."""
        for web, app in sorted(self.sentences.values(), key=lambda pair: -len(pair[0])):
            text = text.replace(web, app)
        return _SPACES.sub(" ", text).strip()

    def left(self, text: str) -> Iterator[str]:
        """Give what a text would say of the web page even in an app."""
        yield from (found.group() for found in self.never.finditer(self.said(text)))


def read_in_apps(file: File) -> InApps:
    """Read in_apps.yml. Raises ContentError."""
    sentences = {}
    for name, entry in entries(file.section("sentences", dict)):
        app = entry.get("app")
        if not isinstance(app, str):
            raise file.wrong(entry, f"'{name}' lacks 'app': say what stands instead, or \"\" for nothing.")
        sentences[name] = (file.text(entry, "web"), app)
    never = "|".join(f"(?:{pattern})" for pattern in file.section("never", list))
    return InApps(sentences, re.compile(never, re.IGNORECASE))
