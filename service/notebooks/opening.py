"""A data folder opened in this process, with the client that a server would be asked by.

`palate.open` finds this module by its name: the client's package does not depend on the service.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from palate.client import Client
from service.cli.session import open_recommender
from service.config_file import load_settings
from service.operations.switching import Switching
from service.rpc.local_channel import LocalChannel


def open_folder(folder: Path, config: Path | None, settings: Mapping[str, Any]) -> Client:
    """Makes the folder where there is none. ConfigError where the settings cannot be used, StoreLocked
    where another process has the folder open. Closing the client closes it."""
    loaded = load_settings(folder, config, settings)
    backend = Switching(open_recommender(loaded))
    return Client(str(folder), channel=LocalChannel(loaded, backend))
