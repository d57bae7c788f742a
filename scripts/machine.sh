# Shared by the scripts: where the house stands, and getting what a fresh machine lacks. Sourced, not run.
# shellcheck shell=bash
# What is set here is used by those who source it.
# shellcheck disable=SC2034

ROOT=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)

say() {
    printf '%s\n' "$*" >&2
}

# Installs those of the named Debian packages that are missing, and says so first.
need_packages() {
    if ! command -v dpkg-query >/dev/null; then
        say "This is not Debian or Ubuntu, so nothing is installed. What Debian calls it: $*"
        return
    fi
    local installed missing=() package
    installed=$(dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
    for package in "$@"; do
        if ! grep --quiet --line-regexp --fixed-strings "installed $package" <<<"$installed"; then
            missing+=("$package")
        fi
    done
    if ((${#missing[@]} == 0)); then
        return
    fi

    local as_root=()
    if ((EUID != 0)); then
        if ! command -v sudo >/dev/null; then
            say "These packages are missing, and only root can install them. As root, run:"
            say "    apt-get install --no-install-recommends ${missing[*]}"
            return 1
        fi
        as_root=(sudo)
        say "sudo is used to install packages, and may ask for your password."
    fi
    say "Installing: ${missing[*]}"
    # Another apt-get may be at work; it is waited for. An index that cannot be refreshed may still be good enough.
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 --option DPkg::Lock::Timeout=600)
    "${apt[@]}" update >/dev/null || say "The package index could not be refreshed; going on with what is there."
    "${apt[@]}" install --yes --no-remove --no-install-recommends "${missing[@]}" </dev/null >/dev/null
}

# Debian's compiler, with the source of the standard library, from which cargo builds it for any system; on the way
# std asks for the dlltool of Windows.
DEBIAN_RUST=(rustc-web cargo-web rust-web-src binutils-mingw-w64-x86-64)

# Whether one of the named Debian packages is there. The names that dpkg has never heard of make it fail: not our concern.
has_one_of() {
    local statuses
    statuses=$(dpkg-query --show --showformat='${db:Status-Status}\n' "$@" 2>/dev/null || true)
    grep --quiet --line-regexp installed <<<"$statuses"
}

# What the window loads when it starts. None of it is linked, so no tool can find this list by looking at the program.
WINDOW_PACKAGES=(
    libx11-6 libxcursor1 libxi6 libx11-xcb1 libxkbcommon-x11-0
    libwayland-client0 libwayland-egl1
    libegl1 libgl1 libgl1-mesa-dri
    libdbus-1-3
)

BUILD_PACKAGES=(gcc libc6-dev ca-certificates)

cargo_version() {
    (cd "$ROOT" && cargo --version 2>/dev/null) | cut -d ' ' -f 2
}

# Finds a cargo that is new enough, or says how to get one.
need_cargo() {
    local least version
    least=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$ROOT/Cargo.toml")
    if ! command -v cargo >/dev/null; then
        PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
    fi
    version=$(cargo_version || true)
    if [[ -z $version ]] && command -v rustup >/dev/null; then
        # The very release that rust-toolchain.toml names is absent; a later stable one builds it as well.
        export RUSTUP_TOOLCHAIN=stable
        version=$(cargo_version || true)
    fi
    if [[ -n $version ]] && printf '%s\n' "$least" "$version" | sort --version-sort --check=silent; then
        return
    fi
    say "Keywright is built with Rust $least or later; here is ${version:-none}."
    say "Get it at https://rustup.rs (one command, no root), open a new terminal, and run this again."
    return 1
}
