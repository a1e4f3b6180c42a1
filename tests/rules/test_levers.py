"""What may be done to a wait's clock, and by whom."""

import pytest

from rules.levers import LEVERS, Lever, check_lever, check_role_for
from rules.refusal import Refusal
from rules.roles import Role
from rules.wait_rules import WAITS
from rules.waits import WaitKind


def refusal(kind: WaitKind, lever: Lever, role: Role = Role.OFFICE) -> Refusal:
    """What the lever is refused with."""
    with pytest.raises(Refusal) as refused:
        check_lever(kind, lever, role)
    return refused.value


def test_every_kind_says_what_it_admits() -> None:
    """And whom it is addressed to may do it."""
    assert set(LEVERS) == set(WaitKind)
    assert [] == [kind for kind, rule in LEVERS.items() if WAITS[kind].role not in rule.roles]


def test_results_signatures_and_publications_are_never_skipped() -> None:
    """Only what the lifecycle can end without: a report that goes into another one."""
    reports = {WaitKind.YEARLY_REPORT, WaitKind.YEARLY_SUPPLEMENT}
    assert reports == {kind for kind, rule in LEVERS.items() if rule.skip}
    assert "LeverNotLawful" == refusal(WaitKind.SIGN, Lever.SKIP).type


def test_the_remedy_names_the_lawful_way() -> None:
    """A visit is postponed, a claim released, a disposal extended by its own step."""
    for kind, lever, words in (
        (WaitKind.VISIT, Lever.EXTEND, "task postpone"),
        (WaitKind.CLAIM, Lever.SKIP, "task release"),
        (WaitKind.DISPOSAL, Lever.EXTEND, "disposal step"),
        (WaitKind.WINDOW, Lever.EXTEND, "approve-launch"),
    ):
        assert words in refusal(kind, lever).words


def test_a_head_extends_only_what_is_the_departments_own() -> None:
    """The notice's periods are the coordinating office's."""
    check_lever(WaitKind.MATCH, Lever.EXTEND, Role.HEAD)
    assert "OfficeOnly" == refusal(WaitKind.ENTRY, Lever.EXTEND, Role.HEAD).type
    check_lever(WaitKind.ENTRY, Lever.EXTEND, Role.OFFICE)


def test_a_wait_is_reassigned_only_to_a_role_that_may_answer_it() -> None:
    """A reminder to anybody else could not be answered."""
    check_role_for(WaitKind.ENTRY, Role.HANDLER)
    with pytest.raises(Refusal, match="执法人员、经办人"):
        check_role_for(WaitKind.ENTRY, Role.APPROVER)
