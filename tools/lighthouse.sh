#!/usr/bin/env bash
# Lighthouse on public pages of a running portal: mobile profile, at least 95 in each category. Needs Node 18 and Chromium.
# usage: tools/lighthouse.sh http://127.0.0.1:8000 [path …]     LEAST=95, LIGHTHOUSE=folder of an installed one
set -euo pipefail
base=${1:?usage: tools/lighthouse.sh http://127.0.0.1:8000 [path …]}
shift
version=12.8.2
least=${LEAST:-95}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "${LIGHTHOUSE:-}" ]; then
  LIGHTHOUSE=$work
  (cd "$work" && npm install --silent --no-audit --no-fund --ignore-scripts "lighthouse@$version")
fi
export CHROME_PATH=${CHROME_PATH:-/usr/bin/chromium}
if [ $# -eq 0 ]; then
  estate=$(curl -fsS "$base/estates.json?sort=score" | node -p 'JSON.parse(require("fs").readFileSync(0)).items[0].estate_code')
  set -- / "/estates/$estate" /lists /lists/check
fi
failed=0
printf '%-44s %11s %13s %14s %4s\n' page performance accessibility best-practices seo
for path in "$@"; do
  "$LIGHTHOUSE/node_modules/.bin/lighthouse" "$base$path" --quiet --output=json --output-path="$work/report.json" \
    --only-categories=performance,accessibility,best-practices,seo \
    --chrome-flags="--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage"
  LEAST=$least node -e '
    const report = JSON.parse(require("fs").readFileSync(process.argv[1]));
    const scores = ["performance", "accessibility", "best-practices", "seo"].map(n => Math.round(report.categories[n].score * 100));
    const line = [process.argv[2].padEnd(44), ...scores.map((s, i) => String(s).padStart([11, 13, 14, 4][i]))];
    console.log(line.join(" "));
    for (const [name, category] of Object.entries(report.categories))
      for (const { id, weight } of category.auditRefs)
        if (weight && report.audits[id].score !== null && report.audits[id].score < 0.9)
          console.log(`    ${name}: ${id} ${report.audits[id].displayValue || ""}`);
    process.exit(scores.some(s => s < process.env.LEAST) ? 1 : 0);
  ' "$work/report.json" "$path" || failed=1
done
exit $failed
