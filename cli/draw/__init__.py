"""`draw`: the record of a task's draws and its lists (抽取记录)."""
