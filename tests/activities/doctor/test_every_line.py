"""Every line of the doctor's and the test in which it is brought about and mended (体检各条的测试)."""

import importlib
import inspect
from collections.abc import Mapping

import pytest

from activities.doctor.findings import Ailment

_DOCTOR = "tests.engine.test_doctor"
_ROWS = "tests.activities.doctor.test_examination"
LINES: Mapping[Ailment, tuple[str, str]] = {
    Ailment.ENGINE_AWAY: (_DOCTOR, "test_without_an_engine_the_rest_is_still_examined"),
    Ailment.NO_WORKER: (_DOCTOR, "test_no_worker_is_said_and_a_worker_mends_it"),
    Ailment.UNKNOWN: (_DOCTOR, "test_what_runs_for_no_case_is_left_to_an_explicit_word"),
    Ailment.AHEAD: (_DOCTOR, "test_a_memory_that_is_ahead_is_found_and_begins_anew_after_the_word"),
    Ailment.FAILING: (
        _DOCTOR,
        "test_a_workflow_whose_tasks_fail_is_found_and_restarted_under_a_mended_build",
    ),
    Ailment.STEP_FAILING: (
        "tests.engine.test_failing_steps",
        "test_a_step_that_fails_for_ever_is_said_until_its_cause_is_gone",
    ),
    Ailment.INTERVENED: (_DOCTOR, "test_what_was_ended_behind_our_back_is_put_on_record_and_started_afresh"),
    Ailment.MISSING: (_DOCTOR, "test_what_was_ended_behind_our_back_is_put_on_record_and_started_afresh"),
    Ailment.OVER: (_DOCTOR, "test_what_runs_for_a_closed_case_is_ended"),
    Ailment.LATE: (_DOCTOR, "test_a_rung_that_did_not_fire_fires_after_a_wake"),
    Ailment.IDLE: (_ROWS, "test_an_open_task_that_waits_for_nobody_is_said"),
    Ailment.UNANSWERED: (_DOCTOR, "test_a_paper_that_was_filed_and_not_delivered_is_answered"),
    Ailment.UNSENT: (_DOCTOR, "test_a_signal_that_was_not_sent_is_sent"),
    Ailment.UNTOLD: (_DOCTOR, "test_a_notice_that_stayed_behind_is_told"),
    Ailment.UNDELIVERED: (_DOCTOR, "test_a_message_that_was_given_up_is_sent_again_under_its_key"),
    Ailment.UNPUBLISHED: (
        _DOCTOR,
        "test_what_did_not_leave_for_the_platform_or_was_not_answered_goes_out",
    ),
    Ailment.STRAY: (
        "tests.activities.doctor.test_exchange_folder",
        "test_each_file_that_nobody_takes_has_a_line_and_its_command_ends_it",
    ),
    Ailment.REJECTED: (_DOCTOR, "test_what_the_platform_rejected_waits_for_its_department"),
    Ailment.CALENDAR: (_ROWS, "test_a_year_without_calendar_is_said_in_december_and_mended_by_loading_it"),
    Ailment.REGISTER: (_ROWS, "test_a_register_past_its_age_is_said_and_mended_by_its_keeper"),
    Ailment.UNARCHIVED: (
        "tests.engine.test_failing_steps",
        "test_a_closed_run_that_nobody_archived_is_said_in_good_time_and_archived_by_a_repair",
    ),
    Ailment.AUDIT: (_ROWS, "test_a_broken_chain_is_said"),
}
"""The module and the name of each line's test."""


def test_no_line_is_without_its_test() -> None:
    """Whoever adds a kind of finding names here where it is brought about and mended."""
    assert list(Ailment) == list(LINES)


@pytest.mark.parametrize("ailment", LINES)
def test_the_test_of_a_line_is_there_and_speaks_of_it(ailment: Ailment) -> None:
    """A test that was renamed, or that looks for another line, is found out."""
    module, name = LINES[ailment]
    test = getattr(importlib.import_module(module), name)
    assert f"Ailment.{ailment.name}" in inspect.getsource(test)
