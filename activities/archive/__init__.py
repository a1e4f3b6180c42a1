"""What is kept of a task for ever: the histories of its runs and its legal record (归档)."""
