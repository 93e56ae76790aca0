"""What stands in deploy/ is valid by the tools' own schemas, fits the program, and is safe by default."""

from __future__ import annotations

import fnmatch
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from docker_steps import run, stages, surroundings

from syncd.cli.main import cli
from syncd.config.load import load
from syncd.config.settings import leaves, variable
from syncd.connector.registry import connectors
from syncd.web.metrics import COUNTERS, GAUGES, HISTOGRAMS

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = DEPLOY / "Dockerfile"
BUILD, FINAL = stages(DOCKERFILE.read_text(encoding="utf-8"))
MANIFESTS = sorted(path for path in (DEPLOY / "kubernetes").glob("*.yaml") if path.stem != "kustomization")
OTHERS = {"process_resident_memory_bytes", "up"}


def test_the_dockerfile_has_no_lint() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    if not hadolint.exists():
        pytest.skip("hadolint is not installed for this platform")
    said = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


def test_the_image_runs_as_nobody_in_particular_and_tells_of_its_health() -> None:
    (user,) = FINAL.all("USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user), "Kubernetes' runAsNonRoot wants a number"
    assert "/livez" in FINAL.all("HEALTHCHECK")[0]
    assert FINAL.all("STOPSIGNAL") == ["SIGTERM"]
    assert all(copied.startswith("--from=build /opt/syncd ") for copied in FINAL.all("COPY")), "only what was installed"
    installs = [step for step in BUILD.all("RUN") if "pip install" in step]
    assert all("--require-hashes" in step or "--no-index" in step for step in installs)


def test_the_context_holds_what_the_dockerfile_copies_and_no_more() -> None:
    patterns = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] not in "#"]
    allowed = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    assert patterns[0] == "*", "everything is left out first"
    copied = [source for step in BUILD.all("COPY") for source in step.split()[:-1]]
    for source in copied:
        assert (ROOT / source).exists(), source
        assert any(fnmatch.fnmatch(source, pattern) for pattern in allowed), source
    for pattern in allowed:
        assert any(fnmatch.fnmatch(source, pattern) for source in copied), f"{pattern} is copied nowhere"


