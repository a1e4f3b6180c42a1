"""`bulk`: one lever on many waits or tasks (批量办理)."""
