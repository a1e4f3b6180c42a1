"""The fields of a record for the platform, and how each is lawfully put right after a rejection (退回后的更正)."""

from enum import StrEnum

from rules.refusal import Refusal


class RecordField(StrEnum):
    """A field that is not a finding: where it is wrong it can be amended for one record, signed by the head."""

    PLAN_NUMBER = "plan_number"
    PLAN_NAME = "plan_name"
    TASK_NAME = "task_name"
    ORGAN = "organ"
    SUBJECT_CODE = "subject_code"
    SUBJECT_NAME = "subject_name"

    @property
    def label(self) -> str:
        """The field in the words of the trade."""
        return {
            "plan_number": "计划编号",
            "plan_name": "计划名称",
            "task_name": "任务名称",
            "organ": "检查机关",
            "subject_code": "统一社会信用代码",
            "subject_name": "检查对象名称",
        }[self.value]


_RESULT = "结果有误的按更正办理：result correct，主要负责人签字（result sign）后重新报送"
_OTHER_LABELS = {
    "completed_on": "检查完成日",
    "content": "内容",
    "results": "检查结果",
    "result": "检查结果",
    "item": "抽查事项",
}
_OTHER_WAYS = {
    "completed_on": "检查完成日有误的按更正办理：result correct … --completed-on 日期，主要负责人签字后重新报送",
    "content": _RESULT,
    "results": _RESULT,
    "result": _RESULT,
    "item": _RESULT,
}


def label_of(field: str) -> str:
    """A field of a record in the words of the trade; its own name where there is none."""
    first = field.split(".", 1)[0]
    return RecordField(first).label if first in set(RecordField) else _OTHER_LABELS.get(first, field)


def way_of(field: str) -> str:
    """What to type so that a rejected field is right when it is sent again."""
    first = field.split(".", 1)[0]
    if first == RecordField.SUBJECT_NAME:
        return "名录有误的由名录库管理员更正：register import subjects；仅报送须更正的：publication amend 任务编号 报送编号 --field subject_name=名称"
    if first in set(RecordField):
        return (
            f"主要负责人签字更正：publication amend 任务编号 报送编号 --field {first}=正确的值 --basis 依据"
        )
    return _OTHER_WAYS.get(first, "与省平台核对该栏的要求；内容无须更正的直接重新报送（publication resend）")


def field_named(name: str) -> RecordField:
    """The field; refuses `FieldNotAmendable` with its own way for a finding."""
    for one in RecordField:
        if name in (one.value, one.label):
            return one
    choices = "、".join(f"{one.value}（{one.label}）" for one in RecordField)
    raise Refusal("FieldNotAmendable", f"“{name}”不能这样更正，可更正的是{choices}；{way_of(name)}")
