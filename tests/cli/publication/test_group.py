"""What becomes public, by command: receipts, rejections, own texts and proofs."""

from pathlib import Path

import docx

from models.outcomes import PublicationKind
from models.registers import Subject
from rules.channel import Channel, LegalForm
from rules.roles import Role
from tests.activities.world import TASK
from tests.builders import LEAD, SECOND, THIRD, person
from tests.cli.conftest import At
from tests.cli.said import Say, data, refused

HANDLER = person(SECOND, Role.HANDLER)


def test_a_rejected_record_is_listed_by_field_and_sent_again(say: Say, at: At) -> None:
    """Seen, put right, sent again; afterwards it is on its way once more."""
    driver = at("rejected")
    (row,) = data(say, "publication", "list", TASK, "--rejected")
    assert "代码不符" == row["rejected"]
    (told,) = data(say, "publication", "rejections", TASK)
    assert (["统一社会信用代码（subject_code）：代码不符"], "待更正") == (told["fields"], told["state"])
    resend = ("publication", "resend", TASK, "--all", "--reason", "代码已更正", "--as", HANDLER)
    assert 0 == say(*resend).code
    assert [] == data(say, "publication", "list", TASK, "--rejected")
    assert "已重新报送" == data(say, "publication", "rejections", TASK)[0]["state"]
    assert (3, "NothingToResend") == refused(say(*resend))
    driver.trade()
    assert "已录入" == data(say, "publication", "rejections", TASK)[0]["state"]


def test_tasks_and_claims_show_their_receipts(say: Say, at: At) -> None:
    """What the province was told of."""
    driver = at("claimed")
    driver.trade()
    rows = data(say, "publication", "declared", TASK)
    assert ["任务领取", "任务领取", "抽查任务"] == sorted(one["kind_name"] for one in rows)
    assert all(one["receipt"] for one in rows)


def test_the_text_to_publish_is_a_page_or_a_document(say: Say, at: At, tmp_path: Path) -> None:
    """The department's own subjects with item and result; of a natural person no name and no number."""
    driver = at("receipted")
    mine = [one for one in driver.publications(PublicationKind.RESULT) if one.department == SECOND]
    with driver.database.write() as session:
        for visit in driver.visits(SECOND):
            subject = session.get_one(Subject, visit.subject)
            if subject.credit_class is None:
                subject.legal_form, subject.name = LegalForm.PERSON, "张三丰"
                break
    for name in ("公示.docx", "公示.html"):
        said = say("publication", "text", TASK, "--output", str(tmp_path / name), "--as", HANDLER)
        assert 0 == said.code, said.err
    document = docx.Document(str(tmp_path / "公示.docx"))
    text = "\n".join(one.text for one in document.paragraphs)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "发现问题已责令改正" in cells
    page = (tmp_path / "公示.html").read_text("utf-8")
    for shown in (text, page):
        assert "张某" in shown
        assert "张三丰" not in shown
        assert subject.code not in shown
        assert "台账不全" not in shown
    own = [one for one in mine if one.channel == "own_site"]
    assert len(own) == len(document.tables)


def test_a_proof_is_kept_with_its_hash(say: Say, at: At, tmp_path: Path) -> None:
    """The archived page itself, not its hash alone."""
    driver = at("receipted")
    page = tmp_path / "页.html"
    page.write_text("<html>公示</html>", "utf-8")
    prove = ("publication", "prove", TASK, "--all", "--address", "https://example.invalid")
    said = say(*prove, "--on", driver.today.isoformat(), "--file", str(page), "--as", HANDLER)
    assert 0 == said.code, said.err
    rows = [one for one in driver.publications(PublicationKind.RESULT) if one.department == SECOND]
    hashes = {one.proof["sha256"] for one in rows if one.proof}
    assert 1 == len(hashes)
    digest = hashes.pop()
    assert page.read_bytes() == (tmp_path / "data" / "evidence" / digest[:2] / digest).read_bytes()


def test_own_site_results_are_written_out_and_proved(say: Say, at: At, tmp_path: Path) -> None:
    """The text names the plan, the organ and each subject; the proof's hash closes what waits."""
    driver = at("receipted")
    handler = person(LEAD, Role.HANDLER)
    text = say("publication", "text", TASK, "--as", handler).out
    waiting = [
        one
        for one in data(say, "publication", "list", TASK, "--open")
        if one["channel"] == "own_site" and one["department"] == LEAD
    ]
    assert [] == [one["name"] for one in waiting if one["name"] not in text]
    assert "牵头局" in text
    page = tmp_path / "公示.html"
    say("publication", "text", TASK, "--output", str(page), "--as", handler)
    day = str(driver.today)
    proof = ("--address", "https://example.invalid", "--on", day, "--file", str(page))
    assert 0 == say("publication", "prove", TASK, "--all", *proof, "--as", handler).code
    assert len(driver.visits(LEAD)) == driver.part(LEAD).published
    assert (3, "NothingToProve") == refused(
        say("publication", "prove", TASK, "--all", *proof, "--as", handler)
    )


def test_what_is_published_late_says_what_was_corrected_since(say: Say, at: At) -> None:
    """A proof is void: the statement to publish anew has the signed correction beside what was approved."""
    driver = at("signed")
    void = [
        one
        for one in driver.publications(PublicationKind.RESULT, Channel.OWN_SITE)
        if one.department == THIRD
    ]
    ids = [one.id for one in void]
    head = ("--reason", "页面上没有", "--as", person(THIRD, Role.HEAD))
    assert 0 == say("publication", "void", TASK, *ids, *head).code
    text = say("publication", "text", TASK, "--open", "--as", person(THIRD, Role.HANDLER)).out
    assert 1 == text.count("未发现问题（已更正为：未按规定公示应当公示的信息）") + text.count(
        "未发现开展本次抽查涉及的经营活动（已更正为：未按规定公示应当公示的信息）"
    )
