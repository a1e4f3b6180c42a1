"""The shared installation's file: valid, pinned, its secrets required, closed to the outside."""

import json
import re
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
import yaml

from tests.deploy.compose import ROOT, Strict, compose, environment_of, variables

SERVICES: dict[str, Any] = compose()["services"]
OURS = {name for name, one in SERVICES.items() if one["image"].startswith("joint-inspection:")}
SECRET = re.compile(r"PASSWORD|_KEY$|_TOKEN$|_SECRETS$|SMTP_URL|MESSENGER_URL")
PROBLEMS = "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute"
GIVEN = {name: name.lower() for name in variables()}


def dockerfile() -> list[str]:
    """The image's instructions."""
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_the_file_is_valid_by_the_compose_specification() -> None:
    """The specification's own schema, as a package brings it."""
    text = files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json").read_text("utf-8")
    jsonschema.validate(compose(), json.loads(text))


def test_a_key_that_stands_twice_is_refused() -> None:
    """The program refuses it; the usual loader would take the last and say nothing."""
    with pytest.raises(ValueError, match="A twice"):
        yaml.load("environment:\n  A: 1\n  A: 2\n", Strict)


def test_every_image_is_pinned() -> None:
    """To a version with its minor number at least; our own to the package's."""
    images = [one["image"] for one in SERVICES.values()]
    images.append(next(line.split()[1] for line in dockerfile() if line.startswith("FROM ")))
    assert [] == [image for image in images if not re.search(r":\d+\.\d+(\.\d+)?(-[\w.-]+)?$", image)]


def test_every_secret_is_required_and_none_is_written_here() -> None:
    """Those that may be empty must still be named; the example file names them all and fills in none."""
    rules = variables()
    secrets = {name for name in rules if SECRET.search(name)}
    assert {"POSTGRES_PASSWORD", "APP_DB_PASSWORD", "JOINT_SECRET_KEY", "JOINT_EXCHANGE_TOKEN"} <= secrets
    assert "JOINT_EXCHANGE_SECRETS" in secrets
    assert {} == {name: rules[name] for name in secrets if not rules[name] <= {":?", "?"}}
    required = {name for name, kinds in rules.items() if kinds & {":?", "?"}}
    example = (ROOT / "deploy" / "env.example").read_text("utf-8").splitlines()
    assert {f"{name}=" for name in required} == {line for line in example if line and line[0] != "#"}
    for name, service in SERVICES.items():
        plain = {key: value for key, value in service.get("environment", {}).items() if SECRET.search(key)}
        assert {} == {key: value for key, value in plain.items() if value and "${" not in value}, name


def test_a_persons_token_comes_from_their_own_shell() -> None:
    """Else whoever types a command in the installation could not say who they are."""
    assert {"cli"} == {name for name, one in SERVICES.items() if "JOINT_TOKEN" in one.get("environment", {})}
    assert SERVICES["cli"]["environment"]["JOINT_TOKEN"] is None
    assert "./files:/files" in SERVICES["cli"]["volumes"]
    assert "/files" == SERVICES["cli"]["working_dir"]


def test_commands_know_what_the_workers_know_of_engine_and_platform() -> None:
    """`doctor` looks for workers of the deployment, and tells where the exchange is."""
    worker, cli = environment_of("worker", GIVEN), environment_of("cli", GIVEN)
    shared = {"DATABASE_URL", "TEMPORAL_ADDRESS", "JOINT_DEPLOYMENT", "JOINT_BUILD_ID", "JOINT_EXCHANGE"}
    assert {name: worker[name] for name in shared} == {name: cli[name] for name in shared}


def test_what_stands_comes_back_after_a_restart_of_the_host_and_fills_no_disk() -> None:
    """All that does not end by itself; the logs of all that runs long are bounded."""
    standing = {name for name, one in SERVICES.items() if one.get("restart") == "unless-stopped"}
    assert {"postgres", "temporal", "temporal-ui", "worker", "exchange"} == standing
    assert set() == {
        name for name in standing | OURS if "max-size" not in SERVICES[name]["logging"]["options"]
    }


def test_our_programs_have_no_right_that_they_do_not_need() -> None:
    """No capability of the kernel's, and no way to gain one."""
    assert set() == {name for name in OURS if SERVICES[name].get("cap_drop") != ["ALL"]}
    assert set() == {name for name in OURS if SERVICES[name]["security_opt"] != ["no-new-privileges:true"]}


