"""What an office does without an engine: plans, registers, persons, policies, the trail."""

import json
from pathlib import Path

import pytest
from sqlmodel import col, select

from adapters.database import Database
from models.organisation import Office
from models.trail import AuditEvent
from tests.cli.said import Say, refused

PLANS = Path(__file__).resolve().parents[2] / "examples" / "plans"
YANGCHENG = str(PLANS / "yangcheng-2024.md")
OFFICER_ROLE = "领导小组办公室工作人员"


@pytest.fixture
def office(say: Say) -> Say:
    """An office `yc` with one member of its staff, `o1`."""
    assert say("person", "bootstrap-office", "yc", "阳城办", "阳城县", "o1", "测试人甲").code == 0
    return say


def departments(folder: Path, rows: str) -> str:
    """A file of departments."""
    file = folder / "departments.csv"
    file.write_text(f"单位编号,单位名称,别名\n{rows}", encoding="utf-8")
    return str(file)


def test_first_token_is_issued_once_and_lets_its_holder_act(
    office: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner's role issues the office's first token; while it lives there is no second."""
    first = office("person", "bootstrap-token", "o1")
    token = first.out.splitlines()[1]
    monkeypatch.setenv("JOINT_PROFILE", "production")
    post = ("person", "post", "o2", "测试人乙", "yc/office", "office")
    assert (3, "TokenExists") == refused(office("person", "bootstrap-token", "o1"))
    assert (3, "WhoActs") == refused(office(*post, "--as", "o1"))
    assert (3, "TokenInvalid") == refused(office(*post, "--token", "wrong"))
    assert 0 == office(*post, "--token", token).code


def test_the_office_above_may_be_registered_before_or_after(office: Say, sqlite: Database) -> None:
    """A city comes later than its county; what is unknown, or lies below, is refused; the link is audited."""
    city = ("person", "bootstrap-office", "jc", "晋城办", "晋城市", "c1", "测试人丁")
    assert (3, "ParentUnknown") == refused(office(*city, "--parent", "sx"))
    assert (3, "ParentUnknown") == refused(office("person", "bootstrap-parent", "yc", "jc"))
    assert 0 == office(*city, "--level", "city").code
    assert 0 == office("person", "bootstrap-parent", "yc", "jc").code
    assert (3, "ParentBelow") == refused(office("person", "bootstrap-parent", "jc", "yc"))
    assert (3, "OfficeUnknown") == refused(office("person", "bootstrap-parent", "xx", "jc"))
    with sqlite.read() as session:
        assert "jc" == session.get_one(Office, "yc").parent
        linked = select(AuditEvent.detail).where(col(AuditEvent.event) == "office.parent")
        assert [{"former": None, "parent": "jc"}] == session.exec(linked).all()


def test_bootstrap_token_is_for_the_office_only(office: Say) -> None:
    """A keeper gets no first token."""
    office("person", "post", "k1", "测试人丙", "yc/office", "keeper", "--as", "o1")
    assert (3, "NotOfficeStaff") == refused(office("person", "bootstrap-token", "k1"))


def test_revoked_token_no_longer_acts(office: Say) -> None:
    """A token that the office has revoked is refused."""
    issued = office("person", "token", "o1", "--days", "3", "--as", "o1")
    token = issued.out.splitlines()[1]
    assert 0 == office("person", "revoke", "o1", "--reason", "遗失", "--token", token).code
    assert (3, "TokenInvalid") == refused(office("person", "revoke", "o1", "--reason", "x", "--token", token))


def test_list_of_persons_masks_names(office: Say) -> None:
    """A list shows who holds what, not whole names."""
    held = json.loads(office("person", "list", "--json").out)
    assert [("o1", "测**甲", OFFICER_ROLE)] == [
        (one["person"], one["name"], one["role_name"]) for one in held
    ]


def test_plan_read_prints_one_object_a_row_without_a_database(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`plan read --jsonl` is a stable interface and touches no database."""
    monkeypatch.setenv("DATABASE_URL", "sqlite:////nowhere/at/all.db")
    rows = [json.loads(line) for line in say("plan", "read", YANGCHENG, "--jsonl").out.splitlines()]
    assert [str(number) for number in range(1, 64)] == [row["seq"] for row in rows]
    assert {"document", "seq", "region", "line", "flags", "fields"} == set(rows[3])
    year = rows[3]["document"]["year"]
    assert (2024, "read") == (year["value"], year["status"])
    assert "县市场监管局" == rows[3]["fields"]["initiator"]["value"]


@pytest.mark.parametrize("name", ["yangcheng-2024", "lvliang-2023", "gaoping-2023"])
def test_every_notice_can_be_imported(office: Say, name: str) -> None:
    """The import takes the notices as they are; the same file again changes nothing."""
    command = ("plan", "import", str(PLANS / f"{name}.md"), f"yc-{name}", "--as", "o1")
    assert 0 == office(*command).code
    assert "未变动" in office(*command).out


def test_plan_row_is_settled_and_adopted(office: Say, tmp_path: Path) -> None:
    """A row shows what keeps it; with the departments known it is adopted."""
    office(
        "register", "import", "departments", departments(tmp_path, "sc,市监局,县市场监管局\n"), "--as", "o1"
    )
    office("plan", "import", YANGCHENG, "yc-2024", "--as", "o1")
    shown = office("plan", "show", "yc-2024", "4")
    assert "配合部门“县教育局”未对应到部门" in shown.out
    assert "每年1次" in shown.out
    office("plan", "set", "yc-2024", "4", "partners", "[]", "--reason", "试行不配合", "--as", "o1")
    obstacles = json.loads(office("plan", "show", "yc-2024", "4", "--json").out)["obstacles"]
    assert (3, "ValueInvalid") == refused(
        office("plan", "set", "yc-2024", "4", "window", "开春", "--reason", "x", "--as", "o1")
    )
    assert 0 == office("plan", "adopt", "yc-2024", "--as", "o1").code
    row = json.loads(office("plan", "rows", "yc-2024", "--json").out)[3]
    assert (not obstacles) == row["adopted"]


def test_refused_rows_of_a_register_go_to_a_file(office: Say, tmp_path: Path) -> None:
    """The good rows come in; the others are told by file, row and field, and kept beside."""
    file = departments(tmp_path, "sc,市监局,\n,无编号局,\n")
    said = office("register", "import", "departments", file, "--as", "o1", "--json")
    summary = json.loads(said.out)
    assert (1, 1) == (summary["added"], summary["refused"])
    assert "无编号局" in Path(summary["refused_file"]).read_text(encoding="utf-8-sig")
    assert "departments.csv 第3行" in office("register", "import", "departments", file, "--as", "o1").out


def test_register_is_imported_by_keepers_and_the_office_only(office: Say, tmp_path: Path) -> None:
    """A handler imports nothing."""
    office("person", "post", "h1", "测试人丁", "yc/office", "经办人", "--as", "o1")
    file = departments(tmp_path, "sc,市监局,\n")
    assert (3, "WrongRole") == refused(office("register", "import", "departments", file, "--as", "h1"))


def test_policy_keeps_its_clause_and_version(office: Say) -> None:
    """A value is set with its clause; a wrong one is refused with what it should be."""
    assert 0 == office("policy", "set", "claim_days", "3", "--clause", "试行办法 三", "--as", "o1").code
    shown = {one["key"]: one for one in json.loads(office("policy", "show", "--json").out)}
    assert (3, "试行办法 三") == (shown["claim_days"]["value"], shown["claim_days"]["clause"])
    assert (3, "PolicyValue") == refused(
        office("policy", "set", "claim_days", "0", "--clause", "x", "--as", "o1")
    )


def test_acting_for_a_foreign_department_is_refused_and_leaves_its_trace(
    office: Say, sqlite: Database, tmp_path: Path
) -> None:
    """Whoever names a department without a post there is refused, and the trail says so."""
    office("register", "import", "departments", departments(tmp_path, "sc,市监局,\n"), "--as", "o1")
    said = office("register", "confirm", "subjects", "--as", "o1", "--department", "市监局")
    assert (3, "NotPosted") == refused(said)
    with sqlite.read() as session:
        statement = select(AuditEvent).where(col(AuditEvent.event) == "refused:register.confirm")
        events = session.exec(statement).all()
    assert [("o1", "yc/sc")] == [(event.actor, event.department) for event in events]


def test_same_message_id_is_answered_as_before(office: Say) -> None:
    """A repeated message changes nothing; its id cannot carry another paper."""
    command = ("policy", "set", "claim_days", "3", "--clause", "试行", "--as", "o1", "--message-id", "m1")
    assert 0 == office(*command).code
    assert 0 == office(*command).code
    shown = {one["key"]: one for one in json.loads(office("policy", "show", "--json").out)}
    assert shown["claim_days"]["by"].startswith("第1版")
    assert (3, "MessageIdReused") == refused(
        office("person", "revoke", "o1", "--reason", "x", "--as", "o1", "--message-id", "m1")
    )


def test_trail_verifies_until_it_is_touched(office: Say, sqlite: Database, tmp_path: Path) -> None:
    """`audit verify` ends with 0 on a whole trail and 1 on a broken one; the anchor goes to a file."""
    assert 0 == office("audit", "verify").code
    file = tmp_path / "anchor.json"
    assert 0 == office("audit", "anchor", "--file", str(file)).code
    assert ["office/yc"] == list(json.loads(file.read_text(encoding="utf-8"))["heads"])
    with sqlite.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_head SET number = 9")
    assert 1 == office("audit", "verify").code


def test_owner_migrates_in_production(say: Say, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody's command alters a production database but the owner's."""
    monkeypatch.setenv("JOINT_PROFILE", "production")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/new.db")
    assert (3, "DatabaseMissing") == refused(say("audit", "verify"))
    assert not (tmp_path / "new.db").exists()
    assert 0 == say("migrate").code
    assert 0 == say("audit", "verify").code


@pytest.mark.parametrize(
    ("variable", "value"),
    [("JOINT_PROFILE", "quatsch"), ("DATABASE_URL", ""), ("DATABASE_URL", "quatsch"), ("JOINT_DATA", "")],
)
def test_bad_settings_are_a_wrong_command_line(
    say: Say, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """A setting that cannot be used is named in words, without a traceback."""
    monkeypatch.setenv(variable, value)
    said = say("task", "list")
    assert (2, True) == (said.code, variable in said.err)


def test_reading_begins_no_database(say: Say, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A mistyped data folder is named instead of looking like an empty office."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none/new.db")
    assert (3, "DatabaseMissing") == refused(say("task", "list"))
    assert not (tmp_path / "none").exists()


def test_lists_need_a_token_in_production(office: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """Subjects' and persons' data are read by people who are posted; with a token they are."""
    token = office("person", "bootstrap-token", "o1").out.splitlines()[1]
    assert 0 == office("person", "list").code
    monkeypatch.setenv("JOINT_PROFILE", "production")
    for words in (["task", "list"], ["person", "list"], ["disposal", "list"], ["deadline", "list"]):
        assert (3, "WhoActs") == refused(office(*words))
        assert 0 == office(*words, "--token", token).code


def test_substitute_is_for_a_period(office: Say) -> None:
    """Whoever acts for another does so until a day."""
    post = ("person", "post", "o2", "测试人乙", "yc/office", "office", "--acting-for", "o1", "--as", "o1")
    assert (3, "PeriodNeeded") == refused(office(*post))


def test_file_without_a_sound_row_is_refused(office: Say, tmp_path: Path) -> None:
    """An import of which nothing went in is no success."""
    file = departments(tmp_path, "x1,,\n")
    assert (3, "RowsRefused") == refused(office("register", "import", "departments", file, "--as", "o1"))


def test_missing_things_are_named_without_a_traceback(say: Say) -> None:
    """A missing file, plan, task or engine is an expected answer."""
    assert (3, "PlanUnreadable") == refused(say("plan", "read", "nowhere.md"))
    assert (3, "PlanUnknown") == refused(say("plan", "rows", "yc-2024"))
    assert (3, "TaskUnknown") == refused(say("task", "show", "yc-2024/4/1"))
    assert (3, "DisposalUnknown") == refused(say("disposal", "show", "nothing"))
    assert (3, "CaseUnknown") == refused(say("publication", "list", "nothing"))
