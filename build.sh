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
  if [ "$1" != try ]; then
    # The tests type into tmux, look at processes in sandboxes, which show the host's /usr, and drive the official client.
    command -v tmux >/dev/null || missing+=(tmux)
    [ -x /usr/bin/pgrep ] || missing+=(procps)
    [ -x /usr/bin/python3 ] || missing+=(python3)
    [ -x /usr/bin/git ] || missing+=(git)
    # The template code-interpreter-v1 takes Python's and Node's packages from the host's /usr.
    for module in ipykernel jupyter_client matplotlib pandas; do
      /usr/bin/python3 -Ic "import sys, importlib.util; sys.exit(importlib.util.find_spec('$module') is None)" 2>/dev/null \
        || missing+=("python3-${module//_/-}")
    done
    [ -d /usr/share/nodejs/typescript ] || missing+=(node-typescript)
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
  fi
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing what is needed: ${missing[*]}"
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"; } >/dev/null
  else
    echo "build.sh: these packages are needed; install them first: ${missing[*]}" >&2
    exit 1
  fi
}

case "${1:-build}" in
  try | test | soak | bench) need_packages "$1" ;;
esac

exec dotnet run --project build -c Release -v quiet -- "$@"
