"""Ports to the outside: database, engine, exchange, files, mail."""
