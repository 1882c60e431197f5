"""The sentence encoder: the packaged one, one from a folder, and what was learned on top."""

from __future__ import annotations

import asyncio
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest
import yaml
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from bot.components.adapter import read_adapter, write_adapter
from bot.components.encoder import Encoder, packaged
from bot.components.encoder_graph import EncoderError, build

WORDS = ["[PAD]", "[UNK]", "jag", "vill", "hem", "sluta"]
SIZE, INNER, HEADS = 8, 16, 2


def tiny(folder: Path, seed: int = 1) -> Path:
    """Make a BERT of one layer, 8 wide, for six words."""
    source = np.random.default_rng(seed)
    shapes = {
        "embeddings.word_embeddings.weight": (len(WORDS), SIZE), "embeddings.position_embeddings.weight": (128, SIZE),
        "embeddings.token_type_embeddings.weight": (2, SIZE),
    } | {
        f"encoder.layer.0.{part}.weight": shape
        for part, shape in {
            "attention.self.query": (SIZE, SIZE), "attention.self.key": (SIZE, SIZE), "attention.self.value": (SIZE, SIZE),
            "attention.output.dense": (SIZE, SIZE), "intermediate.dense": (INNER, SIZE), "output.dense": (SIZE, INNER),
        }.items()
    }  # fmt: skip
    tensors = {name: source.normal(0, 1, shape).astype(np.float32) for name, shape in shapes.items()}
    tensors |= {
        name.replace("weight", "bias"): source.normal(0, 1, shape[0]).astype(np.float32)
        for name, shape in shapes.items() if "layer" in name
    }  # fmt: skip
    for name in (
        "embeddings.LayerNorm",
        "encoder.layer.0.attention.output.LayerNorm",
        "encoder.layer.0.output.LayerNorm",
    ):
        tensors |= {f"{name}.weight": np.ones(SIZE, np.float32), f"{name}.bias": np.zeros(SIZE, np.float32)}
    folder.mkdir(exist_ok=True)
    save_file(tensors, folder / "model.safetensors")
    config = {"num_hidden_layers": 1, "num_attention_heads": HEADS, "hidden_size": SIZE, "layer_norm_eps": 1e-12}
    (folder / "config.json").write_text(json.dumps(config))
    tokenizer = Tokenizer(WordLevel({word: at for at, word in enumerate(WORDS)}, "[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def test_an_encoder_from_a_folder_gives_vectors_of_length_one(tmp_path: Path) -> None:
    encoder = Encoder.of(tiny(tmp_path / "tiny"))
    vectors = encoder.vectors(["jag vill hem", "jag vill sluta", "hem"])
    assert vectors.shape == (3, SIZE)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert not np.allclose(vectors[0], vectors[1], atol=1e-3)


def test_an_encoder_is_kept_whole(tmp_path: Path) -> None:
    encoder = Encoder.of(tiny(tmp_path / "tiny"))
    (tmp_path / "kept").mkdir()
    encoder.save(tmp_path / "kept")
    again = Encoder.load(tmp_path / "kept")
    assert np.array_equal(encoder.vector("jag vill hem"), again.vector("jag vill hem"))


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_folder_without_an_encoder_is_told(tmp_path: Path, missing: str) -> None:
    (tiny(tmp_path / "tiny") / missing).unlink()
    with pytest.raises(EncoderError, match="no encoder in"):
        Encoder.of(tmp_path / "tiny")


def test_weights_of_another_family_are_told(tmp_path: Path) -> None:
    save_file({"wte.weight": np.ones((2, 2), np.float32)}, tiny(tmp_path / "tiny") / "model.safetensors")
    with pytest.raises(EncoderError, match="not of the BERT family"):
        Encoder.of(tmp_path / "tiny")


def test_what_was_learned_is_added_to_the_weights_it_was_learned_for(tmp_path: Path) -> None:
    folder, name = tiny(tmp_path / "tiny"), "encoder.layer.0.output.dense"
    source = np.random.default_rng(2)
    pair = (source.normal(0, 1, (INNER, 2)).astype(np.float32), source.normal(0, 1, (2, SIZE)).astype(np.float32))
    write_adapter(tmp_path / "adapter.npz", "base", {name: pair})
    added = read_adapter(tmp_path / "adapter.npz", "base")
    assert added[f"{name}.weight"] == pytest.approx((pair[0] @ pair[1]).T, abs=0.02)
    json_of = (folder / "tokenizer.json").read_text()
    plain, more = (Encoder(build(folder, some, int8=False), json_of).vector("jag vill") for some in (None, added))
    assert not np.allclose(plain, more, atol=1e-3)
    assert read_adapter(tmp_path / "adapter.npz", "other") == {}
    assert read_adapter(tmp_path / "none.npz", "base") == {}


def test_the_packaged_encoder_knows_what_is_near() -> None:
    near, also, far = Encoder.of(packaged()).vectors(
        ["I want to stop selling sex", "how quit prostitution", "what time open"]
    )
    assert near @ also > near @ far + 0.2


async def test_another_encoder_goes_all_the_way_through_training(tmp_path: Path) -> None:
    """The pipeline of bot/config.yml with VARSAM_ENCODER's folder, on three topics, beside the lines that are labelled with risks."""
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage
    from rasa.model_training import train_nlu

    from bot.__main__ import _with_encoder

    path = _with_encoder(tmp_path, str(tiny(tmp_path / "tiny")), gloss=False)
    config = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(config))
    examples = {"leave": ["jag vill sluta", "sluta"], "home": ["jag vill hem", "hem"], "help": ["hjälp", "jag, hjälp"]}
    blocks = [{"intent": name, "examples": "".join(f"- {one}\n" for one in some)} for name, some in examples.items()]
    (tmp_path / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}))
    model = await asyncio.to_thread(train_nlu, str(path), str(tmp_path / "nlu.yml"), str(tmp_path / "models"))
    agent = Agent.load(model)
    parsed = await agent.processor.parse_message(UserMessage("vill hem"))
    assert parsed["intent"]["name"] == "home"
    with tarfile.open(model) as archive:  # its words, not the packaged encoder's, are in the model
        [kept] = [archive.extractfile(name) for name in archive.getnames() if name.endswith("tokenizer.json")]
        assert kept is not None
        assert kept.read() == (tmp_path / "tiny/tokenizer.json").read_bytes()
