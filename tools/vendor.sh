#!/bin/sh
# Refreshes the vendored front end: tools/vendor.sh [BOOTSTRAP_VERSION [SIMPLEWEBAUTHN_VERSION]]. Needs npm; takes the packages from
# the registry npm is set up with. Writes the files, their licences and manifest.json; remember to change the versions in
# templates/layout/base.html and templates/accounts/_passkey_scripts.html.
set -eu
bootstrap="${1:-5.3.9}"
webauthn="${2:-14.0.0}"
root="$(cd "$(dirname "$0")/.." && pwd)"
vendor="$root/portal/shell/static/vendor"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

fetch() { # NAME@VERSION FOLDER
  mkdir -p "$work/$2"
  (cd "$work/$2" && npm pack --silent "$1" >/dev/null && tar xzf ./*.tgz)
}

fetch "bootstrap@$bootstrap" bootstrap
target="$vendor/bootstrap-$bootstrap"
mkdir -p "$target"
# Without the line that points at a source map: the map is not served.
sed '/^\/\*# sourceMappingURL=/d' "$work/bootstrap/package/dist/css/bootstrap.min.css" > "$target/bootstrap.min.css"
cp "$work/bootstrap/package/LICENSE" "$target/LICENSE"

fetch "@simplewebauthn/browser@$webauthn" webauthn
target="$vendor/simplewebauthn-browser-$webauthn"
mkdir -p "$target"
cp "$work/webauthn/package/dist/bundle/index.umd.min.js" "$target/simplewebauthn.min.js"
cp "$work/webauthn/package/LICENSE.md" "$target/LICENSE"

python3 - "$vendor" "bootstrap:$bootstrap:bootstrap.min.css" "simplewebauthn-browser:$webauthn:simplewebauthn.min.js" <<'PY'
import base64, hashlib, json, pathlib, sys

vendor, entries = pathlib.Path(sys.argv[1]), []
for name, version, file in (part.split(":") for part in sys.argv[2:]):
    folder = f"{name}-{version}"
    digest = base64.b64encode(hashlib.sha384((vendor / folder / file).read_bytes()).digest()).decode()
    entries.append({"name": name, "version": version, "file": f"{folder}/{file}", "licence": f"{folder}/LICENSE", "sha384": digest})
(vendor / "manifest.json").write_text(json.dumps(entries, indent=2) + "\n")
PY
echo "bootstrap $bootstrap and @simplewebauthn/browser $webauthn are in $vendor"
