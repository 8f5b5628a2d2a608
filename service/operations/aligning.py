"""Aligning: from a catalogue's stored vectors to a shared space of text and one other modality,
measured on held-out pairs.

    store (vectors of the encoders) + parts of texts -> heads -> held-out recall -> vectors beside the others -> active

Pictures and sounds are not read again. What is active changes only when the new vectors are
complete. Knows no ranking.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from encoders.alignment.checkpoint import Alignment, AlignmentCard
from encoders.alignment.pairs import Pairs, recall, recalls, split_groups
from encoders.alignment.training import AlignConfig, fit_heads
from encoders.arrays import FloatArray
from encoders.errors import AlignmentError
from encoders.modality import MediaModality, media_types
from encoders.pytorch import require_pytorch
from indexer.catalog.item import Item
from indexer.indexing.shared_space import JointEncoder, PartReader
from indexer.stores.store import TEXT
from service.api.messages import Progress, TrainProgress
from service.errors import InvalidInput
from service.storage.alignments import Alignments
from service.storage.workspace import Workspace

MIN_PAIRS = 200
"""Items with a text and a picture (or a sound) below which held-out pairs are too few to say
anything."""
MIN_PRODUCTS = 50
"""The same of products, which are held out whole."""
MAX_PAIRS = 20_000
"""A larger catalogue is sampled: the pairs' texts are to be read in minutes."""
ROWS_AT_ONCE = 256
K = 10


@dataclass(frozen=True, slots=True)
class AlignReport:
    """What came of it."""

    version: str
    used: bool
    """False where held-out pairs are found no better, luck aside, than without heads: by chance, or
    by the encoder's own space of texts where it has one."""
    trained: AlignmentCard


def align(
    workspace: Workspace,
    modality: str = "",
    *,
    seed: int = 0,
    holdout: float = 0.1,
    config: AlignConfig | None = None,
    product_of: Callable[[Item], str] | None = None,
    progress: Progress = lambda _: None,
) -> AlignReport:
    """Train heads on the catalogue, measure them on the share `holdout` of its items, and activate
    them.

    `modality` is what is to share a space with text; without it pictures, or what the catalogue has
    alone. Items of one product are held out together; `product_of` names it, and without it items of
    one title are one product. AlignmentError where there are too few pairs, or no encoder of the
    modality; PackageMissing without PyTorch.
    """
    require_pytorch("Aligning")
    started = time.time()
    aligned = modality_of(workspace, modality)
    reader = PartReader(workspace.text_encoder)
    items, pairs = read_pairs(
        workspace, reader, aligned, product_of=product_of or _title, seed=seed, progress=progress
    )
    kept, held_out = split_groups(pairs.group, holdout, seed)
    heads = fit_heads(
        pairs.rows(kept),
        config or AlignConfig(),
        seed=seed,
        progress=lambda done, total: progress(TrainProgress("fit", done, total)),
    )
    asked = pairs.rows(held_out)
    by_text, by_medium = recalls(heads, asked, K)
    before = _before(aligned, [items[place] for place in held_out.tolist()], asked)
    version = time.strftime("%Y%m%d-%H%M%S", time.gmtime(started)) + "-" + uuid.uuid4().hex[:4]
    trained = AlignmentCard(
        encoders={name: workspace.fingerprints[name] for name in (TEXT, aligned.name)},
        n_pairs=len(kept),
        n_held_out=len(held_out),
        seed=seed,
        seconds=round(time.time() - started, 1),
        recall={
            "text_to_image": by_text,
            "image_to_text": by_medium,
            "text_to_image_before": before[0],
            "image_to_text_before": before[1],
        },
        modality=aligned.name,
    )
    alignment = Alignment(version, trained, heads)
    Alignments(workspace.settings.data).keep(alignment)
    used = by_text + by_medium - sum(before) > _luck(before, len(held_out))
    if used:
        _activate(workspace, JointEncoder(alignment, reader), progress)
    return AlignReport(version, used, trained)


def activate_again(workspace: Workspace, version: str, progress: Progress = lambda _: None) -> None:
    """Activate one that was trained before. AlignmentError where there is none of that name for
    these encoders."""
    alignment = Alignments(workspace.settings.data).read(version, workspace.fingerprints)
    _activate(workspace, JointEncoder(alignment, PartReader(workspace.text_encoder)), progress)


def deactivate(workspace: Workspace, modality: str = "") -> None:
    """Search by the encoders' own vectors from the next opening on, by those of one modality or of
    all. Models trained with an alignment keep it."""
    Alignments(workspace.settings.data).deactivate(modality, workspace.fingerprints)


def modality_of(workspace: Workspace, name: str = "") -> MediaModality:
    """The modality that is meant: the one that is named, else pictures, else what there is.
    InvalidInput for a name that is none, AlignmentError where it has no encoder."""
    if name and name not in media_types():
        raise InvalidInput("modality", name, f"known are {', '.join(media_types())}")
    there = workspace.modalities
    chosen = name or ("image" if "image" in there else "".join(list(there)[:1]))
    if chosen not in there:
        settings = [f"encoders.{one}" for one in ([name] if name else media_types())]
        todo = f"set {' or '.join(settings)}, then `palate encoders change`"
        raise AlignmentError("new", f"there is no {name or 'image'} encoder", todo)
    return there[chosen]


def read_pairs(
    workspace: Workspace,
    reader: PartReader,
    modality: MediaModality,
    *,
    product_of: Callable[[Item], str],
    seed: int = 0,
    progress: Progress = lambda _: None,
) -> tuple[Sequence[Item], Pairs]:
    """The items that have a text and something of the modality, at most MAX_PAIRS of them at random,
    and their pairs."""
    rows = [
        row
        for page in workspace.store.scroll((TEXT, modality.name))
        for row in page
        if TEXT in row.vectors and modality.name in row.vectors and row.item.text()
    ]
    if len(rows) < MIN_PAIRS:
        having = f"{len(rows):,} items have both a text and a {modality.noun}"
        why = f"{having}, at least {MIN_PAIRS:,} are needed"
        raise AlignmentError("new", why, f"index more items with {modality.plural}")
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
    media = np.stack([row.vectors[modality.name] for row in rows])
    pairs = Pairs(
        media, np.concatenate(parts, axis=1), np.concatenate(titles), group.astype(np.int64)
    )
    return [row.item for row in rows], pairs


def _activate(workspace: Workspace, joint: JointEncoder, progress: Progress) -> None:
    """Complete its vectors in the store, then switch to it. The next opening sees it, and drops
    those of the one before."""
    joint.fill(
        workspace.store,
        lambda done, total: progress(TrainProgress("write vectors", done, total or 0)),
    )
    workspace.store.flush()
    Alignments(workspace.settings.data).activate(joint.alignment, workspace.fingerprints)


def _title(item: Item) -> str:
    return item.title.casefold() or item.item_id


def _luck(recalls: tuple[float, float], n: int) -> float:
    """Two standard errors of the sum of two recalls over n pairs."""
    return 2.0 * float(np.sqrt(sum(recall * (1 - recall) / n for recall in recalls)))


def _before(modality: MediaModality, items: Sequence[Item], asked: Pairs) -> tuple[float, float]:
    """Recall without heads: by the encoder's own space of texts where it has one, else by chance."""
    if not modality.encoder.shares_text_space:
        chance = min(1.0, K / len(asked))
        return chance, chance
    texts = modality.encoder.encode_texts([item.text() for item in items])
    return recall(texts, asked.media, K), recall(asked.media, texts, K)
