"""What the understanding learns from beside data/nlu, and what was learned once for all: see tune.py."""
