"""Messages: what travels through the engine comes back the same, frozen, and bare of what histories must not hold."""

import inspect as python_inspect
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError
from sqlmodel import SQLModel
from temporalio.contrib.pydantic import pydantic_data_converter

from models import messages
from models.messages import (
    ActProgress,
    AnswerSlip,
    Applied,
    ApplyRequest,
    BranchProgress,
    CaseApplied,
    CaseProgress,
    CaseStart,
    CaseStep,
    DeskProgress,
    DeskStart,
    Dispatch,
    Errand,
    ExchangeProgress,
    ExchangeStart,
    Message,
    Progress,
    RejectedOf,
    RowProgress,
    RowStart,
    Slip,
    TaskEnd,
    TaskStart,
    TaskStep,
    WaitLine,
    Wake,
)
from rules.stages import Claim, Stage, TaskStatus

NOW = datetime(2026, 4, 1, 2, 0, tzinfo=UTC)
WAIT = WaitLine(
    id="w",
    department="d",
    role="handler",
    kind="claim",
    stage=2,
    open=1,
    total=2,
    since=NOW,
    due=NOW + timedelta(days=2),
    next_rung=NOW,
)
BRANCH = BranchProgress(department="d", name="局", claim=Claim.OFFERED, stage=Stage.NOTIFY, since=NOW)
PROGRESS = Progress(
    task="t",
    office="o",
    document="p",
    name="学校联合抽查",
    status=TaskStatus.OPEN,
    stage=Stage.NOTIFY,
    since=NOW,
    branches=(BRANCH,),
    act=ActProgress(number=1, to_fix=True),
    waits=(WAIT,),
    waits_open=1,
    next_rung=NOW,
)
ANSWER = AnswerSlip(submission="s", outcome="refused", type="NotPosted")
CASE = CaseProgress(
    case="c",
    office="o",
    task="t",
    kind="disposal",
    label="责令改正",
    state="办理中",
    closed=False,
    waits=(WAIT,),
)
SAMPLES: tuple[Message, ...] = (
    Slip(submission="s", sha256="0" * 64, kind="claim.accept", actor="p"),
    ANSWER,
    WAIT,
    BRANCH,
    ActProgress(number=2, to_draw=True),
    PROGRESS,
    TaskStart(task="t"),
    TaskEnd(task="t", status=TaskStatus.CLOSED),
    Wake(kind="receipts", count=3),
    ApplyRequest(target="joint-task/t", now=NOW, submissions=("a", "b")),
    Applied(answers=(ANSWER,), progress=PROGRESS),
    TaskStep(task="t", now=NOW, department="d", act=1),
    CaseStep(target="disposal/d", now=NOW),
    Errand(source="t", now=NOW),
    Dispatch(left=2, next_try=NOW),
    DeskStart(department="d", year=2026),
    DeskProgress(department="d", office="o", name="局", waits=(WAIT,), digest_at=NOW),
    CaseStart(case="c"),
    CASE,
    CaseApplied(answers=(ANSWER,), progress=CASE),
    RowStart(row="d/1"),
    RowProgress(row="d/1", office="o", document="d", state="未到抽查时间", waits=(WAIT,), next_at=NOW),
    ExchangeStart(office="o"),
    ExchangeProgress(office="o", queued=1),
    RejectedOf(task="t", name="县教育局", count=1),
)
CLASSES = [
    one
    for _, one in python_inspect.getmembers(messages, python_inspect.isclass)
    if issubclass(one, Message) and one is not Message
]


def converted(message: Any, into: type[Any]) -> Any:
    """A message written to a payload and read back."""
    (payload,) = pydantic_data_converter.payload_converter.to_payloads([message])
    return pydantic_data_converter.payload_converter.from_payloads([payload], [into])[0]


def test_every_message_has_a_sample() -> None:
    """Who adds a message adds its sample, so that the claims below hold for it."""
    assert set(CLASSES) == {type(sample) for sample in SAMPLES}


@pytest.mark.parametrize("message", SAMPLES, ids=lambda one: type(one).__name__)
def test_a_message_comes_back_as_it_was_sent(message: Message) -> None:
    """Through the converter that client and workers share, enumerations and moments included."""
    back = converted(message, type(message))
    assert message == back
    assert [type(value) for value in dict(message).values()] == [type(value) for value in dict(back).values()]


@pytest.mark.parametrize("message", SAMPLES, ids=lambda one: type(one).__name__)
def test_a_message_is_frozen(message: Message) -> None:
    """Nobody changes what another coroutine also holds."""
    name = next(iter(type(message).model_fields))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(message, name, getattr(message, name))


@pytest.mark.parametrize("message", SAMPLES, ids=lambda one: type(one).__name__)
def test_a_field_of_a_newer_build_is_passed_over(message: Message) -> None:
    """Histories are read by older and newer builds: what one does not know it leaves out."""
    assert message == type(message).model_validate({**message.model_dump(), "of_a_newer_build": 1})


def test_a_moment_without_a_zone_is_no_moment() -> None:
    """It would move a deadline by eight hours."""
    with pytest.raises(ValidationError, match="timezone"):
        TaskStep(task="t", now=datetime(2026, 4, 1))  # noqa: DTZ001 - the very thing that is refused


def test_a_moment_in_beijing_is_the_same_moment() -> None:
    """What is sent with +08:00 is compared with UTC."""
    there = NOW.astimezone(timezone(timedelta(hours=8)))
    assert NOW == converted(Errand(source="t", now=there), Errand).now


def _types(annotation: Any) -> set[Any]:
    inner = get_args(annotation)
    return {annotation}.union(*(_types(one) for one in inner)) if inner else {annotation}


@pytest.mark.parametrize("kind", CLASSES, ids=lambda one: one.__name__)
def test_no_message_carries_a_table(kind: type[Message]) -> None:
    """A table's row is not validated when it is read back: only bare values and messages travel."""
    for field in kind.model_fields.values():
        models = {
            one for one in _types(field.annotation) if isinstance(one, type) and issubclass(one, BaseModel)
        }
        assert not any(issubclass(one, SQLModel) for one in models)
        assert all(issubclass(one, Message) for one in models)
