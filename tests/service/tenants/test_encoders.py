"""Encoders are loaded once for all tenants."""

from __future__ import annotations

from encoders.networks.backend import PYTORCH
from service.tenants.encoders import SharedEncoders

NAMES = {"text": "fake", "image": "fake"}


def test_whoever_asks_gets_the_same_ones() -> None:
    encoders = SharedEncoders(PYTORCH)
    (text, media), (again, media_again) = encoders.of(NAMES), encoders.of(NAMES)
    assert text is again
    assert media["image"] is media_again["image"]


def test_others_are_loaded_beside_them() -> None:
    encoders = SharedEncoders(PYTORCH)
    _, pictures = encoders.of(NAMES)
    text, sounds = encoders.of({"text": "fake", "image": "none", "audio": "fake"})
    assert (set(pictures), set(sounds)) == ({"image"}, {"audio"})
    assert text is encoders.of(NAMES)[0]


def test_warming_up_runs_each() -> None:
    encoders = SharedEncoders(PYTORCH)
    encoders.warm_up(NAMES)
    text, _ = encoders.of(NAMES)
    assert text.encode_queries([""]).shape == (1, text.dim)
