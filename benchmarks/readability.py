"""Words and LIX of every topic's answer, easy answer and "berätta mer", as a table in docs/readability.md.

`python -m benchmarks.readability`. LIX: Björnsson (1968); content/wording.py.
"""

from __future__ import annotations

import statistics
from pathlib import Path

from content.model import Topic
from content.registry import load_content
from content.wording import lix, words

DOC = Path(__file__).parent.parent / "docs" / "readability.md"
HEAD = """# How long and how hard the answers are

Words / LIX, written by `python -m benchmarks.readability`. Under 25 reads as for children, under 30 very easy.
Of a topic with variants, the longest and the hardest of them stand in the last columns.

| topic | answer with next step | easy | more | variants | longest | hardest easy |
|---|---|---|---|---|---|---|
"""


def _cell(text: str) -> str:
    return f"{len(words(text))} / {lix(text):.0f}" if text else "–"


def _row(topic: Topic) -> str:
    others = [variant.topic for variant in topic.variants]
    longest = max((len(words(f"{one.answer} {one.next_step}")) for one in others), default=None)
    hardest = max((lix(one.easy) for one in others if one.easy), default=None)
    cells = [
        topic.id,
        _cell(f"{topic.answer} {topic.next_step}"),
        _cell(topic.easy),
        _cell(topic.more.text if topic.more else ""),
        str(len(others)),
        "–" if longest is None else str(longest),
        "–" if hardest is None else f"{hardest:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Write the table, and print what stands under it."""
    topics = load_content().topics.values()
    told = [*topics, *(variant.topic for topic in topics for variant in topic.variants)]
    standard = [lix(f"{one.answer} {one.next_step}") for one in told]
    easy = [lix(one.easy) for one in told if one.easy]
    middle, least = statistics.median(standard), statistics.median(easy)
    summary = (
        f"{len(told)} answers, {len(told) - len(topics)} of them variants: LIX {middle:.0f} in the middle, "
        f"{max(standard):.0f} at most. Easy: {least:.0f} in the middle, {max(easy):.0f} at most."
    )
    DOC.write_text(HEAD + "\n".join(map(_row, topics)) + f"\n\n{summary}\n", encoding="utf-8")
    print(summary)


if __name__ == "__main__":
    main()
