"""The draw of subjects: frozen, committed to, opened, recorded (抽取)."""
