"""Why a file could not be opened, in the words of people (文件打不开的原因)."""

from rules.refusal import Refusal

_WHY = {
    FileNotFoundError: "文件或目录不存在",
    PermissionError: "没有权限",
    IsADirectoryError: "是目录",
    NotADirectoryError: "上级不是目录",
}


def why_of(problem: OSError) -> str:
    """The reason alone."""
    return _WHY.get(type(problem), "无法读写")


def unreadable(path: object, problem: OSError) -> Refusal:
    """The refusal of a file that cannot be opened."""
    return Refusal("FileUnreadable", f"无法打开 {path}（{why_of(problem)}），请检查文件")
