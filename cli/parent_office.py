"""`person bootstrap-parent`: the office above, by the database's owner (上级办公室)."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlmodel import Session

from activities import audit
from cli.context import Context
from cli.tables import done
from models.organisation import Office
from rules.refusal import Refusal

app = typer.Typer()


@app.command("bootstrap-parent")
def bootstrap_parent(
    code: Annotated[str, typer.Argument(metavar="办公室代号")],
    parent: Annotated[str, typer.Argument(metavar="上级代号", help="已登记的上级办公室")],
) -> None:
    """由数据库管理员登记一个办公室的上级：此后报请上级同意的，由其工作人员在本系统办理。"""
    with Context(create=True).database.write() as session:
        office = session.get(Office, code)
        if office is None:
            raise Refusal("OfficeUnknown", f"没有领导小组办公室 {code}，请先登记：person bootstrap-office")
        check_parent(session, code, parent)
        former, office.parent = office.parent, parent
        audit.record(
            session,
            audit.office_chain(code),
            "office.parent",
            at=datetime.now(UTC),
            actor="owner",
            detail={"former": former, "parent": parent},
        )
    done(f"{code} 的上级办公室已登记为 {parent}")


def check_parent(session: Session, code: str, parent: str | None) -> None:
    """The office above is registered, and is not below this one."""
    above = parent
    while above is not None:
        office = session.get(Office, above)
        if office is None:
            raise Refusal("ParentUnknown", f"没有上级办公室 {above}，请先登记：person bootstrap-office")
        if above == code:
            raise Refusal("ParentBelow", f"{parent} 在 {code} 之下，不能作其上级，请核对代号")
        above = office.parent
