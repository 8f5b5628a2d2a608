"""The registry of trained models in SQL. Which one serves from a vector store is kept in `meta`
under the store's name. Knows nothing of what is in a checkpoint folder."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from indexer.errors import InvalidInput
from indexer.log.event_log import ModelRecord
from indexer.log.sql.database import SqlPart
from indexer.log.sql.marks import active_model_key
from indexer.log.sql.meta import get_value, put_value
from indexer.log.sql.schema import meta, models

_LATEST_FIRST = select(models).order_by(models.c.created_at.desc(), models.c.version)


class SqlModels(SqlPart):
    """`ModelRecords` in SQL."""

    def add_model(self, version: str, path: str, metrics: Mapping[str, Any]) -> None:
        row = {"path": path, "metrics": json.dumps(dict(metrics)), "created_at": time.time()}
        with self.database.writing() as connection:
            self.database.upsert(connection, models, {"version": version}, row)

    def list_models(self, store: str | None = None) -> list[ModelRecord]:
        with self.database.reading() as connection:
            active = get_value(connection, active_model_key(connection, store))
            rows = connection.execute(_LATEST_FIRST).all()
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
        with self.database.writing() as connection:
            key = active_model_key(connection, store)
            if version is None:
                connection.execute(meta.delete().where(meta.c.key == key))
                return
            this = models.update().where(models.c.version == version)
            if connection.execute(this.values(activated_at=time.time())).rowcount == 0:
                raise InvalidInput(
                    "version", version, "there is no such model; see `palate models list`"
                )
            put_value(self.database, connection, key, version)

    def active_model(self, store: str | None = None) -> ModelRecord | None:
        return next((model for model in self.list_models(store) if model.active), None)
