#!/bin/sh
# Brings the engine's two schemas up to the server's version; run again, it changes nothing.
set -eu
for pair in temporal:temporal temporal_visibility:visibility; do
    database=${pair%%:*}
    kind=${pair##*:}
    tool="temporal-sql-tool --plugin postgres12 --ep $POSTGRES_SEEDS -p $DB_PORT -u $POSTGRES_USER --db $database"
    $tool setup-schema -v 0.0 2>/dev/null || true
    $tool update-schema -d "/etc/temporal/schema/postgresql/v12/$kind/versioned"
done
