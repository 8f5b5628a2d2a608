"""The registry of trained models: which there are, where, how good, and which one serves.

Knows nothing of what is in a checkpoint folder.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from indexer.errors import InvalidInput
from indexer.log_database import LogDatabase
from indexer.log_schema import meta, models

_ACTIVE = "active_model"


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


class ModelTable(LogDatabase):
    """Models, and the one that serves."""

    def add_model(self, version: str, path: str, metrics: Mapping[str, Any]) -> None:
        """Register a model, or register it anew; it does not serve until `set_active_model`."""
        row = {"path": path, "metrics": json.dumps(dict(metrics)), "created_at": time.time()}
        statement = self.insert(models).values(version=version, **row)
        with self.writing() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["version"], set_=row))

    def list_models(self) -> list[ModelRecord]:
        """All models, latest first."""
        with self.reading() as connection:
            active = connection.execute(select(meta.c.value).where(meta.c.key == _ACTIVE)).scalar_one_or_none()
            rows = connection.execute(select(models).order_by(models.c.created_at.desc(), models.c.version)).all()
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

    def set_active_model(self, version: str | None) -> None:
        """Let this model serve; None lets none serve."""
        with self.writing() as connection:
            if version is None:
                connection.execute(meta.delete().where(meta.c.key == _ACTIVE))
                return
            activate = models.update().where(models.c.version == version).values(activated_at=time.time())
            if connection.execute(activate).rowcount == 0:
                raise InvalidInput("version", version, "there is no such model; see `palate models list`")
            self._put_meta(connection, _ACTIVE, version)

    def active_model(self) -> ModelRecord | None:
        """The model that serves."""
        return next((model for model in self.list_models() if model.active), None)
