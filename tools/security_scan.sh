#!/usr/bin/env bash
# Attacks a demo portal on loopback with wapiti and sqlmap (Debian packages) and sums up what they found:
#   tools/security_scan.sh [FOLDER]
# FOLDER takes the reports (default: a new one under /tmp). Every step has an end: SCAN_SECONDS for wapiti to look round (default 60; ten
# times that in all), SQL_SECONDS for sqlmap at each address (default 60), ESTATES in the demo (default 8), SCANNERS (default "wapiti sqlmap").
# Ends with 1 when a scanner found something that is not in ``EXPECTED`` below, or when a request met a fault of the server. Needs root only
# to install the two packages where they are missing.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-$(mktemp -d /tmp/portal-scan.XXXXXX)}
mkdir -p "$out"
scan_seconds=${SCAN_SECONDS:-60} sql_seconds=${SQL_SECONDS:-60}
portal=$PWD/.venv/bin/portal

missing=()
for name in sqlmap wapiti; do command -v "$name" >/dev/null || missing+=("$name"); done
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" >/dev/null
fi

export PORTAL_INSTANCE=${SCAN_INSTANCE:-$out/instance}
export HOME=$out # both keep their histories in the home folder
unset DATABASE_URL BASE_URL
if [ ! -e "$PORTAL_INSTANCE/portal.db" ]; then
  mkdir -p "$PORTAL_INSTANCE"
  "$portal" init >/dev/null
  "$portal" demo --estates "${ESTATES:-8}" >"$out/demo.log"
