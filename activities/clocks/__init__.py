"""Waits and the clocks that hang on them: opened, moved, reckoned anew, explained (待办与时限)."""
