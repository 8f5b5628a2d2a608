"""What a notebook begins with: a server's address, or a data folder.

Loads the client, or the service, when it is asked for. Knows no calls.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from palate.notebook import Palate


def connect(address: str, **options: Any) -> Palate:
    """A server at host:port. `options` are those of `palate.client.Client`; `pictures` is a folder
    that the pictures of items lie in by their names, to be shown."""
    from palate.client import Client
    from palate.notebook import Palate

    pictures = options.pop("pictures", None)
    return Palate(Client(address, **options), pictures=pictures)


def open(
    folder: str | os.PathLike[str],
    *,
    config: str | os.PathLike[str] | None = None,
    pictures: str | os.PathLike[str] | None = None,
    **settings: Any,
) -> Palate:
    """A data folder, opened in this process, made where there is none. `settings` are sections of the
    settings, such as `encoders={"image": "none"}`; `pictures` is a folder that pictures are shown from,
    where not the data folder's own. Needs the package `palate`, not its client alone."""
    from palate.notebook import Palate

    try:
        opening = importlib.import_module("service.notebooks.opening")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"to open a folder the service must be installed here ({error}): pip install palate,"
            " or use palate.connect for a server"
        ) from None
    client = opening.open_folder(Path(folder), Path(config) if config else None, settings)
    return Palate(client, pictures=pictures or Path(folder) / "pictures")
