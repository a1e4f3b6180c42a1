"""What the commands about what lies behind a result are given: the visit."""

from typing import Annotated

import typer

VisitId = Annotated[str, typer.Argument(metavar="检查编号", help="见 task visits")]
