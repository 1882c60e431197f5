"""What a store that is down raises. Everything else is a defect, and is not hidden as an outage."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import SQLAlchemyError

from gateway.storage.change import Conflict

STORE_FAILURES = (SQLAlchemyError, sqlite3.Error, OSError, TimeoutError, Conflict)
