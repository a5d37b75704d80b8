#!/usr/bin/env bash
# Starts the demo district: database, data (only once), web server and worker. Ctrl-C ends both.
set -euo pipefail
cd "$(dirname "$0")/.."
export PORT=${PORT:-8000}
export PORTAL_INSTANCE=${PORTAL_INSTANCE:-$PWD/instance}
portal=$PWD/.venv/bin/portal
stamp=$PORTAL_INSTANCE/.demo
mkdir -p "$PORTAL_INSTANCE"

if (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then
  echo "Port $PORT is taken. Choose another: make demo PORT=8001" >&2
  exit 1
fi

# The stamp names the database that holds the demo and the migrations it stands at: while both are the same, nothing is
# left to prepare, and a second start is quick.
database=$(sha256sum <<<"${DATABASE_URL:-}" | cut -c 1-16)
migrations=$(cat migrations/versions/*.py | sha256sum | cut -c 1-16)
if [ -z "${DATABASE_URL:-}" ] && [ ! -e "$PORTAL_INSTANCE/portal.db" ]; then rm -f "$stamp"; fi
read -r known_database known_migrations 2>/dev/null <"$stamp" || known_database='' known_migrations=''
if [ "$known_database $known_migrations" != "$database $migrations" ]; then
  "$portal" init
  if [ "$known_database" != "$database" ]; then
    echo "Loading the demo district"
    if ! "$portal" demo; then
      echo "The demo district was not loaded: it needs an empty database. Set PORTAL_INSTANCE to a new folder." >&2
      exit 1
    fi
    fresh=1
  fi
  echo "$database $migrations" >"$stamp"
fi

worker=
"$portal" serve --port "$PORT" &
server=$!
finish() {
  trap - EXIT INT TERM
  kill "$server" ${worker:+"$worker"} 2>/dev/null || true
  wait 2>/dev/null || true
}
trap finish EXIT
trap 'finish; exit 130' INT TERM

# The worker starts after the server answers: on two cores they would slow each other's start.
.venv/bin/python -S - "$PORT" "$server" <<'PY'
import http.client, os, sys, time
port, server = int(sys.argv[1]), int(sys.argv[2])
for _ in range(600):
    time.sleep(0.1)
    try:
        os.kill(server, 0)
    except ProcessLookupError:
        sys.exit("The server did not start")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        if connection.getresponse().status == 200:
            sys.exit(0)
    except OSError:
        pass
    finally:
        connection.close()
sys.exit("The server does not answer")
PY
echo
echo "  http://127.0.0.1:$PORT"
echo
[ "${fresh:-0}" = 1 ] || "$portal" demo --sign-ins
"$portal" worker &
worker=$!
wait "$server"