@pytest.mark.slow
def test_the_dockerfile_s_own_steps_make_a_program_that_runs(tmp_path: Path) -> None:
    environ = surroundings()
    reachable = subprocess.run(
        [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(tmp_path / "probe"), "click"],
        env=environ, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    if reachable.returncode != 0:
        pytest.skip("no package index can be reached, so the image's dependencies cannot be installed")
    try:
        run(BUILD, ROOT, tmp_path, {**environ, "PIP_NO_CACHE_DIR": ""})
    except subprocess.CalledProcessError as error:
        raise AssertionError(error.stdout[-3000:]) from None
    bin_ = tmp_path / "opt" / "syncd" / "bin"
    said = subprocess.run([bin_ / "syncd", "--version"], capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 0 and said.stdout.startswith("syncd "), said.stderr
    assert not (bin_ / "pip").exists() and not list((tmp_path / "opt" / "syncd").rglob("hatchling"))
    start = "import psycopg, opentelemetry.sdk.trace, syncd.web.app, syncd_jira, syncd_github, syncd.store.migrations"
    assert subprocess.run([bin_ / "python", "-c", start], cwd=tmp_path, timeout=60, check=False).returncode == 0


def test_the_compose_file_is_one_and_its_services_are_locked_down() -> None:
    spec = pytest.importorskip("compose_spec", reason="compose-spec is not installed for this platform")
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    spec.ComposeSpecification.model_validate({key: value for key, value in data.items() if not key.startswith("x-")})
    for name in ("syncd", "replica"):
        service = data["services"][name]
        assert (
            service["read_only"]
            and service["cap_drop"] == ["ALL"]
            and "no-new-privileges:true" in service["security_opt"]
        )
        assert all(port.startswith("127.0.0.1:") for port in service["ports"]), (
            "nothing listens to the world by default"
        )
        assert set(service["secrets"]) <= data["secrets"].keys()
    assert "profiles" not in data["services"]["syncd"]
    assert data["services"]["replica"]["deploy"]["replicas"] == 2


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_each_manifest_fits_kubernetes_schema(path: Path) -> None:
    validate = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed")
    (manifest,) = yaml.safe_load_all(path.read_text(encoding="utf-8"))
    if manifest["apiVersion"].startswith("monitoring.coreos.com"):
        pytest.skip("a custom resource: its schema comes with the Prometheus operator")
    validate.validate(manifest, "1.32", strict=True)


def test_the_pods_meet_the_restricted_standard_and_find_their_probes() -> None:
    pod = yaml.safe_load((DEPLOY / "kubernetes" / "deployment.yaml").read_text())["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert (
        pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
    )
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not pod["automountServiceAccountToken"]
    assert [container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")] == [
        "/livez",
        "/livez",
        "/readyz",
    ]
    named = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())
    assert sorted(named["resources"]) == sorted(path.name for path in MANIFESTS)
    assert all((DEPLOY / "kubernetes" / file).exists() for one in named["configMapGenerator"] for file in one["files"])


def test_the_configuration_for_kubernetes_loads(tmp_path: Path) -> None:
    shutil.copytree(DEPLOY / "kubernetes" / "config", tmp_path / "config")
    path = tmp_path / "config" / "syncd.yaml"
    path.write_text(path.read_text().replace("/run/secrets/syncd/", f"{tmp_path}/"))
    for name in ("operator_token", "jira_token", "github_token"):
        (tmp_path / name).write_text("a-token-of-some-length\n")
    loaded = load(tmp_path / "config", {}, connectors())
    assert [source.name for source in loaded.sources] == ["jira", "github"]


def test_systemd_takes_the_unit_and_finds_it_hardened(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not on this machine")
    unit = tmp_path / "syncd.service"
    text = (DEPLOY / "systemd" / "syncd.service").read_text()
    unit.write_text(text.replace("/opt/syncd/bin/syncd", "/bin/true"))
    said = subprocess.run(
        [analyze, "verify", "--man=no", unit], capture_output=True, text=True, timeout=60, check=False
    )
    assert said.returncode == 0 and "syncd.service" not in said.stderr, said.stderr
    rated = subprocess.run(
        [analyze, "security", "--offline=true", "--no-pager", "--threshold=20", unit],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert rated.returncode == 0, rated.stdout[-300:]


def test_the_unit_leaves_the_program_what_it_needs() -> None:
    """As seen with strace: OpenBLAS calls mbind, which is one of @resources, and a filter without an error number kills."""
    unit = (DEPLOY / "systemd" / "syncd.service").read_text(encoding="utf-8")
    keys = dict(line.split("=", 1) for line in unit.splitlines() if "=" in line and line[0] not in "#[")
    assert keys["SystemCallErrorNumber"] == "EPERM"
    assert "ProcSubset" not in keys, "the metrics of the process are read from /proc/stat, too"
    assert {"AF_INET", "AF_INET6", "AF_UNIX"} <= set(keys["RestrictAddressFamilies"].split())


def test_every_metric_that_an_alert_or_a_panel_names_is_served() -> None:
    names = {name: labels for name, (_, labels) in GAUGES.items()}
    names |= {f"{name}_total": labels for name, (_, labels) in COUNTERS.items()}
    names |= {f"{name}_bucket": (*labels, "le") for name, (_, labels) in HISTOGRAMS.items()}
    used: set[str] = set()
    for where, expression in expressions():
        for name, labels in selectors(expression):
            used.add(name)
            assert name in names or name in OTHERS, f"{where} names {name}, which is not served"
            unknown = labels - {*names.get(name, ()), "job", "instance"}
            assert not unknown, f"{where}: {name} has no label {unknown}"
    assert not names.keys() - used, f"on no panel and in no alert: {names.keys() - used}"


def test_lines_of_one_panel_can_be_told_apart() -> None:
    """Grafana names a line by its labels alone, which are the same for every query of a panel."""
    board = json.loads((DEPLOY / "grafana" / "syncd.json").read_text())
    for panel in board["panels"]:
        legends = [target["legendFormat"] for target in panel["targets"]]
        assert len(set(legends)) == len(legends), panel["title"]
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_the_alert_of_memory_comes_before_the_kernel() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["syncd"]["mem_limit"]
    pod = yaml.safe_load((DEPLOY / "kubernetes" / "deployment.yaml").read_text())["spec"]["template"]["spec"]
    kubernetes = pod["containers"][0]["resources"]["limits"]["memory"]
    (systemd,) = re.findall(r"^MemoryMax=(\w+)$", (DEPLOY / "systemd" / "syncd.service").read_text(), re.MULTILINE)
    assert (compose, kubernetes, systemd) == ("1g", "1Gi", "1G")
    (alert,) = [alert["expr"] for alert in alerts() if alert["alert"] == "SyncdMemoryGrows"]
    assert 0.5e9 < float(alert.rpartition(">")[2]) < 0.9 * 2**30


def test_every_alert_says_how_grave_it_is_and_has_a_runbook() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    headings = {line.removeprefix("### ").lower() for line in page.splitlines() if line.startswith("### ")}
    for alert in alerts():
        assert alert["labels"]["severity"] in ("critical", "warning", "info")
        file, _, anchor = alert["annotations"]["runbook"].partition("#")
        assert file == "docs/operations.md" and anchor == alert["alert"].lower() and anchor in headings, alert["alert"]


def alerts() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())["groups"]
    rules: list[dict[str, Any]] = group["rules"]
    return rules


def expressions() -> Iterator[tuple[str, str]]:
    for alert in alerts():
        yield alert["alert"], alert["expr"]
    board = json.loads((DEPLOY / "grafana" / "syncd.json").read_text())
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def selectors(expression: str) -> Iterator[tuple[str, set[str]]]:
    """The metrics of a PromQL expression with the labels that select among their series; by the real parser."""
    promql = pytest.importorskip("promql_parser", reason="promql-parser is not installed for this platform")

    def walk(node: Any) -> Iterator[tuple[str, set[str]]]:
        if isinstance(node, promql.VectorSelector):
            yield node.name, {matcher.name for matcher in node.matchers.matchers if matcher.name != "__name__"}
        for part in ("expr", "lhs", "rhs", "vector_selector", "vs", "param"):
            if (below := getattr(node, part, None)) is not None:
                yield from walk(below)
        for argument in getattr(node, "args", ()) or ():
            yield from walk(argument)

    yield from walk(promql.parse(expression))


def test_every_command_and_variable_in_deploy_is_one_that_the_program_has(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {
        path: path.read_text(encoding="utf-8")
        for path in sorted(DEPLOY.rglob("*"))
        if path.is_file() and path.suffix != ".json"
    }
    known = {variable(*path) for path in leaves()} | {"SYNCD_CONFIG", "SYNCD_CONFIG_FOLDER", "SYNCD_PORT"}
    named = {name for text in texts.values() for name in re.findall(r"\bSYNCD_[A-Z_]+", text)}
    assert named >= {"SYNCD_STORE", "SYNCD_LISTEN"}
    assert not named - known, f"no such setting: {sorted(named - known)}"
    unit = texts[DEPLOY / "systemd" / "syncd.service"]
    lines = re.findall(r"^Exec\w+=/opt/syncd/bin/syncd (.+)$", unit, re.MULTILINE)
    lines += re.findall(r"args: \[(.+)\]", texts[DEPLOY / "kubernetes" / "deployment.yaml"])
    assert len(lines) >= 3
    monkeypatch.setattr("signal.signal", lambda *_: None)  # `run` catches SIGHUP from its first moment on
    for line in lines:
        words = re.split(r"[ ,]+", line)
        context = click.Context(cli)
        command = cli
        while isinstance(command, click.Group):
            found = command.get_command(context, words.pop(0))
            assert found is not None, line
            command = found
        command.make_context(line, words, parent=context)  # raises where an option or an argument does not exist
