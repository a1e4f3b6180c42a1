"""What of a subject may stand in public: of a natural person not the whole name, and no number (个人信息)."""

from rules.channel import LegalForm

_HIDDEN = "（不公开）"


def public_name(form: LegalForm, name: str) -> str:
    """The name as it is published; a natural person's is masked (个人信息保护法 第二十八条, 去标识化)."""
    return f"{name[:1]}某" if form is LegalForm.PERSON else name


def public_code(form: LegalForm, code: str) -> str:
    """The code as it is published; a natural person has none in public."""
    return _HIDDEN if form is LegalForm.PERSON else code
