"""Reviewed words and facts, and the pure rules that read them. A leaf: imports none of ours."""
