"""A record in which everything that a draw knows has happened: no leaf of it can be altered unseen."""

import copy
import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlmodel import col, select

from activities.draw.export import export_record, export_snapshots
from activities.draw.sealing import VARIABLE
from models.papers import ApproveDraw, CommitSecret, PublicSource, PublicValue, RequestDraw, SetPolicy
from models.registers import Subject
from models.task import ActStep, DrawStep
from rules.channel import LegalForm
from rules.digests import canonical_json, sha256_hex
from rules.draw_record import Kind
from rules.policy import PolicyKey
from rules.roles import Role
from tests.activities.draw.contributing import commit, missed, reveal, ring_until
from tests.activities.driver import Driver
from tests.activities.stages import Stages
from tests.activities.world import OFFICE_TARGET, PARTS
from tests.builders import LEAD, OFFICE, OFFICE_DESK, SECOND, THIRD, subject_code

Record = dict[str, Any]
Leaf = tuple[str | int, ...]
VERIFIER = Path(__file__).resolve().parents[3] / "docs" / "verify-draw.py"
SOURCE = PublicSource(name="双色球第2026050期", source="中国福彩网，红球由小到大后接蓝球", length=14)


def peopled(driver: Driver) -> None:
    """Thirty more subjects of all classes, three of the trade's worst; classes for all, and a least number."""
    rules = {
        PolicyKey.MARKET_CLASSES: True,
        PolicyKey.RISING_TABLE: {"A": "0.1", "B": "0.2", "C": "0.4", "D": "0.4"},
        PolicyKey.TRADE_CLASSES: {"Ⅳ级": "D"},
        PolicyKey.MIN_COUNT: 34,
    }
    for key, value in rules.items():
        rule = SetPolicy(key=key, value=value, clause="测试", valid_from=driver.today)
        driver.act(OFFICE_DESK, Role.OFFICE, rule, target=OFFICE_TARGET)
    with driver.database.write() as session:
        for number in range(100, 130):
            market = number % 5 != 4
            subject = Subject(
                office=OFFICE,
                code=subject_code(number),
                name=f"对象{number}",
                kind="学校",
                legal_form=LegalForm.ENTERPRISE if market else LegalForm.PUBLIC_INSTITUTION,
                credit_class="ABCD"[number % 4] if market else None,
                class_date=driver.today,
                trade_class="Ⅳ级" if number < 103 else None,
                trade_date=driver.today,
                area="东镇",
            )
            session.add(subject)


def acted(driver: Driver, act: int, request: RequestDraw, *departments: str) -> None:
    """One act from its request to its end, opened by some."""
    driver.act(LEAD, Role.HANDLER, request)
    redraw = request.act is Kind.REDRAW
    by = (OFFICE_DESK, Role.OFFICE) if redraw else (LEAD, Role.APPROVER)
    driver.act(*by, ApproveDraw(act=act))
    driver.steps.fix_draw(driver.step(act=act))
    reveal(driver, act, *departments)
    if request.public is not None:
        driver.act(OFFICE_DESK, Role.OFFICE, PublicValue(act=act, value="01 05 09 13 22 31+07"))
    if len(departments) == 2 or request.public is not None:
        driver.steps.execute_draw(driver.step(act=act))
        for department in PARTS:
            driver.steps.match_officers(driver.step(department=department))


def eventful(driver: Driver) -> None:
    """One commits too late; an act is void; a witness whose secret the service keeps; four acts after that."""
    peopled(driver)
    commit(driver, LEAD, SECOND)
    ring_until(driver, lambda _: missed(driver))
    acted(driver, 1, RequestDraw(reason="按计划"), LEAD)
    ring_until(driver, lambda _: len(missed(driver)) == 2)
    driver.steps.execute_draw(driver.step())
    driver.act(OFFICE_DESK, Role.OFFICE, CommitSecret(keep="service"))
    left_out = {subject_code(1): "县政府会议纪要3号"}
    acted(driver, 2, RequestDraw(reason="重来", public=SOURCE, leave_out=left_out), LEAD)
    with driver.database.read() as session:
        drawn = export_record(session, driver.task)["acts"][1]["drawn"]  # type: ignore[index]  # a document
    replaced = [next(one["code"] for one in drawn if one["stratum"] == name) for name in ("D", "补足")]
    with driver.database.write() as session:
        gone = session.exec(select(Subject).where(col(Subject.code).in_(replaced))).all()
        for subject in gone:
            subject.status, subject.status_date = "注销", driver.today
    paper = RequestDraw(act=Kind.REPLACEMENT, reason="注销", replaces=tuple(replaced), evidence="注销通知")
    acted(driver, 3, paper, LEAD, SECOND)
    acted(driver, 4, RequestDraw(act=Kind.ADDED, reason="扩大", size=2, evidence="纪要5号"), LEAD, SECOND)
    acted(driver, 5, RequestDraw(act=Kind.REDRAW, reason="举报", evidence="举报件3号"), LEAD, SECOND)


