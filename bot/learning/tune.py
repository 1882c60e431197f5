"""Teaches the English encoder what our glosses are about, once for all: `make tune`, half an hour on two cores.

The encoder was made for English sentences, not for word-for-word glosses of Swedish in trouble. Here it learns from
the training lines (topics and risks of data/nlu, risks of bot/learning/risks) a small addition to its weights, kept in
`adapter.npz` (2.5 MB) and merged in whenever the packaged encoder is built. `varsam train` does not do this: a new
topic or example is learned there, on top of the vectors as they are.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from bot.components.adapter import ADAPTER, write_adapter
from bot.components.encoder import OFFICIAL_SHA256, packaged
from bot.components.encoder_graph import plain_name
from bot.components.reading import Reading
from bot.components.risk_lines import by_topic, row_of, row_of_example
from bot.learning.bert import AdaptableBert
from bot.learning.lines import examples, labelled_lines
from content.registry import load_content

# Tried on 9,588 lines (topic right at the first try, hard held-out lines): rank 16, rate 1e-3, three epochs 73.7 %;
# rank 32, rate 2e-3, five epochs 81.4 %.
RANK, RATE, EPOCHS, BATCH = 32, 2e-3, 6, 32
DROPOUT, MASKED, SMOOTHED = 0.1, 0.08, 0.05
SHARPNESS = 16.0  # vectors have length 1: what makes their products into logits
WARMING = 100  # steps
MOST_TOKENS = 64
SEED = 1
SIZE = 384  # of the packaged encoder's vectors
# Of any number of lines and tokens, so that the step is traced once: ids, mask, topics, risks.
_SHAPES = [tf.TensorSpec((None, None), tf.int32), *[tf.TensorSpec((None, None), tf.float32)] * 3]


@dataclass(frozen=True)
class _Line:
    """Token ids, and what is to be learned: a row of topics (all 0: none known), a row of risks (NaN: not known)."""

    ids: list[int]
    topics: np.ndarray
    risks: np.ndarray


class _Learner:
    """The encoder with one head for topics (softmax) and one for risks (each by itself)."""

    def __init__(self, bert: AdaptableBert, topics: int, risks: int) -> None:
        source = np.random.default_rng(SEED)
        self._bert = bert
        self._topics, self._risks = (
            (
                tf.Variable(source.normal(0, 0.05, (SIZE, number)).astype(np.float32)),
                tf.Variable(np.zeros(number, np.float32)),
            )
            for number in (topics, risks)
        )
        self._learned = [*(part for pair in bert.added.values() for part in pair), *self._topics, *self._risks]
        self._optimiser = tf.keras.optimizers.legacy.Adam()
        self._step = tf.function(self._one_step, _SHAPES)

    def learn(self, rate: float, *batch: np.ndarray) -> float:
        """Take one step on ids, mask, topics and risks; give the loss."""
        self._optimiser.learning_rate.assign(rate)
        return float(self._step(*batch))

    def _one_step(self, ids: tf.Tensor, mask: tf.Tensor, topics: tf.Tensor, risks: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            vectors = SHARPNESS * tf.nn.dropout(self._bert(ids, mask, DROPOUT), DROPOUT)
            loss = _of_topics(_logits(vectors, self._topics), topics) + _of_risks(_logits(vectors, self._risks), risks)
        gradients, _ = tf.clip_by_global_norm(tape.gradient(loss, self._learned), 1.0)
        pairs = zip(gradients, self._learned)  # noqa: B905 - TensorFlow traces this, and its zip knows no `strict`
        self._optimiser.apply_gradients(pairs)
        return loss


def _logits(vectors: tf.Tensor, head: tuple[tf.Variable, tf.Variable]) -> tf.Tensor:
    weights, bias = head
    return tf.matmul(vectors, weights) + bias


def _of_topics(logits: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
    """Give the mean loss of the lines that have a topic."""
    known = tf.reduce_sum(rows, 1)
    wanted = rows * (1 - SMOOTHED) + SMOOTHED / tf.cast(tf.shape(rows)[1], tf.float32)
    losses = tf.nn.softmax_cross_entropy_with_logits(wanted, logits)
    return tf.reduce_sum(known * losses) / tf.maximum(1.0, tf.reduce_sum(known))


def _of_risks(logits: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
    """Give the mean loss of a line over the risks that somebody has labelled."""
    unknown = tf.math.is_nan(rows)
    losses = tf.nn.sigmoid_cross_entropy_with_logits(tf.where(unknown, 0.0, rows), logits)
    return tf.reduce_mean(tf.reduce_sum(tf.where(unknown, 0.0, losses), 1))


def tune(target: Path = ADAPTER) -> None:
    """Learn and write the adapter. Prints what it does every hundred steps."""
    folder = packaged()
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_TOKENS)
    tensors = {plain_name(name): value for name, value in load_file(folder / "model.safetensors").items()}
    bert = AdaptableBert(tensors, config["num_hidden_layers"], config["num_attention_heads"], RANK, SEED)
    reading, content = Reading.load(), load_content()

    def read(text: str) -> list[int]:
        return tokenizer.encode(reading.english(text)).ids

    topics, risks, says = list(content.taxonomy.topics), list(content.taxonomy.risks), by_topic()
    lines = [_Line(read(one["text"]), _row(topics, []), _row(risks, one["risks"])) for one in labelled_lines()]
    for one in examples():
        known = row_of_example(risks, says, one.topic, one.risks)
        lines.append(_Line(read(one.text), _row(topics, [one.topic]), np.array(known, np.float32)))
    _learn(_Learner(bert, len(topics), len(risks)), lines, tokenizer.token_to_id("[MASK]"))
    write_adapter(
        target, OFFICIAL_SHA256, {name: (down.numpy(), up.numpy()) for name, (down, up) in bert.added.items()}
    )


def _row(names: Sequence[str], labels: Sequence[str]) -> np.ndarray:
    return np.array(row_of(names, labels), np.float32)


def _learn(learner: _Learner, lines: Sequence[_Line], masked: int) -> None:
    source, started, step, losses = np.random.default_rng(SEED), time.monotonic(), 0, []
    total = EPOCHS * -(-len(lines) // BATCH)
    for _ in range(EPOCHS):
        batches = list(_batches(lines, source))
        for at in source.permutation(len(batches)):
            rate = RATE * min(1.0, step / WARMING) * max(0.02, 1 - step / total)
            losses.append(learner.learn(rate, *_padded(batches[at], source, masked)))
            step += 1
            if step % 100 == 0:
                seconds = time.monotonic() - started
                print(f"step {step} of {total}: loss {np.mean(losses[-100:]):.2f}, {seconds:.0f} s", flush=True)


def _batches(lines: Sequence[_Line], source: np.random.Generator) -> Iterator[list[_Line]]:
    """Give batches of lines of about the same length, in random order otherwise."""
    order = source.permutation(len(lines))
    for start in range(0, len(order), BATCH * 50):
        part = sorted(order[start : start + BATCH * 50], key=lambda at: len(lines[at].ids))
        for at in range(0, len(part), BATCH):
            yield [lines[one] for one in part[at : at + BATCH]]


def _padded(batch: Sequence[_Line], source: np.random.Generator, masked: int) -> tuple[np.ndarray, ...]:
    """Give ids, mask and both kinds of rows; some tokens are hidden, so that no single word is relied on."""
    longest = max(len(line.ids) for line in batch)
    ids = np.zeros((len(batch), longest), np.int32)
    mask = np.zeros((len(batch), longest), np.float32)
    for at, line in enumerate(batch):
        tokens = line.ids
        ids[at, : len(tokens)] = tokens
        mask[at, : len(tokens)] = 1.0
        hidden = source.random(len(tokens)) < MASKED
        hidden[[0, -1]] = False
        ids[at, : len(tokens)][hidden] = masked
    return ids, mask, np.stack([line.topics for line in batch]), np.stack([line.risks for line in batch])
