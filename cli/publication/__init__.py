"""`publication`: what is on its way to the public (公示)."""
