"""What the understanding learns from beside data/nlu, and what was learned once for all: risks/ and tune.py."""
