"""Makes the data folders of `tests/folders/034e339`: what Palate 034e339 left on disk, and beside
each what it answered.

Runs with the code of that commit only, whose modules it imports; README.md beside it has the
command. Today's code reads the results in `tests/service/storage/test_migration.py`.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tempfile
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from indexer.events import Event
from PIL import Image
from service.requests import (
    ExplainRequest,
    RecommendRequest,
    SearchRequest,
    SimilarRequest,
    TasteRequest,
    UserProfile,
)
from service.workspace import Workspace

from indexer.catalog import Item
from service.config_file import load_settings
from service.recommender import Recommender
from tests.tones import encoded, tone

COMMIT = "034e339"
NOW = 1_700_000_000.0
DAY_S = 86_400.0
ASKED_AT = NOW + 10 * DAY_S
"""The clock of every answer."""
N_ITEMS, N_USERS, EVENTS_EACH = 40, 30, 8
WORDS = {
    "space": ("rocket", "planet", "alien", "galaxy", "orbit"),
    "love": ("wedding", "heart", "kiss", "letter", "dance"),
}
RANKER = {
    "dim": 16, "n_blocks": 1, "n_heads": 1, "max_epochs": 8, "blend_lists": 150, "candidates": 30,
    "content_dim": 8, "learning_rate": 1e-2,
}  # fmt: skip
ENCODERS = {
    "text_image": {"text": "fake", "image": "fake"},
    "text_audio": {"text": "fake", "audio": "fake"},
    "text": {"text": "fake", "image": "none"},
}
RECOMMENDED: Sequence[Mapping[str, Any]] = (
    {"user_id": "u0", "k": 10, "explain": True},
    {"user_id": "u1", "k": 10, "explain": True, "language": "zh"},
    {"user_id": "u2", "k": 5, "domains": ["books"], "explain": True},
    {"user_id": "u3", "k": 5, "filter": "price < 20", "diversity": 0.5},
    {"user_id": "u4", "k": 10, "exploration": 0.5, "include_seen": True},
    {"user_id": "described", "k": 5, "explain": True},
    {"user_id": "", "k": 5, "history_item_ids": ["i1", "i3"], "explain": True},
    {"user_id": "u5", "k": 5, "taste": "wedding dance"},
    {"user_id": "nobody", "k": 5, "explain": True},
)
SIMILAR: Sequence[Mapping[str, Any]] = ({"item_id": "i3", "k": 5},)
TASTES = ("u0", "described")


def kind(number: int) -> str:
    """Even items and users are about space, odd ones about love."""
    return "space" if number % 2 == 0 else "love"


def picture(number: int) -> bytes:
    """Blue for space, red for love; no two are of one shade."""
    shade = 6 * number
    colour = (shade, 40, 255) if kind(number) == "space" else (255, 40, shade)
    with io.BytesIO() as stream:
        Image.new("RGB", (8, 8), colour).save(stream, "PNG")
        return stream.getvalue()


def hertz(number: int) -> float:
    """Space hums, love whistles."""
    return (80.0 if kind(number) == "space" else 2_000.0) * 1.04**number


def sound(number: int) -> bytes:
    """A tenth of a second, to be small."""
    return encoded(tone(hertz(number), seconds=0.1))


def items() -> list[Item]:
    made = []
    for number in range(N_ITEMS):
        words = WORDS[kind(number)]
        first, second = words[number % 5], words[(number // 2) % 5]
        made.append(
            Item(
                item_id=f"i{number}",
                domain="films" if number < N_ITEMS - 10 else "books",
                title=f"{first.title()} {number}",
                description=f"{first} {second} {kind(number)}",
                categories=(kind(number).title(),),
                attributes={"maker": f"maker {number % 4}"},
                price=float(number),
                created_at=NOW + number,
            )
        )
    return made


def events() -> list[Event]:
    made = []
    for user in range(N_USERS):
        for step in range(EVENTS_EACH):
            number = (2 * ((user // 2) * 3 + step) + user % 2) % N_ITEMS
            value = 1.0 if step == 5 else 4.0 + user % 2
            name = "purchase" if step == 3 else "rating"
            seconds = NOW + DAY_S * (user % 7) + 100 * step
            made.append(
                Event(
                    f"u{user}", f"i{number}", name, None if name == "purchase" else value, seconds
                )
            )
    return made


def searches(name: str) -> Sequence[Mapping[str, Any]]:
    """Requests of a search; bytes as base64."""
    words = {"text": "rocket", "k": 5}
    if name == "text_image":
        return words, {"image": b64encode(picture(6)).decode(), "k": 3}
    if name == "text_audio":
        return words, {"audio": b64encode(sound(6)).decode(), "k": 3}
    return (words,)


def answered(answer: Any) -> dict[str, Any]:
    """What is compared of an answer."""
    return {
        "model_version": answer.model_version,
        "degraded": list(answer.degraded),
        "results": [
            {
                "item_id": row.item_id,
                "score": row.score,
                "sources": list(row.sources),
                "reason": row.reason,
            }
            for row in answer.results
        ],
    }


def explained(explanation: Any) -> dict[str, Any]:
    """What is compared of an explanation."""
    return {
        "text": explanation.text,
        "model_version": explanation.model_version,
        "parameters": dict(explanation.parameters),
        "evidence": [
            {"kind": str(fact.kind), "item_id": fact.item_id, "weight": fact.weight}
            for fact in explanation.evidence
        ],
    }


def search_request(request: Mapping[str, Any]) -> SearchRequest:
    content = {name: b64decode(request[name]) for name in ("image", "audio") if name in request}
    return SearchRequest(**{**request, **content})


def fill(palate: Recommender, name: str) -> None:
    rows = items()
    images = {row.item_id: [picture(n)] for n, row in enumerate(rows)}
    sounds = {row.item_id: sound(n) for n, row in enumerate(rows)}
    report = palate.index_items(
        rows,
        images if name == "text_image" else {},
        sounds if name == "text_audio" else {},
    )
    assert (report.indexed, list(report.warnings)) == (N_ITEMS, [])
    palate.record_events(events())
    palate.put_user(UserProfile("described", {"age": "30-39"}, "rocket and galaxy"))


def served(palate: Recommender) -> dict[str, Any]:
    """One answer and what was explained of its first and its last result."""
    answer = palate.recommend(RecommendRequest(user_id="u0", k=10))
    explanations = []
    for row in (answer.results[0], answer.results[-1]):
        request = {"item_id": row.item_id, "recommendation_id": answer.recommendation_id}
        explanation = palate.explain(ExplainRequest(**request, change=True))
        explanations.append({"request": request, "explanation": explained(explanation)})
    return {"model_version": answer.model_version, "explanations": explanations}


def asked(palate: Recommender, name: str) -> dict[str, Any]:
    """All questions of the active model, and its answers."""
    return {
        "recommended": [
            {"request": dict(one), "answer": answered(palate.recommend(RecommendRequest(**one)))}
            for one in RECOMMENDED
        ],
        "similar": [
            {"request": dict(one), "answer": answered(palate.similar_items(SimilarRequest(**one)))}
            for one in SIMILAR
        ],
        "searched": [
            {"request": dict(one), "answer": answered(palate.search_items(search_request(one)))}
            for one in searches(name)
        ],
        "explained": [
            {
                "request": {"user_id": user_id, "item_id": item_id},
                "explanation": explained(palate.explain(ExplainRequest(item_id, user_id=user_id))),
            }
            for user_id, item_id in (("u1", "i35"), ("described", "i30"))
        ],
        "tastes": [
            {"user_id": user_id, "text": palate.describe_taste(TasteRequest(user_id)).text}
            for user_id in TASTES
        ],
    }


def make(folder: Path, name: str) -> dict[str, Any]:
    """Fill a data folder and return what `expected.json` says of it."""
    settings = {"encoders": ENCODERS[name], "ranker": RANKER}
    palate = Recommender(Workspace.open(load_settings(data=folder, overrides=settings)))
    time.time = lambda: NOW + 9 * DAY_S
    fill(palate, name)
    model = palate.train(seed=0, force=True).version
    time.time = lambda: ASKED_AT
    expected: dict[str, Any] = {
        "commit": COMMIT,
        "asked_at": ASKED_AT,
        "settings": settings,
        "active": model,
        "small": palate.shrink_model(model).version,
        "profile": asdict(palate._log.get_user("described")),
        "served": [served(palate)],
        "by_active": asked(palate, name),
    }
    palate.activate_model(expected["small"])
    expected["served"].append(served(palate))
    expected["by_small"] = asked(palate, name)
    time.time = lambda: ASKED_AT + 1  # the model that served before the last is told by its time
    palate.activate_model(model)
    palate.close()
    return expected


def pack(folder: Path, archive: Path) -> None:
    """As a GNU tar, which keeps the holes of files that were preallocated."""
    order = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner"]
    tar = ["tar", "--create", "--sparse", "--format=gnu", *order, "-C", str(folder), "."]
    packed = subprocess.run(tar, check=True, stdout=subprocess.PIPE)
    small = subprocess.run(["xz", "-9e"], input=packed.stdout, check=True, stdout=subprocess.PIPE)
    archive.write_bytes(small.stdout)


def main(into: Path) -> None:
    for name in ENCODERS:
        folder = Path(tempfile.mkdtemp())
        expected = make(folder, name)
        pack(folder, into / f"{name}.tar.xz")
        text = json.dumps(expected, indent=1, ensure_ascii=False)
        (into / f"{name}.expected.json").write_text(text + "\n", encoding="utf-8")
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
