"""The engine's launcher: `python -m bot serve --port N --model FILE` and `python -m bot train --out FOLDER`.

`python -m bot tune` teaches the packaged encoder anew (bot/learning/tune.py).

Run it from the project's root. The server listens on loopback only.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import yaml

from bot.quiet import before_import, quiet

CONFIG = Path("bot/config.yml")
ENCODER = "bot.components.sentence_encoder.SwedishSentenceEncoder"


def _train(out: str, encoder: str | None, gloss: bool) -> None:
    import rasa

    quiet()
    with tempfile.TemporaryDirectory() as folder:
        config = _with_encoder(Path(folder), encoder, gloss) if encoder else CONFIG
        # Whether to train is the caller's to know: Rasa's cache sees neither the gloss nor the code beside a component.
        result = rasa.train(
            domain="bot/domain", config=str(config), training_files=["data"], output=out, force_training=True
        )
    if result.code != 0 or not result.model:
        sys.exit("training failed; see above")
    print(result.model)


def _with_encoder(folder: Path, encoder: str, gloss: bool) -> Path:
    """Write bot/config.yml with another sentence encoder into a folder; give the file."""
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    for component in config["pipeline"]:
        if component["name"] == ENCODER:
            component |= {"folder": str(Path(encoder).absolute()), "gloss": gloss}
    target = folder / "config.yml"
    target.write_text(yaml.safe_dump(config), encoding="utf-8")
    return target


def _serve(port: int, model: str) -> None:
    import asyncio

    from rasa.core.channels.channel import register
    from rasa.core.run import create_http_input_channels
    from sanic import Sanic

    from bot.engine import EngineNotReady, load_engine

    quiet()
    app = Sanic("varsam_engine", configure_logging=False)
    try:
        app.ctx.engine = load_engine(model)
    except EngineNotReady as problem:
        sys.exit(str(problem))
    register(create_http_input_channels(None, "bot/credentials.yml"), app, route="/webhooks/")
    asyncio.set_event_loop(asyncio.new_event_loop())
    app.run(host="127.0.0.1", port=port, access_log=False, debug=False, motd=False, workers=1)


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m bot")
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train")
    train.add_argument("--out", required=True)
    train.add_argument("--encoder", help="folder of another BERT-family sentence encoder")
    train.add_argument("--no-gloss", action="store_true", help="that encoder reads Swedish by itself")
    commands.add_parser("tune")
    serve = commands.add_parser("serve")
    serve.add_argument("--port", type=int, required=True)
    serve.add_argument("--model", required=True)
    given = parser.parse_args()
    before_import()
    if not CONFIG.exists():
        sys.exit("run this from the project's root")
    if given.command == "train":
        _train(given.out, given.encoder, not given.no_gloss)
    elif given.command == "tune":
        from bot.learning.tune import tune

        tune()
    else:
        _serve(given.port, given.model)


if __name__ == "__main__":
    main()
