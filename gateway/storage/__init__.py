"""The store: SQLAlchemy 2 Core on SQLite or PostgreSQL, the same code for both. One door for state."""
