"""What serves imports no library of training, and goes on where PyTorch is not installed."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "folders" / "034e339"
"""A trained folder, with encoders that have no weights."""
OF_TRAINING = (
    "torch",
    "torchvision",
    "sentence_transformers",
    "transformers",
    "timm",
    "open_clip",
    "scipy.stats",
    "scipy.optimize",
    "qdrant_client",
)
REFUSE = """
import sys

class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "torchvision", "sentence_transformers", "transformers"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refused())
"""
SERVE = """
import json, sys
from pathlib import Path
import service.rpc.server
from service.api.messages import *
from service.cli.session import open_recommender
from service.config_file import load_settings

folder, overrides = Path(sys.argv[1]), json.loads(sys.argv[2])
palate = open_recommender(load_settings(folder, overrides=overrides), warm_up=True)
assert palate.model.ranker.trained and not palate.model.notes, palate.model.notes
user = sys.argv[3]
assert palate.workspace.log.user_events(user, 1)
answer = palate.recommend(RecommendRequest(user_id=user, k=3, explain=True, wish="something new"))
assert all(one.reason for one in answer.results) and len(answer.results) == 3
item = answer.results[0].item
assert palate.explain(ExplainRequest(item.item_id, answer.recommendation_id)).text
assert palate.influence(answer.recommendation_id, item.item_id)
assert palate.similar_items(SimilarRequest(item.item_id, k=3)).results
assert palate.search_items(SearchRequest(text=item.title, k=3)).results
assert palate.describe_taste(TasteRequest(user)).text
"""
LOADED = """
print(json.dumps([name for name in json.loads(sys.argv[4]) if name in sys.modules]))
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    with tarfile.open(FOLDER / "text_image.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder


def child(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    expected = json.loads((FOLDER / "text_image.expected.json").read_text("utf-8"))
    arguments = [json.dumps(expected["settings"]), "u3", json.dumps(OF_TRAINING)]
    return subprocess.run(
        [sys.executable, "-c", program, str(folder), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_who_serves_asks_and_explains_loads_no_library_of_training(trained: Path) -> None:
    done = child(SERVE + LOADED, trained)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_without_pytorch_everything_is_served_and_training_names_the_extra(trained: Path) -> None:
    train = """
from service.errors import PackageMissing, status_of
from service.operations.aligning import align
for what in (palate.train, lambda: align(palate.workspace)):
    try:
        what()
    except PackageMissing as error:
        print(status_of(error), error)
"""
    done = child(REFUSE + SERVE + train, trained)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"FAILED_PRECONDITION {what} needs PyTorch, which is not installed: pip install 'palate[train]'"
        for what in ("Training", "Aligning")
    ]


def test_without_pytorch_an_encoder_that_has_to_run_on_it_names_the_extra(tmp_path: Path) -> None:
    ask = """
from encoders.errors import EncoderUnavailable
from encoders.networks.backend import NetworkBackend
from encoders.registry import load_modality, load_text_encoder
from pathlib import Path
from PIL import Image

backend = NetworkBackend("auto", Path(sys.argv[1]))
def texts():
    load_text_encoder("bundled", backend).encode_queries(["a"])
def pictures():
    load_modality("image", "bundled", backend).encode([Image.new("RGB", (9, 9))])
for what in (texts, pictures, lambda: load_modality("image", "timm:resnet18", backend)):
    try:
        what()
    except EncoderUnavailable as error:
        print("not installed" in str(error), str(error).endswith("pip install 'palate[train]'"))
"""
    done = child(REFUSE + "sys.modules['openvino'] = None\n" + ask, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["True"] * 6
