"""The engine's launcher: `python -m bot serve --port N --model FILE` and `python -m bot train --out FOLDER`.

Run it from the project's root. It keeps Rasa quiet, on loopback, and away from its telemetry.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import warnings
from pathlib import Path


def _quiet() -> None:
    """Before Rasa is imported: no telemetry, no warnings (they can carry a visitor's words), no debug."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["SANIC_NO_COLOR"] = "true"
    warnings.showwarning = lambda *args, **kwargs: None
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s", force=True)
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def _train(out: str) -> None:
    import rasa

    result = rasa.train(domain="bot/domain", config="bot/config.yml", training_files=["data"], output=out)
    if result.code != 0 or not result.model:
        sys.exit("training failed; see above")
    print(result.model)


def _serve(port: int, model: str) -> None:
    import asyncio

    import rasa.core.utils
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import register
    from rasa.core.lock_store import LockStore
    from rasa.core.run import create_http_input_channels
    from rasa.core.tracker_store import TrackerStore
    from sanic import Sanic

    from actions.answer import ActionAnswer
    from bot.action_endpoint import InProcessActions, check_schema_once
    from content.registry import load_content

    _quiet()  # again: importing Rasa configures logging of its own
    check_schema_once()
    endpoints = rasa.core.utils.AvailableEndpoints.read_endpoints("bot/endpoints.yml")
    turns = TrackerStore.create(endpoints.tracker_store)
    agent = Agent.load(
        model,
        tracker_store=turns,
        lock_store=LockStore.create(endpoints.lock_store),
        action_endpoint=InProcessActions([ActionAnswer(load_content())]),
    )
    if not agent.is_ready():
        sys.exit(f"the model {model} could not be loaded; run 'varsam train'")
    app = Sanic("varsam_engine", configure_logging=False)
    register(create_http_input_channels(None, "bot/credentials.yml"), app, route="/webhooks/")
    app.ctx.agent, app.ctx.turns = agent, turns
    asyncio.set_event_loop(asyncio.new_event_loop())
    app.run(host="127.0.0.1", port=port, access_log=False, debug=False, motd=False, workers=1)


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m bot")
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train")
    train.add_argument("--out", required=True)
    serve = commands.add_parser("serve")
    serve.add_argument("--port", type=int, required=True)
    serve.add_argument("--model", required=True)
    given = parser.parse_args()
    _quiet()
    if not Path("bot/config.yml").exists():
        sys.exit("run this from the project's root")
    if given.command == "train":
        _train(given.out)
    else:
        _serve(given.port, given.model)


if __name__ == "__main__":
    main()
