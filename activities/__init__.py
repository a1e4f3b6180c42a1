"""Effects on the database and the outside world."""
