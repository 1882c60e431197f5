"""What the understanding is worth on lines that were never trained on: `make evaluate`. See __main__.py."""
