"""Screenshots of the Web UI with tasks stuck at every stage (`make screenshots`), by a real browser."""
