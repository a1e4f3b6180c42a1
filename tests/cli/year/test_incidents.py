"""What befalls the tasks of a simulated year."""

from cli.year.incidents import Candidate, Incident, counted, give_out
from cli.year.law import Law
from rules.channel import LegalForm

ROWS = [
    Candidate(
        seq=str(number),
        here=number < 50,
        partners=1 + number % 2,
        form=LegalForm.PUBLIC_INSTITUTION if number % 3 else LegalForm.ENTERPRISE,
        percent=10.0 if number % 2 else 100.0,
        officers=4 if number % 2 else 3,
    )
    for number in range(1, 61)
]


def test_in_a_whole_plan_everything_befalls_somebody() -> None:
    """Each kind at least once, and the row that it ends is spared all else."""
    given = give_out(Law(7), ROWS)
    assert {what.label for what in Incident} == set(counted(given.values()))
    ends = {Incident.CANCEL, Incident.OMIT, Incident.FORGET}
    assert all(len(whats) == 1 for whats in given.values() if whats & ends)


def test_a_plan_of_a_few_rows_is_spared_what_ends_them() -> None:
    """Two rows are both played to their end."""
    given = give_out(Law(7), ROWS[:2])
    assert not {Incident.CANCEL, Incident.OMIT, Incident.FORGET} & set().union(*given.values())


def test_only_an_unclassed_subject_of_a_small_share_is_replaced() -> None:
    """So that somebody is left in the drawn directory, whoever was drawn."""
    given = give_out(Law(3), ROWS)
    replaced = {row.seq: row for row in ROWS if Incident.REPLACE in given.get(row.seq, ())}
    assert replaced
    assert {LegalForm.PUBLIC_INSTITUTION} == {row.form for row in replaced.values()}
    assert all(row.here and row.percent <= 35 for row in replaced.values())
