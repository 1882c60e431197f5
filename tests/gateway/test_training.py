"""When a model is trained anew: whenever something that it learns from has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.settings import ENCODER_FILES, read_settings
from gateway.training import SOURCES, fingerprint

DEVELOPMENT = {"VARSAM_ENV": "development"}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A house with a file in each of the places that a model depends on."""
    for source in SOURCES:
        path = tmp_path / source
        file = path if path.suffix else path / "a.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("before")
    return tmp_path


def of(house: Path, **given: str) -> str:
    return fingerprint(read_settings(DEVELOPMENT | given), house)


@pytest.mark.parametrize("source", SOURCES)
def test_whatever_is_learned_from_changes_the_model(house: Path, source: str) -> None:
    before = of(house)
    path = house / source
    (path if path.suffix else path / "a.yml").write_text("after")
    assert of(house) != before


@pytest.mark.parametrize("name", ["content/gloss/words.tsv", "bot/learning/adapter.npz", "bot/learning/risks/a.jsonl"])
def test_a_new_file_changes_the_model(house: Path, name: str) -> None:
    before = of(house)
    (house / name).parent.mkdir(parents=True, exist_ok=True)
    (house / name).write_text("new")
    assert of(house) != before


def test_content_that_is_only_looked_up_does_not(house: Path) -> None:
    before = of(house)
    (house / "content/topics").mkdir()
    (house / "content/topics/a.yml").write_text("new")
    assert of(house) == before


def test_another_encoder_is_another_model(house: Path, tmp_path: Path) -> None:
    folder = tmp_path / "encoder"
    folder.mkdir()
    for name in ENCODER_FILES:
        (folder / name).write_text("x")
    own, other = of(house), of(house, VARSAM_ENCODER=str(folder))
    raw = of(house, VARSAM_ENCODER=str(folder), VARSAM_ENCODER_GLOSS="0")
    (folder / "model.safetensors").write_text("changed")
    assert len({own, other, raw, of(house, VARSAM_ENCODER=str(folder))}) == 4
