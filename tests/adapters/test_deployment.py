"""A build's name and number, and where they must agree."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from adapters.build import VERSION, Deployment

ROOT = Path(__file__).resolve().parents[2]


def test_without_a_deployment_workers_are_unversioned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing to set on one machine: an embedded server gives tasks to whoever polls."""
    monkeypatch.delenv("JOINT_DEPLOYMENT", raising=False)
    assert Deployment.load() is None


def test_the_build_is_the_packages_version_unless_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two builds of one version differ by a build id of their own."""
    monkeypatch.setenv("JOINT_DEPLOYMENT", "joint-inspection")
    monkeypatch.delenv("JOINT_BUILD_ID", raising=False)
    assert Deployment("joint-inspection", VERSION) == Deployment.load()
    monkeypatch.setenv("JOINT_BUILD_ID", f"{VERSION}-hotfix.1")
    assert Deployment("joint-inspection", f"{VERSION}-hotfix.1") == Deployment.load()


def test_a_name_that_the_engine_would_misread_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine writes name and build as one word with a dot between."""
    monkeypatch.setenv("JOINT_DEPLOYMENT", "joint.inspection")
    with pytest.raises(ValueError, match="JOINT_DEPLOYMENT"):
        Deployment.load()


@pytest.mark.parametrize(
    ("name", "program"), [("a.b", "starter.py"), ("a.b", "worker.py"), ("", "worker.py")]
)
def test_a_wrong_setting_is_told_in_words(name: str, program: str) -> None:
    """With the exit code of a wrong command line, and no trace."""
    words = ["task", "list"] if program == "starter.py" else ["set-current"]
    said = subprocess.run(
        [sys.executable, program, *words],
        cwd=ROOT, env=os.environ | {"JOINT_DEPLOYMENT": name}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (2, True, False) == (
        said.returncode,
        "JOINT_DEPLOYMENT" in said.stderr,
        "Traceback" in said.stderr,
    )


def test_one_version_everywhere() -> None:
    """Package, build id and image tag."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"].values()
    ours = {one["image"] for one in services if one["image"].startswith("joint-inspection:")}
    assert (VERSION, {f"joint-inspection:{VERSION}"}) == (project["version"], ours)
