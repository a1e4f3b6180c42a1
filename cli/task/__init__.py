"""`task`: a joint task from its launch to its archive (联合抽查任务)."""
