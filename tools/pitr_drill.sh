#!/bin/sh
# Point-in-time recovery tried for real, on a PostgreSQL of its own in a scratch folder: base backup, archived log, an
# accident, recovery to the moment before it, and `portal audit verify` on what came back. Nothing of this machine's own
# databases is touched; everything is removed at the end.
#
#   tools/pitr_drill.sh          about half a minute; figures as key=value on standard output, exit 0 when all came back
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
[ -x "$bin/initdb" ] || { echo "no PostgreSQL server: apt-get install postgresql" >&2; exit 1; }
work=$(mktemp -d /tmp/pitr-drill.XXXXXX)
chmod 0711 "$work"
port=$("$top/.venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
if [ "$(id -u)" = 0 ]; then
    mkdir "$work/pg" && chown postgres:postgres "$work/pg"
    as() { runuser -u postgres -- "$@"; }
else
    mkdir "$work/pg"
    as() { "$@"; }
fi
archive="$work/pg/archive"
as mkdir "$archive"

stop() {
    for data in "$work/pg/first" "$work/pg/again"; do
        [ -f "$data/postmaster.pid" ] && as "$bin/pg_ctl" -D "$data" -m immediate -w stop >/dev/null 2>&1
    done
    rm -rf "$work"
}
trap stop EXIT INT TERM

now() { date +%s.%N; }
since() { echo "$(now) $1" | awk '{ printf "%.1f", $1 - $2 }'; }
sql() { as "$bin/psql" -X -q -At -h 127.0.0.1 -p "$port" -U portal -d "${2:-portal}" -c "$1"; }
start() {
    as "$bin/pg_ctl" -D "$1" -w -t 120 -l "$work/pg/log" \
        -o "-p $port -k $work/pg -c listen_addresses=127.0.0.1" start >/dev/null
}

as "$bin/initdb" -D "$work/pg/first" -A trust -U portal -E UTF8 --no-locale >/dev/null
as sh -c "cat >> '$work/pg/first/postgresql.conf'" <<EOF
wal_level = replica
archive_mode = on
archive_command = 'test ! -f $archive/%f && cp %p $archive/%f.part && mv $archive/%f.part $archive/%f'
archive_timeout = 60
EOF
start "$work/pg/first"
sql 'CREATE DATABASE portal' postgres

export PORTAL_INSTANCE="$work/instance" DATABASE_URL="postgresql://portal@127.0.0.1:$port/portal"
portal="$top/.venv/bin/portal"
$portal init >/dev/null

began=$(now)
as "$bin/pg_basebackup" -h 127.0.0.1 -p "$port" -U portal -D "$work/pg/base" -X stream -c fast
echo "base_backup_seconds=$(since "$began")"

# work after the base backup: it lies in the archived log only
$portal import divisions "$top/portal/registry/data/divisions-440306.csv" >/dev/null
wanted_rows=$(sql 'SELECT count(*) FROM audit_log')
wanted_divisions=$(sql 'SELECT count(*) FROM division')
sleep 1
moment=$(sql 'SELECT clock_timestamp()')
sleep 1
sql 'DROP TABLE division CASCADE' 2>/dev/null # the accident
sql 'SELECT pg_switch_wal()' >/dev/null
last=$(sql 'SELECT last_archived_wal IS NOT NULL FROM pg_stat_archiver')
for _try in 1 2 3 4 5 6 7 8 9 10; do
    [ "$last" = t ] && [ "$(sql 'SELECT archived_count > 1 FROM pg_stat_archiver')" = t ] && break
    sleep 1
    last=$(sql 'SELECT last_archived_wal IS NOT NULL FROM pg_stat_archiver')
done
as "$bin/pg_ctl" -D "$work/pg/first" -m fast -w stop >/dev/null
echo "archived_mb=$(du -sm "$archive" | cut -f1)"

# recovery: the base backup, the archive, and where to stop
began=$(now)
as cp -a "$work/pg/base" "$work/pg/again"
as sh -c "cat >> '$work/pg/again/postgresql.conf'" <<EOF
restore_command = 'cp $archive/%f %p'
recovery_target_time = '$moment'
recovery_target_action = 'promote'
archive_mode = off
EOF
as touch "$work/pg/again/recovery.signal"
start "$work/pg/again"
until [ "$(sql 'SELECT pg_is_in_recovery()')" = f ]; do sleep 0.2; done
echo "recovery_seconds=$(since "$began")"

rows=$(sql 'SELECT count(*) FROM audit_log')
divisions=$(sql 'SELECT count(*) FROM division')
echo "audit_rows=$rows wanted=$wanted_rows"
echo "divisions=$divisions wanted=$wanted_divisions"
[ "$rows" = "$wanted_rows" ] && [ "$divisions" = "$wanted_divisions" ]
$portal audit verify
