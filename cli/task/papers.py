"""`task papers`: the papers of each matched subject, to be printed and taken along (检查文书)."""

from pathlib import Path
from typing import Annotated

import typer

from activities.match.visit_papers import papers_of
from adapters.visit_papers import FORMS, write_papers
from cli.acting import TaskId, Who, asks, task_id
from cli.progress import bar
from cli.tables import done, hint
from cli.task.given import known_task
from models.task import TakingPart
from rules.refusal import Refusal

app = typer.Typer()


@app.command("papers")
@asks
def papers(
    task: TaskId,
    folder: Annotated[Path, typer.Option("--to", metavar="目录", help="写到哪个目录")],
    who: Who,
) -> None:
    """写出每户待检查对象的审批表、检查通知书、一企一表和现场检查笔录（DOCX），限参与部门。"""
    name, own = task_id(task), who.own_department()
    with who.database.read() as session:
        known_task(session, name)
        if session.get(TakingPart, (name, own)) is None:
            raise Refusal("NotTakingPart", "检查文书只对参与部门开放，请由参与部门办理")
        contents = list(papers_of(session, name, own))
    with bar() as progress:
        for content in progress.track(contents, description="写出检查文书"):
            write_papers(folder, content)
    done(f"已为{len(contents)}户写出{'、'.join(FORMS.values())}，在 {folder}")
    if lacking := sorted({name for content in contents for name in content["lacking"]}):
        hint(f"下列事项在事项清单中没有依据，请补录（register import items）后重新写出：{'、'.join(lacking)}")
    hint("样式可在 templates/ 中用文字处理软件修改")
