"""Palate's contract for other programs: the generated messages of `palate.v1` and the client that speaks them.

In a notebook, `palate.open` and `palate.connect` give the same calls with tables in and out, in this
process or at a server.
"""

from palate.opening import connect, open

__all__ = ["connect", "open"]
