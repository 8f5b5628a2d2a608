"""Aligning: from a catalogue's stored vectors to a shared space of text and pictures, measured on
held-out pairs.

    store (vectors of the encoders) + parts of texts -> heads -> held-out recall -> vectors beside the others -> in use

Pictures are not read again. What is in use changes only when the new vectors are complete. Knows no
ranking.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from encoders.alignment.alignment import Alignment, Trained
from encoders.alignment.pairs import Pairs, recall, recalls, split_groups
from encoders.alignment.training import AlignConfig, fit_heads
from encoders.arrays import FloatArray
from encoders.errors import AlignmentError
from encoders.modality import WORDS
from indexer.catalog.item import Item
from indexer.indexing.shared_space import JointEncoder, PartReader
from indexer.stores.store import IMAGE, TEXT
from service.api.messages import TrainProgress
from service.storage.alignments import Alignments
from service.storage.workspace import Workspace

MIN_PAIRS = 200
"""Items with a text and a picture below which held-out pairs are too few to say anything."""
MIN_PRODUCTS = 50
"""The same of products, which are held out whole."""
MAX_PAIRS = 20_000
"""A larger catalogue is sampled: the pairs' texts are to be read in minutes."""
ROWS_AT_ONCE = 256
K = 10

Progress = Callable[[TrainProgress], None]


@dataclass(frozen=True, slots=True)
class AlignReport:
    """What came of it."""

    version: str
    used: bool
    """False where held-out pairs are found no better, luck aside, than without heads: by chance, or
    by the image encoder's own space of texts where it has one."""
    trained: Trained


def align(
    workspace: Workspace,
    *,
    seed: int = 0,
    holdout: float = 0.1,
    config: AlignConfig | None = None,
    product_of: Callable[[Item], str] | None = None,
    progress: Progress = lambda _: None,
) -> AlignReport:
    """Train heads on the catalogue, measure them on the share `holdout` of its items, and put them
    to use.

    Items of one product are held out together; `product_of` names it, and without it items of one
    title are one product. AlignmentError where there are too few pairs, or no image encoder.
    """
    started = time.time()
    reader = PartReader(workspace.text_encoder)
    items, pairs = read_pairs(
        workspace, reader, product_of=product_of or _title, seed=seed, progress=progress
    )
    kept, held_out = split_groups(pairs.group, holdout, seed)
    heads = fit_heads(
        pairs.rows(kept),
        config or AlignConfig(),
        seed=seed,
        progress=lambda done, total: progress(TrainProgress("fit", done, total)),
    )
    asked = pairs.rows(held_out)
    by_text, by_image = recalls(heads, asked, K)
    before = _before(workspace, [items[place] for place in held_out.tolist()], asked)
    version = time.strftime("%Y%m%d-%H%M%S", time.gmtime(started)) + "-" + uuid.uuid4().hex[:4]
    trained = Trained(
        encoders=workspace.fingerprints,
        n_pairs=len(kept),
        n_held_out=len(held_out),
        seed=seed,
        seconds=round(time.time() - started, 1),
        recall={
            "text_to_image": by_text,
            "image_to_text": by_image,
            "text_to_image_before": before[0],
            "image_to_text_before": before[1],
        },
    )
    alignment = Alignment(version, trained, heads)
    Alignments(workspace.settings.data).keep(alignment)
    used = by_text + by_image - sum(before) > _luck(before, len(held_out))
    if used:
        _put_to_use(workspace, JointEncoder(alignment, reader), progress)
    return AlignReport(version, used, trained)


def use_again(workspace: Workspace, version: str, progress: Progress = lambda _: None) -> None:
    """Put one to use that was trained before. AlignmentError where there is none of that name for
    these encoders."""
    alignment = Alignments(workspace.settings.data).read(version, workspace.fingerprints)
    _put_to_use(workspace, JointEncoder(alignment, PartReader(workspace.text_encoder)), progress)


def take_out_of_use(workspace: Workspace) -> None:
    """Search by the encoders' own vectors from the next opening on. Models trained with an
    alignment keep it."""
    Alignments(workspace.settings.data).use("")


def read_pairs(
    workspace: Workspace,
    reader: PartReader,
    *,
    product_of: Callable[[Item], str],
    seed: int = 0,
    progress: Progress = lambda _: None,
) -> tuple[Sequence[Item], Pairs]:
    """The items that have a text and a picture (or a sound), at most MAX_PAIRS of them at random,
    and their pairs."""
    if workspace.perception is None:
        todo = "set encoders.image or encoders.audio, then `palate encoders change`"
        raise AlignmentError("new", "there is no image encoder", todo)
    rows = [
        row
        for page in workspace.store.scroll((TEXT, IMAGE))
        for row in page
        if TEXT in row.vectors and IMAGE in row.vectors and row.item.text()
    ]
    if len(rows) < MIN_PAIRS:
        seen = WORDS[workspace.perception.medium]
        why = (
            f"{len(rows):,} items have both a text and a {seen}, at least {MIN_PAIRS:,} are needed"
        )
        raise AlignmentError("new", why, f"index more items with {seen}s")
    names, group = np.unique([product_of(row.item) for row in rows], return_inverse=True)
    if len(names) < MIN_PRODUCTS:
        why = f"the {len(rows):,} items are {len(names):,} products (by title), at least {MIN_PRODUCTS:,} are needed"
        raise AlignmentError("new", why, "index more of them, or give items titles of their own")
    if len(rows) > MAX_PAIRS:
        chosen = np.random.default_rng(seed).choice(len(rows), MAX_PAIRS, replace=False)
        rows, group = [rows[place] for place in chosen.tolist()], group[chosen]
    parts: list[FloatArray] = []
    titles: list[FloatArray] = []
    for start in range(0, len(rows), ROWS_AT_ONCE):
        progress(TrainProgress("read texts", start, len(rows)))
        some = rows[start : start + ROWS_AT_ONCE]
        parts.append(reader.parts([(row.item, row.vectors[TEXT]) for row in some]))
        titles.append(reader.texts([row.item.title for row in some]))
    image = np.stack([row.vectors[IMAGE] for row in rows])
    pairs = Pairs(
        image, np.concatenate(parts, axis=1), np.concatenate(titles), group.astype(np.int64)
    )
    return [row.item for row in rows], pairs


def _put_to_use(workspace: Workspace, joint: JointEncoder, progress: Progress) -> None:
    """Complete its vectors in the store, then switch to it. The next opening sees it, and forgets
    those of others."""
    joint.fill(
        workspace.store,
        lambda done, total: progress(TrainProgress("write vectors", done, total or 0)),
    )
    workspace.store.flush()
    Alignments(workspace.settings.data).use(joint.alignment.version)


def _title(item: Item) -> str:
    return item.title.casefold() or item.item_id


def _luck(recalls: tuple[float, float], n: int) -> float:
    """Two standard errors of the sum of two recalls over n pairs."""
    return 2.0 * float(np.sqrt(sum(recall * (1 - recall) / n for recall in recalls)))


def _before(workspace: Workspace, items: Sequence[Item], asked: Pairs) -> tuple[float, float]:
    """Recall without heads: by the image encoder's own space of texts where it has one, else by
    chance."""
    perception = workspace.perception
    if perception is None or not perception.encoder.shares_text_space:
        chance = min(1.0, K / len(asked))
        return chance, chance
    texts = perception.encoder.encode_texts([item.text() for item in items])
    return recall(texts, asked.image, K), recall(asked.image, texts, K)
