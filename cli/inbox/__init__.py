"""`inbox`: notices, what is owed, and how messages left the house (收件箱)."""