Exported = tuple[Record, list[bytes], bytes]


@pytest.fixture(scope="module")
def exported(stages: Stages, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Exported]:
    """The record and the directories from each kind of database, all that is random held fixed."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, Fernet.generate_key().decode())
        for module in ("draw.fixing", "acts.draws"):
            patch.setattr(f"activities.{module}.token_bytes", lambda n: bytes(range(n)))
        for backend in ("sqlite", "postgresql"):
            database = stages.copy(backend, "claimed")
            driver = Driver(database, tmp_path_factory.mktemp(backend))
            eventful(driver)
            with database.read() as session:
                document = canonical_json(export_record(session, driver.task))
                snapshots = list(export_snapshots(session, driver.task).values())
            found[backend] = (json.loads(document), snapshots, document)
            stages.remove(database)
    return found


def loaded() -> Any:
    """The stand-alone program, loaded from its one file."""
    spec = importlib.util.spec_from_file_location("verify_draw", VERIFIER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def failures(
    exported: dict[str, Exported], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Record], list[str]]:
    """What the program says of a record beside the directories."""
    program, folder, directories = loaded(), tmp_path_factory.mktemp("leaves"), {}
    for number, body in enumerate(exported["sqlite"][1]):
        (folder / str(number)).write_bytes(body)
        digest, entries = program.read_directory(str(folder / str(number)))
        directories[digest] = entries

    def verify(record: Record) -> list[str]:
        return list(program.Verifier(record, directories).run())

    return verify


def test_the_eventful_record_holds_and_shows_all_that_happened(
    exported: dict[str, Exported], failures: Callable[[Record], list[str]]
) -> None:
    """Void act, witness, late commitment, kept secret, public value, tiers, top-up, every kind of act."""
    record = exported["sqlite"][0]
    acts = record["acts"]
    assert [] == failures(record)
    assert ["first", "first", "replacement", "added", "redraw"] == [act["kind"] for act in acts]
    assert [True, False, False, False, False] == [act["void"] for act in acts]
    assert [[SECOND], []] == [act["missing"] for act in acts[:2]]
    assert [[THIRD]] * 5 == [act["left_out"] for act in acts]
    assert {LEAD, OFFICE_DESK} == {each["department"] for each in acts[1]["commitments"]}
    assert {"department", "service"} == {each["kept_by"] for each in acts[1]["commitments"]}
    assert "双色球第2026050期 01050913223107" == acts[1]["public_value"]
    assert {"A", "B", "C", "D", "其余", "补足"} == {each["stratum"] for each in acts[1]["drawn"]}
    assert ["D", "补足"] == sorted(each["stratum"] for each in acts[2]["drawn"])
    assert ["追加"] * 2 == [each["stratum"] for each in acts[3]["drawn"]]
    assert {subject_code(1): "县政府会议纪要3号"} == acts[1]["plan"]["choices"]["leave_out"]


def test_both_databases_give_the_same_record_byte_for_byte(exported: dict[str, Exported]) -> None:
    """Five acts, their directories, and every hash in them."""
    assert exported["sqlite"][1:] == exported["postgresql"][1:]


def leaves(value: object, path: Leaf = ()) -> Iterator[tuple[Leaf, object]]:
    """Every scalar of a document with its path; an empty list is a leaf too."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in below:
        yield from leaves(one, (*path, key))
    if not isinstance(value, dict | list) or not value:
        yield path, value


