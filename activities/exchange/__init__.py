"""What goes to the provincial platform and what it answered (平台交换)."""
