#!/usr/bin/env bash
# Creates the databases, the application's role and the engine's; run again, it changes nothing but a new password.
set -euo pipefail
role() {
    psql -d postgres -v ON_ERROR_STOP=1 -v role="$1" -v password="$2" <<'SQL'
SELECT format('CREATE ROLE %I LOGIN', :'role')
WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = :'role') \gexec
SELECT format('ALTER ROLE %I PASSWORD %L', :'role', :'password') \gexec
SQL
}
# Nobody enters a database but its owner and who works in it.
database() {
    psql -d postgres -tAc "SELECT 1 FROM pg_database WHERE datname = '$1'" | grep -q 1 || createdb "$1"
    psql -d postgres -v ON_ERROR_STOP=1 -v name="$1" -v role="$2" <<'SQL'
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'name') \gexec
SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', :'name', :'role') \gexec
SQL
}
role "$APP_DB_USER" "$APP_DB_PASSWORD"
role "$TEMPORAL_DB_USER" "$TEMPORAL_DB_PASSWORD"
database joint_inspection "$APP_DB_USER"
for name in temporal temporal_visibility; do
    database "$name" "$TEMPORAL_DB_USER"
    # The engine brings its schema up to date by itself.
    psql -d postgres -v ON_ERROR_STOP=1 -v name="$name" -v role="$TEMPORAL_DB_USER" <<'SQL'
SELECT format('ALTER DATABASE %I OWNER TO %I', :'name', :'role') \gexec
SQL
done
psql -d joint_inspection -v ON_ERROR_STOP=1 -v role="$APP_DB_USER" <<'SQL'
SELECT format('GRANT USAGE ON SCHEMA public TO %I', :'role') \gexec
SELECT format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', :'role') \gexec
SELECT format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO %I', :'role') \gexec
SQL
