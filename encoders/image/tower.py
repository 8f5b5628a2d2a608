"""Pictures to vectors with any network that takes pixels: what timm's and open_clip's models share.

Owns preparing pixels in threads ahead of the network. Knows nothing of where pictures come from,
nor of any particular model.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from encoders.arrays import FloatArray
from encoders.base import unit_rows
from encoders.errors import ModalityUnsupported
from encoders.image.geometry import Geometry, geometry_of
from encoders.image.picture import to_rgb
from encoders.networks.backend import NetworkBackend, Running
from encoders.networks.network import Convertible, Network, NetworkBatch, Reference, TorchNetwork
from encoders.timing import Laps, Timing

if TYPE_CHECKING:
    from PIL import Image

BATCH_SIZE = 4
"""Pictures the network sees at once: more is no faster on a processor, and takes 19 MB each on the
way."""
PREPARE_THREADS = os.cpu_count() or 1
MAX_ASPECT = 8
"""Models look at the middle of a picture; a 1 x 60,000 strip would be scaled to gigabytes before
that crop."""
_PROBE_SIZES = ((300, 450), (640, 480), (100, 150), (224, 224), (500, 333))


Prepare = Callable[["Image.Image"], NDArray[Any]]
"""An RGB picture to an array, of the same shape for every picture."""


@dataclass(frozen=True, slots=True)
class ImageTower:
    """A picture model."""

    prepare: Prepare
    module: Callable[[], Any]
    """Loads the torch module that turns arrays (B, ...) into features (B, dim)."""

    @property
    def preparation(self) -> str:
        """`prepare` for a process that does not load the model; empty where there is no such thing."""
        return self.prepare.to_json() if isinstance(self.prepare, Geometry) else ""


class TowerImageEncoder:
    """Pictures through an `ImageTower`, loaded by `load` at the first picture. Safe to share
    between threads."""

    shares_text_space = False

    def __init__(
        self,
        name: str,
        dim: int,
        fingerprint: str,
        load: Callable[[], ImageTower],
        backend: NetworkBackend,
    ) -> None:
        self.name = name
        self.dim = dim
        self.fingerprint = fingerprint
        self.timing = Timing()
        self.running: Running | None = None
        self._load = load
        self._backend = backend
        self._ready: tuple[Prepare, Network] | None = None
        self._load_lock = Lock()

    def encode_images(self, images: Sequence[Image.Image]) -> FloatArray:
        if not images:
            return np.zeros((0, self.dim), dtype=np.float32)
        laps = Laps()
        prepare, network = self._loaded()
        laps.lap("load")
        features = list(network.run(laps.taken(_prepared(prepare, images))))
        laps.lap("core")
        vectors = unit_rows(np.concatenate(features), name=self.name)
        laps.lap("post")
        self.timing.add(laps)
        return vectors

    def encode_texts(self, texts: Sequence[str]) -> FloatArray:
        raise ModalityUnsupported(
            self.name,
            "text into the space of its pictures",
            "configure a CLIP model, such as open_clip:<model>:<weights>",
        )

    def reference(self) -> Reference:
        """What loads its network for another library than PyTorch."""
        return partial(_convertible, self._load)

    def _loaded(self) -> tuple[Prepare, Network]:
        with self._load_lock:
            if self._ready is None:
                running = self._backend.load(self.name, self.fingerprint, self.reference())
                self._ready = _ready(running, self._load)
                self.running = running
            return self._ready


def _ready(running: Running, load: Callable[[], ImageTower]) -> tuple[Prepare, Network]:
    if running.network is not None and running.preparation:
        return Geometry.from_json(running.preparation), running.network
    tower = load()
    return tower.prepare, running.network or TorchNetwork(tower.module())


def _convertible(load: Callable[[], ImageTower]) -> Convertible:
    tower = load()
    return Convertible(tower.module(), _probes(tower), tower.preparation)


def tower_of(transform: Any, module: Callable[[], Any]) -> ImageTower:
    """A model with its torchvision transform. Where this ends with scaling and normalizing, as it
    nearly always does, the network does both: bytes are a quarter of the floats to copy, and the
    arithmetic is part of the first layer."""
    from torchvision.transforms import Compose, Normalize, ToTensor

    steps = transform.transforms
    if len(steps) < 2 or not (isinstance(steps[-2], ToTensor) and isinstance(steps[-1], Normalize)):
        return ImageTower(lambda image: np.asarray(transform(image)), module)
    from encoders.image.pixels import FromBytes

    geometry, normalize = Compose(steps[:-2]), steps[-1]
    prepare = geometry_of(steps[:-2]) or (lambda image: np.asarray(geometry(image)))
    return ImageTower(prepare, lambda: FromBytes(module(), normalize.mean, normalize.std))


def _prepared(prepare: Prepare, images: Sequence[Image.Image]) -> Iterator[NetworkBatch]:
    """Batches of pixels, each prepared while the network runs the one before."""
    parts = [images[start : start + BATCH_SIZE] for start in range(0, len(images), BATCH_SIZE)]
    with ThreadPoolExecutor(PREPARE_THREADS, thread_name_prefix="pixels") as pool:
        ahead = pool.map(lambda image: prepare(_trim(to_rgb(image))), parts[0])
        for following in [*parts[1:], ()]:
            pixels = np.stack(list(ahead))
            ahead = pool.map(lambda image: prepare(_trim(to_rgb(image))), following)
            yield (pixels,)


def _probes(tower: ImageTower) -> list[NetworkBatch]:
    """Batches of different sizes, of made-up pictures: blots of all sizes in all colours."""
    from PIL import Image

    rng = np.random.default_rng(0)
    pictures = []
    for number, (width, height) in enumerate(_PROBE_SIZES):
        blots = rng.integers(0, 256, size=(2 << number, 2 << number, 3), dtype=np.uint8)
        pictures.append(Image.fromarray(blots).resize((width, height), Image.Resampling.BICUBIC))
    pixels = [tower.prepare(picture) for picture in pictures]
    return [(np.stack(pixels[:2]),), (np.stack(pixels[2:]),)]


def _trim(image: Image.Image) -> Image.Image:
    width, height = image.size
    side = MAX_ASPECT * min(width, height)
    if max(width, height) <= side:
        return image
    left, top = max(0, (width - side) // 2), max(0, (height - side) // 2)
    return image.crop((left, top, min(width, left + side), min(height, top + side)))
