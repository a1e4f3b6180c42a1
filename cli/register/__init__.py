"""`register`: the registers, imported, shown and confirmed (一单两库)."""
