"""The registry of trained models: which there are, where, how good, and which one serves.

A model knows items by the vectors of its encoders, so one serves for each vector store: for the
store in use, and, when another is put to use, for that one again. Knows nothing of what is in a
checkpoint folder.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from indexer.errors import InvalidInput
from indexer.log.marks import ACTIVE_MODEL, MarkTable
from indexer.log.schema import meta, models


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A trained model."""

    version: str
    path: str
    """The checkpoint folder, as it was given."""
    metrics: Mapping[str, Any]
    created_at: float
    """Unix seconds."""
    activated_at: float | None
    """When it last began to serve, unix seconds; None if it never did."""
    active: bool
    """Whether it serves, from the store that was asked about."""


class ModelTable(MarkTable):
    """Models, and the ones that serve."""

    def add_model(self, version: str, path: str, metrics: Mapping[str, Any]) -> None:
        """Register a model, or register it anew; it does not serve until `set_active_model`."""
        row = {"path": path, "metrics": json.dumps(dict(metrics)), "created_at": time.time()}
        statement = self.insert(models).values(version=version, **row)
        with self.writing() as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["version"], set_=row)
            )

    def list_models(self, store: str | None = None) -> list[ModelRecord]:
        """All models, latest first; active is the one that serves from `store`, by default the
        store in use."""
        with self.reading() as connection:
            active = self._meta(connection, self._own_key(connection, ACTIVE_MODEL, store))
            rows = connection.execute(
                select(models).order_by(models.c.created_at.desc(), models.c.version)
            ).all()
        return [
            ModelRecord(
                version=row.version,
                path=row.path,
                metrics=json.loads(row.metrics),
                created_at=row.created_at,
                activated_at=row.activated_at,
                active=row.version == active,
            )
            for row in rows
        ]

    def set_active_model(self, version: str | None, store: str | None = None) -> None:
        """Let this model serve from `store`, by default the store in use; None lets none serve."""
        with self.writing() as connection:
            key = self._own_key(connection, ACTIVE_MODEL, store)
            if version is None:
                connection.execute(meta.delete().where(meta.c.key == key))
                return
            activate = (
                models.update().where(models.c.version == version).values(activated_at=time.time())
            )
            if connection.execute(activate).rowcount == 0:
                raise InvalidInput(
                    "version", version, "there is no such model; see `palate models list`"
                )
            self._put_meta(connection, key, version)

    def active_model(self, store: str | None = None) -> ModelRecord | None:
        """The model that serves from `store`, by default from the store in use."""
        return next((model for model in self.list_models(store) if model.active), None)
