"""Claims about follow-up disposals."""

import pytest

from rules.deadline import Unit
from rules.disposal import (
    OUTCOMES,
    STEPS,
    DisposalKind,
    DisposalOutcome,
    DisposalState,
    DisposalStep,
    ended,
    next_state,
    period_in,
    propose_owner,
)
from rules.policy import PolicyKey
from rules.refusal import Refusal

K, S, T = DisposalKind, DisposalState, DisposalStep


@pytest.mark.parametrize(
    ("kind", "steps", "end"),
    [
        (K.RECTIFY, [T.RECHECK_PASSED], S.RECTIFIED),
        (K.RECTIFY, [T.RECHECK_FAILED, T.EXTEND, T.RECHECK_PASSED], S.RECTIFIED),
        (K.RECTIFY, [T.RECHECK_FAILED, T.TURN_TO_CASE], S.TURNED_TO_CASE),
        (K.RECTIFY, [T.EXTEND, T.RECHECK_PASSED], S.RECTIFIED),
        (K.CASE, [T.NOT_FILE], S.NOT_FILED),
        (K.CASE, [T.FILE, T.EXTEND, T.EXTEND, T.DECIDE], S.DECIDED),
        (K.CASE, [T.FILE, T.DECIDE], S.DECIDED),
        (K.CASE, [T.EXTEND, T.FILE, T.DECIDE], S.DECIDED),
        (K.TRANSFER, [T.SEND, T.ACKNOWLEDGE], S.ACKNOWLEDGED),
        (K.TRANSFER, [T.SEND, T.RETURN, T.SEND, T.ACKNOWLEDGE], S.ACKNOWLEDGED),
        (K.TRANSFER_JUSTICE, [T.SEND, T.RETURN, T.KEEP], S.KEPT),
        (K.ABNORMAL, [T.LIST], S.LISTED),
        (K.ABNORMAL, [T.NOT_LIST], S.NOT_LISTED),
        (K.SERIOUS, [T.CONSENT, T.LIST], S.LISTED),
        (K.SERIOUS, [T.REFUSE], S.NOT_LISTED),
        (K.NONE, [T.CLOSE], S.CLOSED),
    ],
)
def test_a_disposal_ends_only_after_its_last_step(
    kind: DisposalKind, steps: list[DisposalStep], end: DisposalState
) -> None:
    """Each path of each kind, open until its end."""
    state = S.OPEN
    for step in steps:
        assert not ended(state)
        state = next_state(kind, state, step)
    assert end is state
    assert ended(state)


@pytest.mark.parametrize("kind", DisposalKind)
def test_every_step_that_is_not_open_is_refused_with_those_that_are(kind: DisposalKind) -> None:
    """Whatever the state; a closed disposal points to what undoes it."""
    for state in DisposalState:
        possible = STEPS[kind].get(state, {})
        remedy = "现在可以" if possible else "disposal annul"
        for step in set(DisposalStep) - set(possible):
            with pytest.raises(
                Refusal, match=remedy, check=lambda one: one.type == "DisposalStepOutOfOrder"
            ) as caught:
                next_state(kind, state, step)
            assert all(one.label in caught.value.words for one in possible)


@pytest.mark.parametrize("kind", DisposalKind)
def test_no_state_is_a_dead_end(kind: DisposalKind) -> None:
    """From wherever a disposal can get, some path leads to an end; ends lead nowhere."""
    reached, edge = {S.OPEN}, [S.OPEN]
    while edge:
        for state in STEPS[kind].get(edge.pop(), {}).values():
            edge += [state] if state not in reached else []
            reached.add(state)
    leads = {state for state in reached if ended(state)}
    for _ in reached:
        leads |= {state for state in reached if leads & set(STEPS[kind].get(state, {}).values())}
    assert reached == leads
    assert not any(STEPS[kind].get(state) for state in reached if ended(state))


