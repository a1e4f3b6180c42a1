"""The tables that the migrations guard against change, over all revisions."""

from importlib import import_module
from pkgutil import iter_modules

import migrations.versions

_REVISIONS = [
    import_module(f"migrations.versions.{one.name}") for one in iter_modules(migrations.versions.__path__)
]
APPEND_ONLY = {table for one in _REVISIONS for table in getattr(one, "APPEND_ONLY", ())} - {
    table for one in _REVISIONS for table in getattr(one, "REPLACED", ())
}
