# Sourced by the scripts beside it, with the repository's root as working directory.

programs=artifacts/bench
mkdir -p "$programs"

# install_packages COMMAND:PACKAGE...: installs the Debian package of each command that is missing.
install_packages() {
    local pair missing=()
    for pair in "$@"; do
        command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
    done
    ((${#missing[@]} > 0)) || return 0
    echo "installing ${missing[*]}" >&2
    local policy=/usr/sbin/policy-rc.d own_policy=
    if [[ ! -e $policy ]]; then
        # A freshly installed nginx would start itself and take port 80: 101 tells the package that it must not.
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
        own_policy=$policy
    fi
    local status=0
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >&2 || status=$?
    [[ -z $own_policy ]] || rm -f "$own_policy"
    return "$status"
}

# build_inlet: the program that ./inlet runs.
build_inlet() {
    ./inlet --version >/dev/null
    ln -sfn "$PWD/artifacts/inlet/inlet" "$programs/inlet"
}

# build_release PROJECT NAME LINK: builds a project and links its program; silent unless it fails.
build_release() {
    local log
    log=$(dotnet build "$1" -c Release -v q --nologo 2>&1) || { echo "$log" >&2; return 1; }
    ln -sfn "$PWD/artifacts/bin/$2/release/$2" "$3"
}

# compile_c SOURCE PROGRAM: when the program is missing or older.
compile_c() {
    [[ $2 -nt $1 && $2 -nt bench/load/client.h ]] || gcc -O2 -Wall -Wextra -o "$2" "$1"
}
