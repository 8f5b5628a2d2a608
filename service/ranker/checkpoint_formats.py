"""Checkpoints of earlier versions, read as if this version had written them.

Formats 4 (float32) and 5 (int8), the last of them written by commit 034e339, named neither their
signals nor their modalities: there was one list of signals, and two blocks of content, text and
pictures. In a catalogue of sounds these stood where pictures do. Knows no files and no rankers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

from service.ranker.data.items import TEXT
from service.ranker.named_arrays import COLD_START_NET
from service.ranker.quantization import Arrays

FORMAT = 6
"""What this version writes."""
Precision = Literal["float32", "int8"]
PRECISION_OF_EARLIER: Mapping[int, Precision] = {4: "float32", 5: "int8"}
READABLE = (*PRECISION_OF_EARLIER, FORMAT)

SIGNALS_OF_034E339 = (
    "sequence",
    "ease_recent",
    "ease_all",
    "ease_borrowed",
    "knn_recent",
    "knn_all",
    "together_all",
    "text_recent",
    "text_best",
    "text_all",
    "image_recent",
    "image_best",
    "tags_recent",
    "domain_share",
    "popularity",
    "recent_popularity",
    "is_cold",
    "history_length",
)
"""What the second stage reads in formats 4 and 5, by the names of that time."""
RENAMED_SIGNALS = {"ease_borrowed": "ease_backoff", "together_all": "co_occurrence"}
IMAGE = "image"


def in_present_format(
    config: Mapping[str, Any], arrays: Arrays, modalities: Collection[str]
) -> tuple[dict[str, Any], Arrays]:
    """A checkpoint's configuration and arrays as FORMAT has them. `modalities` are those of the
    catalogue that it is read into."""
    if config["format"] != FORMAT:
        perceived = _perceived(modalities)
        config = _config(config, perceived)
        arrays = {_array_name(name, perceived): array for name, array in arrays.items()}
    return _with_pools(config), _without_idle_network(config, arrays)


def _without_idle_network(config: Mapping[str, Any], arrays: Arrays) -> Arrays:
    """Once a cold-start network that ranks up to no known event did not rank strangers either."""
    if "pools" in config or config.get("cold_start_events", 0):
        return arrays
    of_network = f"{COLD_START_NET}."
    return {name: array for name, array in arrays.items() if not name.startswith(of_network)}


def _with_pools(config: Mapping[str, Any]) -> dict[str, Any]:
    """Once whoever came from another domain had the same weights whatever they did there, and the
    network counted in full beside them."""
    if "pools" in config:
        return dict(config)
    beginners, newcomers = _priors(config)
    strangers = {**beginners, "popularity": config.get("strangers_prior", 0.0) / 2}
    pools = {
        "strangers": strangers,
        "arrivals": newcomers,
        "newcomers": newcomers,
        "beginners": beginners,
    }
    return {**config, "pools": pools}


def _priors(config: Mapping[str, Any]) -> tuple[dict[str, float], dict[str, float]]:
    """The weights of beginners and newcomers. Once there was one, and whoever came from another domain
    had at least the logarithm of co-occurrence."""
    if "beginners" in config:
        return dict(config["beginners"]), dict(config["newcomers"])
    together = config.get("co_occurrence_weight", 0.0)
    beginners = {"popularity": config.get("popularity_prior", 0.0), "co_occurrence": together}
    return beginners, {"popularity": 0.0, "co_occurrence": max(together, 1.0)}


def _perceived(modalities: Collection[str]) -> str:
    """What the block called image holds: the one modality beside text where that is no picture. It
    stays pictures, which no item has, where there is none, or more than one."""
    others = [modality for modality in modalities if modality != TEXT]
    return others[0] if len(others) == 1 else IMAGE


def _config(config: Mapping[str, Any], perceived: str) -> dict[str, Any]:
    shape = dict(config["shape"])
    shape["modality_dims"] = {TEXT: shape.pop("text_dim"), perceived: shape.pop("image_dim")}
    return {
        "format": FORMAT,
        "precision": PRECISION_OF_EARLIER[config["format"]],
        "version": config["version"],
        "config": config["config"],
        "shape": shape,
        "signals": [_signal_name(name, perceived) for name in SIGNALS_OF_034E339],
        "cold_item_boost": config["cold_lift"],
        "cold_start_events": config["beginner_events"],
        "n_events": config["n_events"],
        "extra": config["extra"],
    }


def _signal_name(name: str, perceived: str) -> str:
    if name.startswith(f"{IMAGE}_"):
        return perceived + name.removeprefix(IMAGE)
    return RENAMED_SIGNALS.get(name, name)


def _array_name(name: str, perceived: str) -> str:
    renamed_prefixes = {
        "together.": "co_occurrence.",
        "beginners.": "cold_start.",
        f"space.{IMAGE}.": f"space.{perceived}.",
        f"model.items.{TEXT}.": f"model.items.modalities.{TEXT}.",
        f"model.items.{IMAGE}.": f"model.items.modalities.{perceived}.",
    }
    for old, new in renamed_prefixes.items():
        if name.startswith(old):
            return new + name.removeprefix(old)
    return name
