"""What has become of the draw act under way, in words: who was left out, what is void, what is announced."""

from sqlmodel import Session, col, select

from activities.authority import name_of
from activities.draw.contributions import answered, awaits_value, chains, newest_act
from models.task import ActStep, DrawAct, DrawStep, JointTask
from rules.stages import Stage
from rules.waits import WaitKind


def notes_of(session: Session, task: JointTask) -> tuple[str, ...]:
    """Short sentences for who looks at the task; no codes, seeds or reasons: they travel with the progress."""
    number = newest_act(session, task.id)
    steps = session.exec(
        select(DrawStep)
        .where(col(DrawStep.task) == task.id, col(DrawStep.act) == max(number, 1))
        .order_by(col(DrawStep.department))
    ).all()
    done = {step.step: step for step in steps}
    if ActStep.DRAWN in done:
        return ()
    missed = [
        f"{name_of(session, step.department)}逾期未{WaitKind(step.content['of']).label}，按规则不计入定种"
        for step in steps
        if step.step is ActStep.MISSED
    ]
    if number == 0:
        return tuple(missed)
    act = session.get_one(DrawAct, (task.id, number))
    name = f"第{number}次（{act.kind.label}）"
    void = done.get(ActStep.VOID)
    if void is not None:
        if task.stage is not Stage.DRAW:
            return ()
        why = "未获批准或已撤回" if "refused" in void.content else "揭示不足两家，已作废"
        return (f"{name}{why}，须重新申请", *missed)
    words = [f"{name}正在办理", *missed]
    if ActStep.FIXED in done:
        words += _kept(session, task, number, done[ActStep.FIXED].content["contributors"])
        if awaits_value(session, task, act):
            announced = act.content["public"]
            words.append(
                f"全部揭示后公布{announced['name']}（{announced['source']}，{announced['length']}位）"
            )
    return tuple(words)


def _kept(session: Session, task: JointTask, number: int, contributors: list[str]) -> list[str]:
    """Whose secret the service keeps: they owe nothing but patience."""
    own = chains(session, task.id, number)
    waiting = set(contributors) - answered(session, task.id, number)
    kept = sorted(one for one in waiting if own[one].kept_by == "service")
    names = "、".join(name_of(session, one) for one in kept)
    return [f"{names}的随机值由系统代管，其余部门揭示后或到期自动揭示，无须办理"] if kept else []
