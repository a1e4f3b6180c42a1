"""The options that propose what follows from a problem (处置意见), the same wherever one is proposed."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from sqlmodel import Session

from cli.given import chosen, department_named, department_names
from models.papers import ProposedDisposal
from rules.disposal import DisposalKind
from rules.refusal import Refusal

Kinds = Annotated[
    list[str] | None,
    typer.Option(
        "--disposal",
        metavar="方式",
        help="提出的处置（可重复）：" + "、".join(one.label for one in DisposalKind),
    ),
]
Days = Annotated[
    int | None, typer.Option("--days", metavar="天", min=1, max=365, help="责令改正的期限（自然日）")
]
Receiver = Annotated[str | None, typer.Option("--receiver", metavar="部门", help="移送的接收部门")]
Outside = Annotated[
    str, typer.Option("--outside", metavar="单位", help="移送的接收单位不在本系统的，写明名称（如检察院）")
]
Owner = Annotated[str | None, typer.Option("--owner", metavar="部门", help="责任部门，非本部门的须由其接收")]

_TRANSFERS = (DisposalKind.TRANSFER, DisposalKind.TRANSFER_JUSTICE)


def proposed(
    session: Session,
    kinds: Sequence[str],
    *,
    days: int | None = None,
    receiver: str | None = None,
    outside: str = "",
    owner: str | None = None,
) -> ProposedDisposal | None:
    """The follow-ups of one finding, none where no kind is named."""
    if kinds:
        return follow_ups(session, kinds, days=days, receiver=receiver, outside=outside, owner=owner)
    if days or receiver or outside or owner:
        raise Refusal("DisposalMissing", "写了期限、接收单位或责任部门的，须写明处置方式（--disposal）")
    return None


def follow_ups(
    session: Session,
    kinds: Sequence[str],
    *,
    days: int | None,
    receiver: str | None,
    outside: str,
    owner: str | None,
) -> ProposedDisposal:
    """At least one follow-up, the others beside it; each option goes where it belongs."""
    to, by = (department_named(session, one).id if one else None for one in (receiver, owner))
    made = [
        ProposedDisposal(
            kind=one.value,
            period_days=days if one is DisposalKind.RECTIFY else None,
            receiver=to if one in _TRANSFERS else None,
            outside=outside if one in _TRANSFERS else "",
            owner=None if one in _TRANSFERS else by,
        )
        for one in (chosen(DisposalKind, kind) for kind in kinds)
    ]
    return made[0].model_copy(update={"also": tuple(made[1:])})


def worded(session: Session, stored: Mapping[str, Any] | None) -> str:
    """Every follow-up that is proposed with a finding, each with its days, receiver or owner."""
    if not stored:
        return ""
    every = [stored, *stored.get("also", ())]
    named = [one[who] for one in every for who in ("receiver", "owner") if one.get(who)]
    names = department_names(session, named) if named else {}
    return "、".join(_worded(one, names) for one in every)


def _worded(one: Mapping[str, Any], names: Mapping[str, str]) -> str:
    receiver, owner = (names.get(one.get(who) or "", "") for who in ("receiver", "owner"))
    more = (
        f"{one['period_days']}日" if one.get("period_days") else "",
        receiver or one.get("outside", ""),
        f"责任部门{owner}" if owner else "",
    )
    said = "，".join(part for part in more if part)
    return DisposalKind(one["kind"]).label + (f"（{said}）" if said else "")
