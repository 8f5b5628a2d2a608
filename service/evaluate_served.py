"""Evaluation at the served answer: a copy of the data folder in which the held-out events never happened.

The copy has its own log, store and model, so what is measured is what `Recommender.recommend` returns, filters,
sources and all, and nothing that serves is touched. Vectors are copied, not computed again. Owns the copy; protocols
and figures are `service.evaluation`'s, baselines `service.ranker`'s.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.events import Event
from indexer.store import StoredItem
from service.alignments import Alignments
from service.catalogue import Catalogue, event_types_of, read_interactions
from service.errors import InvalidInput, NoTrainedModel
from service.evaluation import splits
from service.evaluation.evaluate import Recommend, compare, from_scores
from service.evaluation.page import Learning
from service.evaluation.report import Report
from service.evaluation.splits import Case, Split
from service.features import Vocabulary, features_of, read_rows
from service.ranker.baselines import Baseline, fit_baselines
from service.ranker.checkpoint import read_extra
from service.ranker.coengagement import CatalogTooLarge
from service.ranker.interactions import Interactions
from service.recommender import Recommender
from service.requests import RecommendRequest, TrainProgress
from service.workspace import Workspace

Progress = Callable[[TrainProgress], None]
PROTOCOLS = ("leave-one-out", "global-time", "cold-items", "cold-users", "cross-domain")
EVENTS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class ServedEvaluation:
    """What was found, on what, and how the model learned."""

    report: Report
    about: Mapping[str, str]
    """What was measured, for people to read, in the order to be shown."""
    learning: Learning


def evaluate_served(
    workspace: Workspace,
    *,
    protocol: str = "cold-items",
    k: int = 10,
    baselines: Sequence[str] | None = None,
    max_cases: int = 5_000,
    seed: int = 0,
    exploration: float = 0.0,
    cold_share: float = 0.15,
    n_events: int = 5,
    source: str = "",
    target: str = "",
    progress: Progress = lambda _: None,
) -> ServedEvaluation:
    """Train on the protocol's past and ask the recommender its questions, beside the baselines on the same split.

    `baselines` are names of `service.ranker.baselines`; None means all that fit in memory, an empty list none. At most
    `max_cases` questions are asked, drawn at random. `n_events` is for cold-users, `source` and `target` are the
    domains of cross-domain.
    """
    rows = read_rows(workspace.store)
    vocabulary = Vocabulary.of((row.item for row in rows), event_types_of(workspace.log))
    catalogue = Catalogue(workspace.log.item_indices())
    n_items = catalogue.n_indices
    policy = workspace.settings.events.policy()
    table, users = read_interactions(workspace.log, policy, vocabulary.event_types, n_items)
    domains = [""] * n_items
    for row in rows:
        domains[row.item_index] = row.item.domain
    split = _split(protocol, table, domains, seed, cold_share, n_events, source, target)
    if not split.cases:
        raise NoTrainedModel(f"protocol {protocol} finds nothing to ask in {len(table):,} events", "record more events")
    cases = _sample(split.cases, max_cases, seed)
    features = features_of(rows, vocabulary, workspace.dims, n_items)
    event_types = {code: name for name, code in vocabulary.event_types.items()}
    with tempfile.TemporaryDirectory(prefix="palate-evaluate-") as folder:
        copy = _copy(workspace, Path(folder), rows)
        recommender = None
        try:
            _append(copy, _events(split.train, users, catalogue, event_types))
            recommender = Recommender(copy)
            model = recommender.train(progress, seed=seed, force=True)
            for batch in _chunks(_unseen_history(split, cases, users, catalogue, event_types)):
                recommender.record_events(batch)
            systems: dict[str, Recommend] = {"palate": _served(recommender, users, catalogue, domains, k, exploration)}
            for name, fitted in _fitted(split.train, features.text, baselines, progress).items():
                systems[name] = from_scores(fitted.scores, k, domains=domains)
            asked = 0

            def tell(done: int) -> None:
                nonlocal asked
                asked += 1
                progress(TrainProgress("ask", min(asked, len(cases) * len(systems)), len(cases) * len(systems)))

            report = compare(
                systems,
                cases,
                k,
                n_items=n_items,
                item_counts=split.train.item_counts(),
                vectors=features.text,
                domains=domains,
                seed=seed,
                on_progress=tell,
            )
            trained = read_extra(copy.settings.data / "models" / model.version)
            about = {
                "protocol": protocol,
                "seed": str(seed),
                "exploration": f"{exploration:g}",
                "catalogue": f"{len(rows):,} items",
                "training": f"{len(split.train):,} events",
                "cases": f"{len(cases):,}",
                "model": model.version,
                **{f"{modality} encoder": name for modality, name in workspace.fingerprints.items()},
            }
            return ServedEvaluation(report, about, Learning(trained["losses"], trained["validation"]))
        finally:
            if recommender is None:
                copy.close()
            else:
                recommender.close()


def _split(
    protocol: str,
    table: Interactions,
    domains: Sequence[str],
    seed: int,
    cold_share: float,
    n_events: int,
    source: str,
    target: str,
) -> Split:
    if protocol == "leave-one-out":
        return splits.leave_one_out(table, domains=domains)
    if protocol == "global-time":
        return splits.global_time(table, domains=domains)
    if protocol == "cold-items":
        return splits.cold_items(table, share=cold_share, seed=seed, domains=domains)
    if protocol == "cold-users":
        return splits.cold_users(table, n_events=n_events, seed=seed, domains=domains)
    if protocol == "cross-domain":
        known = set(domains)
        for field, domain in (("source", source), ("target", target)):
            if domain not in known:
                raise InvalidInput(field, domain, f"is not a domain of the catalogue; there are {', '.join(known)}")
        return splits.cross_domain(table, domains=domains, source=source, target=target, seed=seed)
    raise InvalidInput("protocol", protocol, f"is not a protocol; choose one of {', '.join(PROTOCOLS)}")


def _sample(cases: Sequence[Case], most: int, seed: int) -> Sequence[Case]:
    if len(cases) <= most:
        return cases
    chosen = np.sort(np.random.default_rng(seed).choice(len(cases), most, replace=False))
    return [cases[i] for i in chosen.tolist()]


def _copy(workspace: Workspace, folder: Path, rows: Sequence[StoredItem]) -> Workspace:
    """The catalogue with its vectors in a new folder, under the same encoders and settings, without any event."""
    settings = workspace.settings.model_copy(
        update={
            "data": folder,
            "log": type(workspace.settings.log)(),
            "store": type(workspace.settings.store)(),
        }
    )
    if workspace.alignment is not None:
        alignments = Alignments(folder)
        alignments.keep(workspace.alignment)
        alignments.use(workspace.alignment.version)
    copy = Workspace.open_with(settings, workspace.text_encoder, workspace.image_encoder)
    for start in range(0, len(rows), 1000):
        part = rows[start : start + 1000]
        put = copy.log.put_items([row.item for row in part])
        moved = [StoredItem(new.item_index, row.item, row.vectors) for row, new in zip(part, put, strict=True)]
        copy.store.upsert(moved)
        copy.log.mark_indexed([new.item_index for new in put])
    return copy


def _events(
    table: Interactions, users: Sequence[str], catalogue: Catalogue, event_types: Mapping[int, str]
) -> Iterator[Event]:
    """Training events as they were recorded. Their place is part of the id, so equal ones stay apart."""
    for place, (user, item, time, kind, value) in enumerate(
        zip(
            table.user.tolist(),
            table.item.tolist(),
            table.timestamp.tolist(),
            table.event_type.tolist(),
            table.value.tolist(),
            strict=True,
        )
    ):
        yield Event(
            users[user], catalogue.item_id(item), event_types[kind], _given(value), time, f"train-{place}"
        )  # fmt: skip


def _unseen_history(
    split: Split, cases: Sequence[Case], users: Sequence[str], catalogue: Catalogue, event_types: Mapping[int, str]
) -> Iterator[Event]:
    """What the asked users did that training has not seen, e.g. the first events of users unknown to it."""
    trained = set(
        zip(split.train.user.tolist(), split.train.item.tolist(), split.train.timestamp.tolist(), strict=True)
    )
    for number, case in enumerate(cases):
        columns = (case.history, case.history_times, case.history_types, case.history_values)
        for step, (item, time, kind, value) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
            if (case.user, item, time) not in trained:
                yield Event(
                    users[case.user], catalogue.item_id(item), event_types[kind], _given(value), time,
                    f"history-{number}-{step}",
                )  # fmt: skip


def _given(value: float) -> float | None:
    return None if np.isnan(value) else value


def _append(workspace: Workspace, events: Iterator[Event]) -> None:
    for batch in _chunks(events):
        workspace.log.append_events(batch)


def _chunks(events: Iterator[Event]) -> Iterator[list[Event]]:
    batch: list[Event] = []
    for event in events:
        batch.append(event)
        if len(batch) == EVENTS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _served(
    recommender: Recommender,
    users: Sequence[str],
    catalogue: Catalogue,
    domains: Sequence[str],
    k: int,
    exploration: float,
) -> Callable[[Sequence[Case]], Iterator[Sequence[int]]]:
    """The recommender as a system under evaluation: one call of recommend per case."""

    def recommend(cases: Sequence[Case]) -> Iterator[Sequence[int]]:
        for case in cases:
            answer = recommender.recommend(
                RecommendRequest(
                    user_id=users[case.user],
                    k=k,
                    domains=[] if case.domain is None else [case.domain],
                    exploration=exploration,
                )
            )
            indices = [catalogue.index(result.item_id) for result in answer.results]
            yield [index for index in indices if index is not None]

    return recommend


def _fitted(
    table: Interactions, text: np.ndarray[tuple[int, int], np.dtype[np.float32]], names: Sequence[str] | None,
    progress: Progress,
) -> Mapping[str, Baseline]:  # fmt: skip
    if names is not None and not names:
        return {}
    progress(TrainProgress("baselines", 0, 1))
    try:
        return fit_baselines(table, text, names=names)
    except CatalogTooLarge:
        if names is not None:
            raise
        small = ("popularity", "recent-popularity-7d", "content-knn", "item-knn", "item-knn-recency")
        return fit_baselines(table, text, names=small)
