"""What a command says when it does not do what was asked."""

import pytest
import typer

from cli.console import fail
from rules.refusal import Refusal


@pytest.mark.parametrize(
    ("type_", "head"),
    [("WrongStage", "不予受理（WrongStage）"), ("NotDelivered", "尚未办理（NotDelivered）")],
)
def test_a_paper_that_waits_for_the_worker_is_not_called_refused(
    type_: str, head: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It lies filed: who reads that it was refused would file it once more."""
    with pytest.raises(typer.Exit) as ended:
        fail(Refusal(type_, "说明"))
    assert (3, f"{head}：说明\n") == (ended.value.exit_code, capsys.readouterr().err)
