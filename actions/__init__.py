"""rasa-sdk actions: they look content up and compose replies. No state, no database, nothing at import."""