def others(value: object) -> list[object]:
    """What a leaf may be altered to: another value of its kind, nothing, and what Python holds to be equal."""
    if isinstance(value, bool):
        return [not value, int(value)]
    if isinstance(value, int):
        return [value + 1, float(value), str(value)]
    if isinstance(value, str) and value:
        return [
            value[:-1] + ("0" if value[-1] != "0" else "1"),
            "",
            f"{value} ",
            *{value.upper(), value.lower()} - {value},
        ]
    return ["x", ["x"]]


def places(value: object, path: Leaf = ()) -> Iterator[tuple[Leaf, object]]:
    """Every list and object of a document with its path."""
    if isinstance(value, dict | list):
        yield path, value
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(one, (*path, key))


def reshaped(value: object) -> Iterator[object]:
    """A list or object with one part less, one more, or two in each other's place."""
    if isinstance(value, dict):
        yield value | {"more": "x"}
        yield from ({key: one for key, one in value.items() if key != gone} for gone in value)
    elif isinstance(value, list):
        yield [*value, *(value[:1] or ["x"])]
        yield from ([*value[:i], *value[i + 1 :]] for i in range(len(value)))
        pairs = (i for i in range(len(value) - 1) if value[i] != value[i + 1])
        yield from ([*value[:i], value[i + 1], value[i], *value[i + 2 :]] for i in pairs)


def altered(record: Record, path: Leaf, value: object) -> Record:
    """A copy with another value at a path."""
    if not path:
        assert isinstance(value, dict)
        return value
    # Only what lies on the way is copied: thousands of whole copies take longer than checking them.
    found: Any = copy.copy(record)
    top = place = found
    for key in path[:-1]:
        place[key] = copy.copy(place[key])
        place = place[key]
    place[path[-1]] = value
    return dict(top)


def seen(failures: list[str], path: Leaf) -> bool:
    """Whether the first failure is of the act that was altered, by a name."""
    if path[:1] != ("acts",) or len(path) < 2:
        return bool(failures)
    return bool(failures) and failures[0].startswith(f"第 {int(path[1]) + 1} 次抽取 ")


def test_no_leaf_of_the_record_can_be_altered_unseen(
    exported: dict[str, Exported], failures: Callable[[Record], list[str]]
) -> None:
    """Each scalar in turn is another one: the act is named. No field is left out of this."""
    record, unseen, tried = exported["sqlite"][0], [], 0
    for path, value in leaves(record):
        for other in others(value):
            tried += 1
            if not seen(failures(altered(record, path, other)), path):
                unseen.append((path, value, other))
    assert [] == unseen
    assert tried > 2000


def test_no_part_of_the_record_can_be_dropped_added_or_moved_unseen(
    exported: dict[str, Exported], failures: Callable[[Record], list[str]]
) -> None:
    """But for the last act as a whole, which only its published plan hash tells of."""
    record = exported["sqlite"][0]
    unseen = [
        (path, other)
        for path, value in places(record)
        for other in reshaped(value)
        if not failures(altered(record, path, other))
    ]
    assert [(("acts",), record["acts"][:-1])] == unseen


def test_every_leaf_of_a_plan_moves_the_seed(exported: dict[str, Exported]) -> None:
    """Hashing an altered plan anew is seen by the seed, which was opened links' doing."""
    program = loaded()
    record = exported["sqlite"][0]
    drawn = [act for act in record["acts"] if not act["void"]]
    for act in drawn:
        for path, value in leaves(act["plan"]):
            plan = altered(act["plan"], path, others(value)[0])
            other = act | {"plan": plan, "plan_hash": sha256_hex(program.canonical(plan))}
            assert program.seed_of(record["task"], other) != act["seed"], path


def test_a_record_before_the_last_check_has_its_root_s_key_too(stages: Stages, tmp_path: Path) -> None:
    """Who may see it sees the directory beside it; without the key nobody could hold the root against it."""
    database = stages.copy("sqlite", "drawn")
    driver = Driver(database, tmp_path)
    with database.read() as session:
        act = export_record(session, driver.task)["acts"][0]  # type: ignore[index]  # a document
        published = session.get_one(DrawStep, (driver.task, 1, ActStep.FIXED, "")).content["root"]
    assert (published, 64) == (act["root"], len(act["root_key"]))
    stages.remove(database)
