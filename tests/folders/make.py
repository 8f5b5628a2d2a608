"""Makes a data folder as the code that runs it leaves one, and beside it what that code answered.

    git worktree add ../before COMMIT && cd ../before
    PYTHONPATH=.:proto OMP_NUM_THREADS=1 python ../palate/tests/folders/make.py ../palate/tests/folders/COMMIT

Runs with the code of a commit since c2b067c, whose modules it imports; to be run before what is kept
changes. Today's code reads the result in `tests/service/storage/test_folders.py`. That of 034e339 has
a script of its own.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from PIL import Image

from indexer.log.event_log import AspectRecord
from service.api.messages import ExplainRequest, RecommendRequest, UserProfile
from service.recommender import Recommender
from tests.service.world import NOW, events, items, opened

ASKED_AT = NOW + 10 * 86_400.0
"""The clock of every answer."""
REQUESTS: Sequence[Mapping[str, Any]] = (
    {"user_id": "u0", "k": 10},
    {"user_id": "u2", "k": 5, "domains": ["books"]},
    {"user_id": "u3", "k": 5, "filter": "price < 20", "diversity": 0.5},
    {"user_id": "u4", "k": 10, "exploration": 0.5, "include_seen": True},
    {"user_id": "described", "k": 5},
    {"user_id": "u5", "k": 5, "wish": "wedding, no rocket"},
    {"user_id": "nobody", "k": 5},
)


def picture(number: int) -> bytes:
    """Blue for space, red for love; no two are of one shade."""
    shade = 6 * number
    with io.BytesIO() as stream:
        colour = (shade, 40, 255) if number % 2 == 0 else (255, 40, shade)
        Image.new("RGB", (8, 8), colour).save(stream, "PNG")
        return stream.getvalue()


def fill(palate: Recommender) -> None:
    rows = items()
    palate.index_items(rows, {row.item_id: [picture(n)] for n, row in enumerate(rows)})
    with_ids = [replace(one, event_id=f"e{n}") for n, one in enumerate(events())]
    palate.record_events(with_ids)
    palate.put_user(UserProfile("described", {"age": "30-39"}, "rocket and galaxy"))
    mood = AspectRecord(
        content_hash=rows[0].content_hash(),
        aspect="mood",
        values=("calm",),
        item_id="i0",
        domain="films",
        model="a-model",
        prompt_version="1",
        tokens=7,
        created_at=NOW,
    )
    palate.workspace.log.put_aspects([mood])


def explained(palate: Recommender, recommendation_id: str, item_id: str) -> Mapping[str, Any]:
    why = palate.explain(ExplainRequest(item_id, recommendation_id))
    return {
        "request": {"item_id": item_id, "recommendation_id": recommendation_id},
        "kinds": sorted({str(fact.kind) for fact in why.evidence}),
        "model_version": why.model_version,
    }


def answered(palate: Recommender) -> Sequence[Mapping[str, Any]]:
    """Requests, their lists, and the first result of each explained as it was served."""
    found = []
    for request in REQUESTS:
        answer = palate.recommend(RecommendRequest(**request))
        found.append(
            {
                "request": dict(request),
                "results": [[row.item_id, row.score, list(row.sources)] for row in answer.results],
                "explained": explained(palate, answer.recommendation_id, answer.results[0].item_id),
            }
        )
    return found


def make(folder: Path) -> Mapping[str, Any]:
    """Fill a data folder, and say what it is like."""
    time.time = lambda: ASKED_AT - 86_400.0
    palate = opened(folder)
    fill(palate)
    palate.train(seed=0, force=True)
    time.time = lambda: ASKED_AT
    answers = answered(palate)
    expected = {
        "asked_at": ASKED_AT,
        "active": palate.ranker.version,
        "answers": answers,
        "exported": palate.export_user("u0").data["events"],
        "profile": asdict(palate.workspace.log.get_user("described")),
        "n_aspects": len(list(palate.workspace.log.iter_aspects())),
    }
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
    into.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        expected = make(Path(folder))
        pack(Path(folder), into / "folder.tar.xz")
    text = json.dumps(expected, indent=1, ensure_ascii=False)
    (into / "expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
