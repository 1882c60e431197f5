"""Messaging platforms: what comes in through them, what goes out, and how each is set up. Knows no platform."""
