#!/usr/bin/env bash
# ./build.sh [build | try | test | soak | docs | pack | bench | help]
# Finds .NET and what the local server needs; the work itself is in build/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if ! command -v dotnet >/dev/null; then
  echo "build.sh: the .NET SDK 10 is needed: https://dotnet.microsoft.com/download" >&2
  exit 1
fi

# The local server runs its sandboxes with these. Package names are Debian's and Ubuntu's, and fit most others.
need_packages() {
  local missing=()
  command -v runc >/dev/null || missing+=(runc)
  command -v ip >/dev/null || missing+=(iproute2)
  command -v nft >/dev/null || [ -x /usr/sbin/nft ] || missing+=(nftables)
  command -v mkfs.ext4 >/dev/null || [ -x /usr/sbin/mkfs.ext4 ] || missing+=(e2fsprogs)
  # The tests of Enter-E2BSandbox type into it.
  [ "$1" != test ] || command -v tmux >/dev/null || missing+=(tmux)
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing what the local server needs: ${missing[*]}"
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"; } >/dev/null
  else
    echo "build.sh: the local server needs these packages; install them first: ${missing[*]}" >&2
    exit 1
  fi
}

case "${1:-build}" in
  try | test | soak | bench) need_packages "$1" ;;
esac

exec dotnet run --project build -c Release -v quiet -- "$@"
