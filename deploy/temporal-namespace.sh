#!/bin/sh
# The namespace that the workers use; histories of closed tasks are kept for 90 days.
set -eu
# An open port is no server yet: it is asked until it serves, for two minutes.
tries=60
until temporal operator cluster health 2>/dev/null | grep -q SERVING; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then
        echo "the Temporal server at $TEMPORAL_ADDRESS does not serve" >&2
        exit 1
    fi
    sleep 2
done
temporal operator namespace describe --namespace default >/dev/null 2>&1 ||
    temporal operator namespace create --retention 90d --namespace default
