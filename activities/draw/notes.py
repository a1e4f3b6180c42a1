"""What has become of the draw act under way, in words: who was left out, what is void, what is announced."""

from sqlmodel import Session

from activities.authority import name_of
from activities.draw.contributions import chains
from activities.draw.course import Course
from models.task import ActStep, DrawAct
from rules.stages import Stage
from rules.waits import WaitKind


def notes_of(
    session: Session, task: str, stage: Stage, act: DrawAct | None, course: Course
) -> tuple[str, ...]:
    """Short sentences for who looks at a task with its newest act, None before the first; `course` is that of the
    newest, or of the first to come. No codes, seeds or reasons: they travel with the progress.
    """
    if course.step(ActStep.DRAWN) is not None:
        return ()
    missed = [
        f"{name_of(session, step.department)}逾期未{WaitKind(step.content['of']).label}，按规则不计入定种"
        for step in course.steps
        if step.step is ActStep.MISSED
    ]
    if act is None:
        return tuple(missed)
    name = f"第{act.number}次（{act.kind.label}）"
    void = course.step(ActStep.VOID)
    if void is not None:
        if stage is not Stage.DRAW:
            return ()
        why = "未获批准或已撤回" if "refused" in void.content else "揭示不足两家，已作废"
        return (f"{name}{why}，须重新申请", *missed)
    words = [f"{name}正在办理", *missed]
    if course.step(ActStep.FIXED) is not None:
        words += _kept(session, task, act.number, set(course.contributors) - course.answered)
        if course.awaits_value(act):
            announced = act.content["public"]
            words.append(
                f"全部揭示后公布{announced['name']}（{announced['source']}，{announced['length']}位）"
            )
    return tuple(words)


def _kept(session: Session, task: str, number: int, waiting: set[str]) -> list[str]:
    """Whose secret the service keeps: they owe nothing but patience."""
    if not waiting:
        return []
    own = chains(session, task, number)
    kept = sorted(one for one in waiting if own[one].kept_by == "service")
    names = "、".join(name_of(session, one) for one in kept)
    return [f"{names}的随机值由系统代管，其余部门揭示后或到期自动揭示，无须办理"] if kept else []
