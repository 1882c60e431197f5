"""Keeps Rasa away from its telemetry and from printing what people wrote: its debug log and warnings carry it."""

from __future__ import annotations

import logging
import os
import sys
import warnings


def before_import() -> None:
    """Set what Rasa and TensorFlow read when they are imported."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def quiet() -> None:
    """Silence, after Rasa is imported (importing it configures logging of its own): errors only, no warnings."""
    import structlog

    before_import()
    warnings.showwarning = lambda *args, **kwargs: None
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s", force=True)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
