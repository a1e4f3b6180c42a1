"""`disposal`: the follow-up of findings (后续处置)."""
