"""The Helm chart: clean, its manifests are Kubernetes', and they keep what the server needs.

Left out where the linters of the extra `dev` are not installed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from service.config_file import load_settings
from service.tenants.settings import TenantSettings

helm = pytest.importorskip("helm_python", reason="pip install helm-python-sdk")
kubernetes = pytest.importorskip("kubernetes_validate", reason="pip install kubernetes-validate")

CHART = Path(__file__).parents[1] / "deploy/helm/palate"
VERSIONS = ("1.27.0", "1.31.0", "1.34.0")
FULL: dict[str, Any] = {
    "secretEnvironment": "palate-environment",
    "secretFiles": "palate-files",
    "imagePullSecrets": [{"name": "registry"}],
    "service": {"type": "LoadBalancer", "annotations": {"a": "b"}},
    "persistence": {"size": "2.5Ti", "storageClass": "fast"},
    "drain": {"delaySeconds": 7, "graceSeconds": 11},
    "networkPolicy": {
        "from": [{"podSelector": {"matchLabels": {"app": "shop"}}}],
        "metricsFrom": [{"namespaceSelector": {}}],
    },
    "tenants": {"enabled": True, "maxItems": 2_000_000, "maxOpen": 5, "idleSeconds": 60},
    "podAnnotations": {"a": "b"},
    "nodeSelector": {"disk": "ssd"},
    "tolerations": [{"key": "k", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
}
LITTLE: dict[str, Any] = {"networkPolicy": {"enabled": False}, "metrics": {"enabled": False}}


def rendered(values: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Manifests by kind and name."""
    with helm.Chart.load(str(CHART)) as chart:
        texts = chart.render(values, name="shop", namespace="here")
    manifests = [
        manifest
        for name, text in texts.items()
        if name.endswith(".yaml")
        for manifest in yaml.safe_load_all(text)
        if manifest
    ]
    return {f"{one['kind']} {one['metadata']['name']}": one for one in manifests}


def pod(values: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = rendered(values)["StatefulSet shop-palate"]["spec"]["template"]["spec"]
    return found


def environment(values: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in pod(values)["containers"][0]["env"]}


@pytest.mark.parametrize("values", [{}, FULL, LITTLE], ids=["default", "full", "little"])
def test_helm_lint_finds_nothing(values: dict[str, Any]) -> None:
    report = helm.lint(str(CHART), values, strict=True)
    assert report["errors"] == []
    assert [one for one in report["messages"] if one["severity"] > 1] == []


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("values", [{}, FULL, LITTLE], ids=["default", "full", "little"])
def test_manifests_are_what_kubernetes_takes(values: dict[str, Any], version: str) -> None:
    manifests = rendered(values)
    for manifest in manifests.values():
        kubernetes.validate(manifest, version, strict=True)
    kinds = {name.partition(" ")[0] for name in manifests}
    assert {"StatefulSet", "Service", "ConfigMap", "PodDisruptionBudget"} <= kinds
    assert ("NetworkPolicy" in kinds) == (values is not LITTLE)


@pytest.mark.parametrize(
    "values",
    [
        {"replicas": 2},
        {"persistence": {"size": "ten"}},
        {"drain": {"delaySeconds": -1, "graceSeconds": 1}},
        {"podDisruptionBudget": {"maxUnavailable": 2}},
        {"service": {"port": 70_000}},
        {"tenants": {"enabled": "yes"}},
        {"tenants": {"maxOpen": 0}},
    ],
)
def test_values_that_mean_nothing_are_refused(values: dict[str, Any]) -> None:
    assert helm.lint(str(CHART), values)["errors"] != []


def test_a_folder_has_one_owner() -> None:
    spec = rendered({})["StatefulSet shop-palate"]["spec"]
    assert spec["replicas"] == 1
    assert spec["volumeClaimTemplates"][0]["spec"]["accessModes"] == ["ReadWriteOnce"]
    assert spec["persistentVolumeClaimRetentionPolicy"]["whenDeleted"] == "Retain"


def test_a_pod_is_given_as_long_as_its_drain_takes() -> None:
    drain = environment(FULL)
    assert drain["PALATE_SERVER__SHUTDOWN_DELAY_S"] == "7"
    assert drain["PALATE_SERVER__SHUTDOWN_GRACE_S"] == "11"
    assert pod(FULL)["terminationGracePeriodSeconds"] > 7 + 11


def test_the_settings_of_the_chart_are_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "palate.toml").write_text(
        rendered({})["ConfigMap shop-palate"]["data"]["palate.toml"]
    )
    for name, value in environment({}).items():
        monkeypatch.setenv(name, value)
    server = load_settings(tmp_path).server
    assert (server.shutdown_delay_s, server.metrics, server.log_format) == (
        10.0,
        "0.0.0.0:9464",
        "json",
    )
    assert server.health.endswith(f":{pod({})['containers'][0]['readinessProbe']['grpc']['port']}")
    assert not server.insecure


def test_tenants_of_the_chart_are_those_of_the_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert not any("TENANTS" in name for name in environment({}))
    for name, value in environment(FULL).items():
        monkeypatch.setenv(name, value)
    tenants = load_settings(tmp_path).tenants
    assert tenants == TenantSettings(enabled=True, max_items=2_000_000, max_open=5, idle_s=60.0)


def test_the_server_has_no_rights_that_it_does_not_need() -> None:
    (server,) = pod({})["containers"]
    assert server["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod({})["securityContext"]["runAsNonRoot"] is True
    assert pod({})["automountServiceAccountToken"] is False
    assert {
        mount["mountPath"] for mount in server["volumeMounts"] if not mount.get("readOnly")
    } == {
        "/data",
        "/tmp",
    }


def test_services_and_policies_choose_the_pod() -> None:
    manifests = rendered(FULL)
    template = manifests["StatefulSet shop-palate"]["spec"]["template"]
    labels = template["metadata"]["labels"].items()
    chosen = [
        manifests["Service shop-palate"]["spec"]["selector"],
        manifests["Service shop-palate-headless"]["spec"]["selector"],
        manifests["NetworkPolicy shop-palate"]["spec"]["podSelector"]["matchLabels"],
        manifests["PodDisruptionBudget shop-palate"]["spec"]["selector"]["matchLabels"],
        manifests["StatefulSet shop-palate"]["spec"]["selector"]["matchLabels"],
    ]
    assert [selector for selector in chosen if not selector.items() <= labels] == []


def test_secrets_are_named_and_never_written_into_a_manifest() -> None:
    (server,) = pod(FULL)["containers"]
    assert server["envFrom"] == [{"secretRef": {"name": "palate-environment"}}]
    volumes = {volume["name"]: volume for volume in pod(FULL)["volumes"]}
    assert volumes["secrets"]["secret"]["secretName"] == "palate-files"
    assert {name for name in rendered(FULL) if name.startswith("Secret ")} == set()
