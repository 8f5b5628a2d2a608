"""Limits: what counts as evidence for a result, and how much of it is named. Values only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AttributionLimits:
    """Thresholds of `attribution`."""

    min_relative_drop: float = 1e-4
    """A drop must exceed this share of the larger of the two scores: below it is arithmetic noise."""
    min_people: int = 5
    """Fewer people are never mentioned: they could be recognised."""
    min_z: float = 2.0
    """Similarity counts from this many standard deviations above random pairs: about the closest 2
    % of a catalogue."""
    min_popularity_percentile: float = 0.9
    min_trend_lift: float = 2.0
    """Chosen lately this many times as often as over all time."""
    max_new_days: float = 30.0
    few_events: int = 5
    """A user with fewer known events is a cold-start user."""
    max_share: float = 0.3
    """A category that more of the catalogue has says nothing."""
    max_attribute_share: float = 0.1
    """The same of attribute values. It is lower, since a value worth naming is a name, not a class
    such as an age rating."""
    min_lift: float = 1.5
    """A value must be this much more common among what the user chose than in the catalogue."""
    trust_in_models: float = 0.5
    """What a language model says of two items counts so much of what the caller says."""
    max_history: int = 5
    max_looked_up: int = 3
    """Facts of one looked-up kind."""


DEFAULT_LIMITS = AttributionLimits()
