"""Who may act: the roles that a person holds in a department or in the coordinating office."""

from enum import StrEnum


class Role(StrEnum):
    """A role of a posting (任职角色); waits are addressed to a department and a role, never to a name."""

    HANDLER = "handler"
    APPROVER = "approver"
    HEAD = "head"
    OFFICER = "officer"
    KEEPER = "keeper"
    OFFICE = "office"
    OPERATOR = "operator"
    MACHINE = "machine"

    @property
    def label(self) -> str:
        """The role's Chinese name."""
        return _LABELS[self]


_LABELS = {
    Role.HANDLER: "经办人",
    Role.APPROVER: "审批人",
    Role.HEAD: "单位主要负责人",
    Role.OFFICER: "执法人员",
    Role.KEEPER: "名录库管理员",
    Role.OFFICE: "领导小组办公室工作人员",
    Role.OPERATOR: "运维人员",
    Role.MACHINE: "系统",
}
