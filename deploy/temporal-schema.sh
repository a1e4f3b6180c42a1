#!/bin/sh
# Brings the engine's two schemas up to the server's version; run again, it changes nothing.
set -eu
for pair in temporal:temporal temporal_visibility:visibility; do
    database=${pair%%:*}
    kind=${pair##*:}
    tool="temporal-sql-tool --plugin postgres12 --ep $POSTGRES_SEEDS -p $DB_PORT -u $POSTGRES_USER --db $database"
    # Where the schema is there already, at whatever version, this leaves it as it is.
    $tool setup-schema -v 0.0
    $tool update-schema -d "/etc/temporal/schema/postgresql/v12/$kind/versioned"
done
