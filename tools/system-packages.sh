#!/usr/bin/env bash
# Installs the Debian packages named that are missing, through apt as root or with sudo that asks nothing.
# Where neither is at hand it names what is missing and goes on: the caller decides what it can do without.
set -uo pipefail
missing=()
for package in "$@"; do
  case $package in
    # a Python that makes environments needs no package for it, wherever it comes from
    python3-venv) python3 -c 'import ensurepip, venv' 2>/dev/null && continue ;;
  esac
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  as_root=(sudo -n)
  if ! sudo -n true 2>/dev/null; then
    echo "System packages missing, and neither root nor sudo is at hand: ${missing[*]}"
    echo "  Going on without. To add them: sudo apt-get install ${missing[*]}"
    exit 0
  fi
fi
if ! command -v apt-get >/dev/null; then
  echo "System packages missing, and there is no apt here: ${missing[*]}. Going on without."
  exit 0
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120)
echo "apt: reading the package lists"
"${apt[@]}" update >"$log" 2>&1 || { echo "apt-get update failed:"; tail -n 3 "$log"; }
for package in "${missing[@]}"; do
  echo "apt: installing $package"
  "${apt[@]}" install --no-install-recommends "$package" >"$log" 2>&1 \
    || { echo "  $package could not be installed; going on without. apt said:"; tail -n 3 "$log"; }
done
exit 0
