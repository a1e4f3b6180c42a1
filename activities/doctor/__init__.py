"""SQL held against the engine: what is stuck, what mends it, and the mending (体检与修复)."""