def test_an_extension_of_the_filing_is_given_once() -> None:
    """15 working days and 15 more."""
    with pytest.raises(Refusal):
        next_state(K.CASE, next_state(K.CASE, S.OPEN, T.EXTEND), T.EXTEND)


def test_every_outcome_belongs_to_one_closing_state() -> None:
    """A decided case leaves a choice of three, every other end says it all."""
    expected = sorted(DisposalOutcome)
    assert expected == sorted(outcome for outcomes in OUTCOMES.values() for outcome in outcomes)
    assert {S.DECIDED} == {state for state, outcomes in OUTCOMES.items() if len(outcomes) > 1}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (K.RECTIFY, (10, Unit.NATURAL_DAY)),
        (K.CASE, (15, Unit.WORKING_DAY)),
        (K.ABNORMAL, (10, Unit.WORKING_DAY)),
        (K.NONE, (5, Unit.WORKING_DAY)),
    ],
)
def test_the_first_clock_of_a_kind_is_the_laws(kind: DisposalKind, expected: tuple[int, Unit]) -> None:
    """Doing nothing needs its reason in writing, so it has a clock too."""
    key = period_in(kind, S.OPEN)
    assert key is not None
    assert expected == (key.default, key.unit)


def test_the_later_clocks_are_the_laws() -> None:
    """15 more to file, 90 natural days to decide and 30 more; 20 to publish and 3 to withdraw a penalty."""
    expected = [(15, Unit.WORKING_DAY), (90, Unit.NATURAL_DAY), (30, Unit.NATURAL_DAY)]
    keys = [period_in(K.CASE, state) for state in (S.EXTENDED, S.FILED, S.PROLONGED)]
    assert expected == [(key.default, key.unit) for key in keys if key]
    assert [20, 3] == [PolicyKey.PENALTY_PUBLICATION_DAYS.default, PolicyKey.WITHDRAWAL_DAYS.default]


def test_every_clock_names_its_source() -> None:
    """A document and clause, or that it is a policy."""
    ruled = [period_in(kind, state) for kind in DisposalKind for state in (S.OPEN, *STEPS[kind])]
    assert all("第" in key.clause or "(policy)" in key.clause for key in ruled if key)


@pytest.mark.parametrize("kind", DisposalKind)
def test_no_open_state_is_without_a_clock_and_no_closed_one_has_any(kind: DisposalKind) -> None:
    """Nothing waits for ever unseen."""
    reached = {S.OPEN, *(state for steps in STEPS[kind].values() for state in steps.values())}
    clocked = {state for state in reached if period_in(kind, state) is not None}
    assert clocked == {state for state in reached if not ended(state)}


@pytest.mark.parametrize(
    ("licensed", "trade", "place", "owner", "why"),
    [
        ("审批局", "教育局", "乡镇", "审批局", "谁审批"),
        (None, "教育局", "乡镇", "教育局", "谁主管"),
        ("", None, "乡镇", "乡镇", "谁管辖"),
    ],
)
def test_the_owner_is_who_licensed_else_supervises_else_has_jurisdiction(
    licensed: str | None, trade: str | None, place: str | None, owner: str, why: str
) -> None:
    """And the proposal says by which rule."""
    department, reason = propose_owner(licensed, trade, place)
    assert owner == department
    assert why in reason


def test_an_owner_that_no_rule_names_is_asked_for() -> None:
    """It is never guessed."""
    with pytest.raises(Refusal, match="指定", check=lambda one: one.type == "DisposalOwnerUnknown"):
        propose_owner(None, None, None)


@pytest.mark.parametrize("terms", [DisposalKind, DisposalState, DisposalStep, DisposalOutcome])
def test_every_term_has_a_chinese_name_of_its_own(
    terms: type[DisposalKind | DisposalState | DisposalStep | DisposalOutcome],
) -> None:
    """No two are shown under one name."""
    labels = [term.label for term in terms]
    assert len(labels) == len(set(labels))
    assert not any(label.isascii() for label in labels)
