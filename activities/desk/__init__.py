"""What a department's people are told, and by which channel (提醒与送达)."""
