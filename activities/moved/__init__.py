"""What must hold of a task of an old portal, and the results that it brings along (移入)."""
