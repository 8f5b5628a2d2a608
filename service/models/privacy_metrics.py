"""What the figures of a model that was trained with differential privacy are called. Loads nothing, so
that commands can name them."""

from __future__ import annotations

EPSILON, DELTA, SPENT = "privacy/epsilon", "privacy/delta", "privacy/epsilon_spent"
"""Of its training, and of all trainings up to it, at the same delta."""
KNOWN = "privacy/known_items"
"""How many items stand out from the noise."""