def test_the_database_is_healthy_when_others_can_reach_it() -> None:
    """While a new volume is set up a server answers on its socket alone, and those who wait would fail."""
    assert "-h 127.0.0.1" in SERVICES["postgres"]["healthcheck"]["test"][1]


def test_the_engine_has_its_settings_and_enough_shards_for_ever() -> None:
    """The server does not start without the file that it is told to read; shards can't be changed later."""
    environment = environment_of("temporal", GIVEN)
    mounts = dict(reversed(mount.removesuffix(":ro").split(":")) for mount in SERVICES["temporal"]["volumes"])
    settings = yaml.safe_load((ROOT / mounts[environment["DYNAMIC_CONFIG_FILE_PATH"]]).read_text("utf-8"))
    assert 1 <= settings[PROBLEMS][0]["value"] <= 10
    assert 512 <= int(environment["NUM_HISTORY_SHARDS"])


def test_every_script_and_file_that_is_mounted_is_there() -> None:
    """Docker would make an empty folder of a missing one."""
    mounts = [
        mount for one in SERVICES.values() for mount in one.get("volumes", []) if mount.startswith("./")
    ]
    missing = [mount for mount in mounts if not (ROOT / mount.split(":")[0]).exists()]
    assert ["./files:/files"] == missing


def test_nothing_listens_beyond_loopback() -> None:
    """The one published port is the Web UI's, which has no login; no service shares the host's network."""
    published = {name: one["ports"] for name, one in SERVICES.items() if "ports" in one}
    assert {"temporal-ui": ["127.0.0.1:8233:8080"]} == published
    assert [] == [name for name, one in SERVICES.items() if {"network_mode", "privileged", "pid"} & set(one)]
    assert "true" == environment_of("temporal-ui", GIVEN)["TEMPORAL_DISABLE_WRITE_ACTIONS"]


def test_only_the_migration_knows_the_owner_of_the_tables() -> None:
    """Workers and commands come as the application's role."""
    owners = {name for name in SERVICES if "postgres_password" in str(environment_of(name, GIVEN))}
    assert {"postgres", "databases", "migrate"} == owners
    applications = {name for name in OURS if "app_db_password" in str(environment_of(name, GIVEN))}
    assert {"worker", "cli"} == applications


def test_every_setting_of_ours_is_one_that_the_readme_tells() -> None:
    """A misspelt variable would be set and never read."""
    told = set(
        re.findall(r"`(JOINT_\w+|DATABASE_URL|TEMPORAL_ADDRESS)`", (ROOT / "README.md").read_text("utf-8"))
    )
    assert set() == {key for name in OURS for key in environment_of(name, GIVEN)} - told


def test_a_worker_may_finish_what_it_has_in_hand_and_tells_whether_it_is_well() -> None:
    """More time than its own grace; its health is its own sign, in image and file alike."""
    worker = SERVICES["worker"]
    assert int(worker["stop_grace_period"].removesuffix("s")) > 20
    assert worker["init"]
    assert ["CMD", "python", "-m", "adapters.alive"] == worker["healthcheck"]["test"]
    assert any("HEALTHCHECK" in line and "adapters.alive" in line for line in dockerfile())


def test_the_image_holds_every_package_once_and_runs_as_nobody() -> None:
    """What the worker imports and nothing twice; not as root."""
    copied = [line.split()[1] for line in dockerfile() if line.startswith("COPY ")]
    assert len(copied) == len(set(copied))
    packages = {f"{one.parent.name}/" for one in ROOT.glob("*/__init__.py")} - {"tests/", "benchmarks/"}
    assert packages <= set(copied)
    assert "USER joint" in dockerfile()


def test_everything_waits_for_what_it_needs() -> None:
    """Each dependency exists, and is waited for by its end or its health where it has one."""
    for name, one in SERVICES.items():
        for needed, how in one.get("depends_on", {}).items():
            condition = how["condition"]
            assert condition in ("service_healthy", "service_completed_successfully"), name
            assert (condition == "service_healthy") == ("test" in SERVICES[needed].get("healthcheck", {})), (
                name
            )
