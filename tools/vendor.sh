#!/bin/sh
# Refreshes the vendored front end: tools/vendor.sh [VERSION]. Needs npm; takes the package from the registry npm is set up with.
# Writes the style sheet, its licence and manifest.json; remember to change the version in templates/layout/base.html.
set -eu
version="${1:-5.3.9}"
root="$(cd "$(dirname "$0")/.." && pwd)"
vendor="$root/portal/shell/static/vendor"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "bootstrap@$version" >/dev/null && tar xzf "bootstrap-$version.tgz")
target="$vendor/bootstrap-$version"
mkdir -p "$target"
# Without the line that points at a source map: the map is not served.
sed '/^\/\*# sourceMappingURL=/d' "$work/package/dist/css/bootstrap.min.css" > "$target/bootstrap.min.css"
cp "$work/package/LICENSE" "$target/LICENSE"
python3 - "$vendor" "$version" <<'PY'
import base64, hashlib, json, pathlib, sys

vendor, version = pathlib.Path(sys.argv[1]), sys.argv[2]
file = f"bootstrap-{version}/bootstrap.min.css"
digest = base64.b64encode(hashlib.sha384((vendor / file).read_bytes()).digest()).decode()
entry = {"name": "bootstrap", "version": version, "file": file, "licence": f"bootstrap-{version}/LICENSE", "sha384": digest}
(vendor / "manifest.json").write_text(json.dumps([entry], indent=2) + "\n")
PY
echo "bootstrap $version is in $target"
