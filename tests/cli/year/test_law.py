"""The law by which a simulated year's people act: drawn from the seed, at moments that no rung shares."""

from datetime import date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cli.year.law import Duty, Law, Temper, next_slot, slots_of
from rules.calendar import TZ, Calendar, DayKind, end_of
from rules.waits import WaitKind

CALENDAR = Calendar(
    {date(2027, 4, 5): DayKind.HOLIDAY, date(2027, 4, 10): DayKind.MAKEUP}, frozenset({2027}), "test"
)
OPENED = datetime(2027, 4, 2, 9, 30, tzinfo=TZ)


def a_duty(name: str, *, kind: WaitKind = WaitKind.APPROVAL, hours: bool = False) -> Duty:
    """A duty opened on a Friday morning, due six days later."""
    due_day = date(2027, 4, 8)
    return Duty(
        wait="w",
        name=name,
        key=name,
        kind=kind,
        department="test/lead",
        role="approver",
        scope="joint-task/t",
        task="t",
        cycle=1,
        opened=OPENED,
        anchor=OPENED.date(),
        due_day=due_day,
        due=OPENED + timedelta(hours=4) if hours else end_of(due_day),
        hours=hours,
    )


@given(st.integers(0, 50), st.text(min_size=1, max_size=20))
def test_people_act_at_slots_of_working_days_after_the_duty_began(seed: int, name: str) -> None:
    """Never on a day off, never before it was owed; the make-up Saturday counts."""
    moment = Law(seed).moment(a_duty(name), CALENDAR)
    assert moment > OPENED
    assert moment in slots_of(moment.date())
    assert CALENDAR.is_working(moment.date())


def test_the_same_seed_gives_the_same_moments_and_another_gives_others() -> None:
    """What one duty draws does not move what another draws."""
    duties = [a_duty(f"duty {number}", kind=WaitKind.VISIT) for number in range(30)]
    first, again, other = ([Law(seed).moment(duty, CALENDAR) for duty in duties] for seed in (7, 7, 8))
    assert first == again
    assert first != other
    assert first[5:] == [Law(7).moment(duty, CALENDAR) for duty in duties[5:]]


def test_there_are_prompt_slow_and_silent_people() -> None:
    """Prompt within a day, silent not before the due day."""
    law = Law(7)
    by_temper = {
        temper: [duty for number in range(2000) if law.temper(duty := a_duty(f"d{number}")) is temper]
        for temper in Temper
    }
    assert len(by_temper[Temper.PROMPT]) > len(by_temper[Temper.SLOW]) > len(by_temper[Temper.SILENT]) > 0
    tomorrow = datetime(2027, 4, 6, 16, tzinfo=TZ)
    assert all(law.moment(duty, CALENDAR) <= tomorrow for duty in by_temper[Temper.PROMPT])
    assert all(law.moment(duty, CALENDAR).date() >= duty.due_day for duty in by_temper[Temper.SILENT])


def test_what_is_owed_within_hours_is_done_at_once_or_missed() -> None:
    """A link is opened in the same hour, or only after its due moment."""
    law = Law(7)
    for number in range(500):
        duty = a_duty(f"d{number}", kind=WaitKind.REVEAL, hours=True)
        moment = law.moment(duty, CALENDAR)
        assert moment == duty.opened or moment > duty.due


def test_the_next_slot_skips_holidays_and_takes_the_make_up_day() -> None:
    """Friday afternoon → Tuesday after Qingming; Friday afternoon → the make-up Saturday."""
    for friday, then in (((4, 2), (4, 6)), ((4, 9), (4, 10))):
        afternoon = slots_of(date(2027, *friday))[1]
        assert slots_of(date(2027, *then))[0] == next_slot(CALENDAR, afternoon)


def test_no_two_days_running_share_their_seconds() -> None:
    """For most of a year: a timer of whole days, set while people acted, never meets them again."""
    days = [date(2027, 1, 1) + timedelta(days=number) for number in range(300)]
    assert 300 == len({slots_of(day)[0].time() for day in days})
    assert all(abs(slots_of(a)[0].minute - slots_of(b)[0].minute) >= 1 for a, b in pairwise(days))
