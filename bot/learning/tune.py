"""Teaches the English encoder what our glosses are about, once for all: `make tune`, half an hour on two cores.

The encoder was made for English sentences, not for word-for-word glosses of Swedish in trouble. Here it learns from
the training lines (topics of data/nlu, risks of bot/learning/risks) a small addition to its weights, kept in
`adapter.npz` (1.3 MB) and merged in whenever the packaged encoder is built. `varsam train` does not do this: a new
topic or example is learned there, on top of the vectors as they are.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from bot.components.adapter import ADAPTER, write_adapter
from bot.components.encoder import OFFICIAL_SHA256, packaged
from bot.components.encoder_graph import plain_name
from bot.components.gloss import Gloss
from bot.learning.bert import AdaptableBert
from bot.learning.lines import labelled_lines, topic_lines
from content.recognition import Recogniser
from content.registry import HERE, load_content

# Tried on 9,588 lines (topic right at the first try, hard held-out lines): rank 16, rate 1e-3, three epochs 73.7 %;
# rank 32, rate 2e-3, five epochs 81.4 %.
RANK, RATE, EPOCHS, BATCH = 32, 2e-3, 6, 32
DROPOUT, MASKED, SMOOTHED = 0.1, 0.08, 0.05
SHARPNESS = 16.0  # vectors have length 1: what makes their products into logits
WARMING = 100  # steps
MOST_TOKENS = 64
SEED = 1
SIZE = 384  # of the packaged encoder's vectors
# Of any number of lines and tokens, so that the step is traced once: ids, mask, rows.
_SHAPES = [
    tf.TensorSpec((None, None), tf.int32),
    *[tf.TensorSpec((None, None), tf.float32)] * 2,
]
Lines = list[tuple[list[int], np.ndarray]]  # token ids, the row to be learned


class _Learner:
    """The encoder with one head for topics (softmax) and one for risks (each by itself)."""

    def __init__(self, bert: AdaptableBert, topics: int, risks: int) -> None:
        source = np.random.default_rng(SEED)
        self._bert = bert
        self._heads = {
            kind: (
                tf.Variable(source.normal(0, 0.05, (SIZE, number)).astype(np.float32)),
                tf.Variable(np.zeros(number, np.float32)),
            )
            for kind, number in (("topics", topics), ("risks", risks))
        }
        added = [part for pair in bert.added.values() for part in pair]
        self._learned = {kind: [*added, *head] for kind, head in self._heads.items()}
        self._optimisers = {kind: tf.keras.optimizers.legacy.Adam() for kind in self._heads}
        self._steps = {kind: tf.function(self._step(kind), _SHAPES) for kind in self._heads}

    def learn(self, kind: str, rate: float, ids: np.ndarray, mask: np.ndarray, rows: np.ndarray) -> float:
        """Take one step; give the loss."""
        self._optimisers[kind].learning_rate.assign(rate)
        return float(self._steps[kind](ids, mask, rows))

    def _step(self, kind: str) -> Any:
        weights, bias = self._heads[kind]

        def step(ids: tf.Tensor, mask: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
            with tf.GradientTape() as tape:
                vectors = tf.nn.dropout(self._bert(ids, mask, DROPOUT), DROPOUT)
                logits = SHARPNESS * tf.matmul(vectors, weights) + bias
                if kind == "topics":
                    wanted = rows * (1 - SMOOTHED) + SMOOTHED / bias.shape[0]
                    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(wanted, logits))
                else:
                    loss = tf.reduce_mean(tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(rows, logits), 1))
            gradients, _ = tf.clip_by_global_norm(tape.gradient(loss, self._learned[kind]), 1.0)
            pairs = zip(gradients, self._learned[kind])  # noqa: B905 - TensorFlow traces this, and its zip knows no `strict`
            self._optimisers[kind].apply_gradients(pairs)
            return loss

        return step


def tune(target: Path = ADAPTER) -> None:
    """Learn and write the adapter. Prints what it does every hundred steps."""
    folder = packaged()
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_TOKENS)
    tensors = {plain_name(name): value for name, value in load_file(folder / "model.safetensors").items()}
    bert = AdaptableBert(tensors, config["num_hidden_layers"], config["num_attention_heads"], RANK, SEED)
    gloss, content = Gloss.load(HERE / "gloss"), load_content()
    recogniser = Recogniser.load(HERE)

    def read(text: str) -> list[int]:
        return tokenizer.encode(gloss.read(text, recogniser.language_of(text))).ids

    topics, risks = list(content.taxonomy.topics), list(content.taxonomy.risks)
    data = {
        "topics": _rows(((text, [topic]) for text, topic in topic_lines()), topics, read),
        "risks": _rows(((line["text"], line["risks"]) for line in labelled_lines()), risks, read),
    }
    _learn(_Learner(bert, len(topics), len(risks)), data, tokenizer.token_to_id("[MASK]"))
    write_adapter(
        target, OFFICIAL_SHA256, {name: (down.numpy(), up.numpy()) for name, (down, up) in bert.added.items()}
    )


def _learn(learner: _Learner, data: dict[str, Lines], masked: int) -> None:
    source, started, step, losses = np.random.default_rng(SEED), time.monotonic(), 0, []
    total = EPOCHS * sum(-(-len(lines) // BATCH) for lines in data.values())
    for _ in range(EPOCHS):
        batches = [(kind, batch) for kind, lines in data.items() for batch in _batches(lines, source)]
        for at in source.permutation(len(batches)):
            kind, batch = batches[at]
            rate = RATE * min(1.0, step / WARMING) * max(0.02, 1 - step / total)
            losses.append(learner.learn(kind, rate, *_padded(batch, source, masked)))
            step += 1
            if step % 100 == 0:
                seconds = time.monotonic() - started
                print(f"step {step} of {total}: loss {np.mean(losses[-100:]):.2f}, {seconds:.0f} s", flush=True)


def _rows(lines: Iterable[tuple[str, list[str]]], names: Sequence[str], read: Callable[[str], list[int]]) -> Lines:
    places = {name: place for place, name in enumerate(names)}
    rows = []
    for text, labels in lines:
        row = np.zeros(len(names), np.float32)
        row[[places[label] for label in labels]] = 1.0
        rows.append((read(text), row))
    return rows


def _batches(lines: Lines, source: np.random.Generator) -> Iterator[Lines]:
    """Give batches of lines of about the same length, in random order otherwise."""
    order = source.permutation(len(lines))
    for start in range(0, len(order), BATCH * 50):
        part = sorted(order[start : start + BATCH * 50], key=lambda at: len(lines[at][0]))
        for at in range(0, len(part), BATCH):
            yield [lines[one] for one in part[at : at + BATCH]]


def _padded(batch: Lines, source: np.random.Generator, masked: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give ids, mask and rows; some tokens are hidden, so that no single word is relied on."""
    longest = max(len(ids) for ids, _ in batch)
    ids = np.zeros((len(batch), longest), np.int32)
    mask = np.zeros((len(batch), longest), np.float32)
    for at, (tokens, _) in enumerate(batch):
        ids[at, : len(tokens)] = tokens
        mask[at, : len(tokens)] = 1.0
        hidden = source.random(len(tokens)) < MASKED
        hidden[[0, -1]] = False
        ids[at, : len(tokens)][hidden] = masked
    return ids, mask, np.stack([row for _, row in batch])
