"""Tables and messages."""
