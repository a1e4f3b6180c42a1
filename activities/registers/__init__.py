"""The registers: loaded by parts, confirmed, and as they were on any day (一单两库)."""
