"""`doctor`: what is stuck and why, each line with the command that mends it; and mending it (体检与修复)."""

import shlex
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer

from activities.authority import check_role
from activities.doctor.examination import Report, examine
from activities.doctor.exchange_folder import in_folders
from activities.doctor.findings import Ailment, Finding
from activities.doctor.lost_papers import names_of
from activities.doctor.orders import Mended, Order
from activities.doctor.repair import Repair
from adapters.evidence_store import EvidenceStore
from adapters.exchange import ExchangeAwayError
from cli.acting import Who, asks
from cli.context import Json, out, run, show
from cli.tables import done, hint, words
from rules.calendar import TZ
from rules.roles import Role

app = typer.Typer()

_SICK = 1
"""Exit code where something is left to be mended: an examination that failed."""
_MENDERS = frozenset({Role.OFFICE, Role.OPERATOR})
_SHOWN = 20
"""So many lines of each kind are printed; all of them with --json."""
_DEEDS = {
    "recorded": "补记人为干预",
    "ended": "结束运行",
    "rebuilt": "从数据库重新启动",
    "woken": "唤醒",
    "resent": "重新发送",
    "closed": "清理已办结的运行",
    "archived": "归档运行记录",
}


@app.command("doctor")
@asks
def doctor(
    who: Who,
    repair: Annotated[
        bool, typer.Option("--repair", help="修复：投递、重建、重发；办公室或运维人员办理，留痕")
    ] = False,
    restored: Annotated[
        bool,
        typer.Option(
            "--restored",
            help="数据库刚从备份恢复：先结束全部运行再重建，并列出须补交的文书（与 --repair 同用）",
        ),
    ] = False,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since",
            formats=["%Y-%m-%dT%H:%M"],
            metavar="时刻",
            help="备份的时刻（北京时间）；恢复之后已有人办理过的须写明（与 --restored 同用）",
        ),
    ] = None,
    restart: Annotated[
        list[str] | None,
        typer.Option(
            "--restart", metavar="流程编号", help="结束并从数据库重新启动这个流程（与 --repair 同用，可多次）"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """体检：数据库与 Temporal 是否一致、有何停滞，逐条附修复命令；有问题时退出码为 1。"""
    if (restored or restart) and not repair:
        raise typer.BadParameter("--restored、--restart 须与 --repair 同用")
    if since and not restored:
        raise typer.BadParameter("--since 须与 --restored 同用")
    now, began = datetime.now(UTC), time.monotonic()
    backed_up = since.replace(tzinfo=TZ) if since else None
    order = _order(who, restored=restored, since=backed_up, restart=restart or ()) if repair else None
    report, mended = run(_work(who, now, order))
    report = report.and_still(_in_folders(who))
    data = {
        "at": now,
        "healthy": not report.findings,
        "seconds": round(time.monotonic() - began, 2),
        "running": len(report.runs),
        "counts": report.counts,
        "findings": [_line(one) for one in report.findings],
    }
    if mended is not None:
        data |= {"repaired": mended.done, "lost_papers": _lost(who, mended), "gone": mended.gone}
    show(data, as_json=as_json, text=lambda: _tell(data, report, mended))
    if report.findings:
        raise typer.Exit(_SICK)


async def _work(who: Who, now: datetime, order: Order | None) -> tuple[Report, Mended | None]:
    if order is None:
        return await examine(who.database, await who.context.client_or_none(), now), None
    client = await who.context.client()
    # After a restore everything is ended anyway: nobody need be asked what they remember.
    report = await examine(who.database, client, now, ask=not order.restored)
    mended, left = await Repair(
        who.database, client, EvidenceStore(who.context.settings.archive), now, order
    ).run(report)
    return left, mended


def _in_folders(who: Who) -> list[Finding]:
    """Files that wait for somebody, where the exchange is a folder that this machine sees."""
    where = who.context.settings.exchange
    if where.startswith(("http://", "https://")):
        return []
    try:
        with who.database.read() as session:
            return list(in_folders(session, Path(where)))
    except (OSError, ExchangeAwayError) as problem:
        words = f"交换目录不能读取（{type(problem).__name__}），请核对 JOINT_EXCHANGE 和目录的权限"
        return [Finding(Ailment.STRAY, where, words, f"ls -l {shlex.quote(where)}")]


def _order(who: Who, *, restored: bool, since: datetime | None, restart: Iterable[str]) -> Order:
    posting = who.posting(_MENDERS)
    check_role(_MENDERS, posting.role)
    office = who.office_of(posting.department)
    return Order(office, who.names(posting), restored=restored, since=since, restart=tuple(restart))


def _line(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.ailment.value,
        "name": finding.ailment.label,
        "subject": finding.subject,
        "words": finding.words,
        "command": finding.command,
    }


def _lost(who: Who, mended: Mended) -> list[dict[str, Any]]:
    with who.database.read() as session:
        names = names_of(session, mended.lost)
    return [
        {
            "filed_at": one.at,
            "actor": one.actor,
            "name": names.get(one.actor, ""),
            "kind": one.kind,
            "count": one.count,
            "workflow": one.workflow,
            "submission": one.submission,
        }
        for one in mended.lost
    ]


def _tell(data: dict[str, Any], report: Report, mended: Mended | None) -> None:
    if mended is not None:
        _tell_mended(mended, data["lost_papers"])
    if not report.findings:
        done(f"一切正常（{data['running']}个流程在运行，用时{data['seconds']}秒）")
        return
    for ailment, some in groupby(report.findings, key=lambda one: one.ailment):
        lines = list(some)
        # Beside its lines, wherever they are sent: whoever keeps or pipes the report needs both.
        out.print(f"✗ {ailment.label}（{len(lines)}）", style="red", markup=False)
        for one in lines[:_SHOWN]:
            out.print(f"  {one.subject}：{one.words}", markup=False)
            hint(f"  {one.command}")
        if len(lines) > _SHOWN:
            hint(f"  另有{len(lines) - _SHOWN}项，见 starter.py doctor --json")


def _tell_mended(mended: Mended, lost: Sequence[dict[str, Any]]) -> None:
    for what, subjects in mended.done.items():
        done(f"{_DEEDS[what]}{len(subjects)}项")
    if mended.gone:
        out.print("恢复点之后开始、数据库中已没有的任务和计划行，请先补办其计划的采用、任务的发起：")
        for workflow in mended.gone:
            out.print(f"  {workflow}", markup=False)
    if not lost:
        return
    out.print(f"恢复点之后提交、数据库中已没有的文书{len(lost)}份，请通知本人重新办理：")
    for one in lost:
        who = f"{one['name']}（{one['actor']}）"
        out.print(f"  {words(one['filed_at'])} {who} {one['kind']} → {one['workflow']}", markup=False)
