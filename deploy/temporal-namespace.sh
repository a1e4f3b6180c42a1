#!/bin/sh
# The namespace that the workers use; histories of closed tasks are kept for 90 days.
set -eu
temporal operator namespace describe default >/dev/null 2>&1 ||
    temporal operator namespace create --retention 90d default
