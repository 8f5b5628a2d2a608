"""A tenant: a catalogue with a name, and the settings of its data folder.

    data folder of the server       access/ (keys, audit log), networks/, tenants/
    tenants/<name>                  a data folder like any other, and tenant.json beside what is in it

A folder of its own holds the log, the vectors, the models and what was served, so that no query can
reach another tenant's. On a Qdrant server a prefix of its own does the same for collections: points
are numbered by the log of their tenant, and vectors have the width and the fingerprints of its
encoders, so that tenants could not share a collection. Knows nothing of who calls.
"""

from __future__ import annotations

import re
from pathlib import Path

from service.config import Settings
from service.errors import TenantUnusable

FOLDER = "tenants"
PLACEHOLDER = "{tenant}"
"""Stands for the name in `log.url`."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def is_name(text: str) -> bool:
    """Whether a tenant may be called so: it becomes the name of a folder, a part of the names of
    collections, in which `-` begins the digest of encoders, and of a database or a schema."""
    return _NAME.fullmatch(text) is not None


def checked_name(text: str) -> str:
    """The name; TenantUnusable where it cannot be one."""
    if not is_name(text):
        why = "a name has 1 to 40 of a-z, 0-9 and _, and begins with a letter"
        raise TenantUnusable(text, why, "choose another, such as shop_de")
    return text


def folder_of(data: Path, name: str) -> Path:
    """Where a tenant's data folder lies in that of a server."""
    return data / FOLDER / checked_name(name)


def settings_of_tenant(settings: Settings, name: str) -> Settings:
    """Those of a server, for one tenant: its own folder, its own collections, its own log."""
    store = settings.store.model_copy(update={"prefix": f"{settings.store.prefix}_{name}"})
    log = settings.log.model_copy(update={"url": settings.log.url.replace(PLACEHOLDER, name)})
    own = {"data": folder_of(settings.data, name), "store": store, "log": log}
    return settings.model_copy(update=own)
