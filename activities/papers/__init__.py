"""How a paper comes in, is brought to its workflow, and is ruled on (文书)."""
