"""Palate's contract for other programs: the generated messages of `palate.v1` and the client that speaks them."""