fi
port=${PORT:-$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')}
base=http://127.0.0.1:$port
"$portal" serve --port "$port" >"$out/serve.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
for _ in $(seq 60); do curl -fs "$base/readyz" >/dev/null && break; sleep 1; done
curl -fs "$base/readyz" >/dev/null

# A session of one of the demo's people: the token into $out/<login>.session
sign_in() {
  local jar=$out/$1.jar form
  form=$(curl -fs -c "$jar" "$base/sign-in" | grep -o 'name="csrf_token"[^>]*' | head -n 1 | grep -o 'value="[^"]*"' | cut -d '"' -f 2)
  curl -fs -b "$jar" -c "$jar" -o /dev/null --data-urlencode "csrf_token=$form" --data-urlencode "login=$1" \
    --data-urlencode "password=Baoan-Demo-2026" "$base/sign-in"
  awk '$6 == "portal_session" {print $7}' "$jar" >"$out/$1.session"
  test -s "$out/$1.session"
  printf '{"127.0.0.1": {"/": {"portal_session": {"value": "%s", "version": 0, "expires": null, "secure": false, "port": null}}}}' \
    "$(cat "$out/$1.session")" >"$out/$1.cookies"
}

# Debian 12's wapiti 3.0.4 writes its patterns of exclusion as Python 3.11 no longer takes them; this is the program with that mended
cat >"$out/wapiti.py" <<'PY'
import fnmatch, re, sys

from wapitiCore.net import crawler

crawler.wildcard_translate = lambda pattern: re.compile(fnmatch.translate(pattern))
from wapitiCore.main.wapiti import wapiti_main

sys.exit(wapiti_main())
PY

# wapiti as a visitor: $scan_seconds of looking round and a fifth of that for each kind of attack; never the door out, which would end
# the session it looks with, and nothing beyond this machine
modules=cookieflags,csp,csrf,crlf,exec,file,http_headers,methods,permanentxss,redirect,sql,xss # none that calls home (ssrf, xxe)
scan() {
  local who=$1 cookies=()
  shift
  [ "$who" = nobody ] || cookies=(-c "$out/$who.cookies")
  http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 no_proxy=127.0.0.1 timeout $((scan_seconds * 10)) \
    /usr/bin/python3 "$out/wapiti.py" -u "$base/" "${@/#/-s$base}" -m "$modules" --scope folder -d 3 \
    --max-links-per-page 30 --max-files-per-dir 12 --max-parameters 12 --max-scan-time "$scan_seconds" --max-attack-time $((scan_seconds / 5)) -t 10 \
    -x "$base/sign-out" -x "$base/account*" -x "$base/en/*" -x "$base/static/*" --flush-session --no-bugreport -v 0 \
    --store-session "$out/$who.store" --store-config "$out/$who.store" "${cookies[@]}" -f json -o "$out/wapiti-$who.json" \
    >"$out/wapiti-$who.log" 2>&1 </dev/null || echo "  wapiti as $who was cut off (see wapiti-$who.log)"
}

# Each visitor at once: the portal has to bear that too.
wapiti_all() {
  local who
  for who in officer company; do sign_in "$who"; done
  scan nobody /estates /enterprises /lists /sign-in /owner/enter /mediation/cases/enter /feeds /search /objections /verify &
  for who in officer company; do scan "$who" /work & done
  for who in $(jobs -p); do [ "$who" = "$server" ] || wait "$who" || true; done
  for who in officer company; do
    curl -s -o /dev/null -w "  $who: /work answers %{http_code} at the end\n" -b "portal_session=$(cat "$out/$who.session")" "$base/work"
  done
}

# sqlmap: every parameter of these addresses, without and with a session
injected() {
  local name=$1 session=$2
  shift 2
  local cookie=()
  [ -z "$session" ] || cookie=(--cookie "portal_session=$(cat "$out/$session.session")")
  timeout "$sql_seconds" sqlmap "$@" "${cookie[@]}" --batch --level 1 --risk 1 --technique BEUT --time-sec 2 --threads 1 \
    --timeout 10 --retries 0 --disable-coloring --flush-session --output-dir "$out/sqlmap" >"$out/sqlmap-$name.log" 2>&1 </dev/null || true
}

sqlmap_all() {
  local number token
  for who in officer auditor; do [ -s "$out/$who.session" ] || sign_in "$who"; done
  number=0
  while read -r who address; do
    number=$((number + 1))
    injected "$number" "${who#nobody}" -u "$base$address" --ignore-code 400,404,422
  done <<'LIST'
nobody /estates?q=a&page=1
nobody /estates?street=440306017000&kind=commodity
nobody /enterprises?q=a&page=1
nobody /lists?year=2025&kind=red&as_of=2026-01-01
nobody /quarters/2026Q3?street=440306017000
nobody /api/v1/estates?q=a&page=1&page_size=5
nobody /api/v1/lists?as_of=2026-01-01&known_at=2026-01-01T00:00:00%2B08:00
nobody /estates/440306017001-0001*
officer /registry/estates?q=a&page=1
officer /registry/managers?q=a&page=1
officer /lists/manage?year=2025
officer /owners/register?q=a&page=1
auditor /audit?actor=a&action=b&subject=c&first=2026-01-01
LIST
  token=$(curl -fs -c "$out/form.jar" "$base/sign-in" | grep -o 'name="csrf_token"[^>]*' | head -n 1 | grep -o 'value="[^"]*"' | cut -d '"' -f 2)
  injected sign-in "" -u "$base/sign-in" --data "login=a&password=b&next=&csrf_token=$token" -p login,password,next --csrf-token csrf_token \
    --csrf-url "$base/sign-in" --cookie "portal_form=$(awk '$6 == "portal_form" {print $7}' "$out/form.jar")" --ignore-code 401,429
}

for scanner in ${SCANNERS:-wapiti sqlmap}; do
  echo "$scanner"
  "${scanner}_all"
done

curl -fs "$base/metrics" >"$out/metrics.txt"
.venv/bin/python - "$out" <<'PY'
"""What the scanners said, and what the portal answered."""
import json, re, sys
from pathlib import Path

# a demo on loopback speaks plain http, and two headers of old browsers are replaced by the policy (frame-ancestors, script sources)
EXPECTED = ("Secure flag is not set", "Strict-Transport-Security is not set", "X-Frame-Options is not set", "X-XSS-Protection is not set")
out, bad = Path(sys.argv[1]), 0
for path in sorted(out.glob("wapiti-*.log")):
    report, seen = path.with_suffix(".json"), re.search(r"found (\d+) URLs and forms", path.read_text(errors="replace"))
    if not report.exists():
        print(f"{path.stem}: cut off before it told anything")
        bad += 1
        continue
    told = json.loads(report.read_text())
    rows = [(name, row) for group in ("vulnerabilities", "anomalies") for name, group_rows in told[group].items() for row in group_rows]
    found = [f"{name}: {row['info']} ({row['path']})" for name, row in rows if not row["info"].startswith(EXPECTED)]
    print(f"{path.stem}: {seen[1] if seen else '?'} addresses and forms; {found or 'nothing'}, {len(rows) - len(found)} expected")
    bad += len(found)
for path in sorted(out.glob("sqlmap-*.log")):
    text = path.read_text(errors="replace")
    begun = set(re.findall(r"testing for SQL injection on \w+ parameter '[^']+'", text))
    tests, ended = text.count("[INFO] testing '"), text.count("does not seem to be injectable")
    hit = "sqlmap identified the following injection point" in text
    print(f"{path.stem}: {len(begun)} parameters begun, {ended} ended, {tests} kinds of test; {'INJECTION' if hit else 'nothing'}")
    bad += hit
statuses: dict[str, int] = {}
for status, count in re.findall(r'^portal_requests_total\{[^}]*status="(\d+)"\} ([\d.]+)', (out / "metrics.txt").read_text(), re.M):
    statuses[status] = statuses.get(status, 0) + int(float(count))
print("requests", sum(statuses.values()), dict(sorted(statuses.items())))
faults = sum(count for status, count in statuses.items() if status >= "500" and status != "503")
sys.exit(1 if bad or faults else 0)
PY
