# Shared by the scripts that build and try the Windows programs on Debian. Sourced after machine.sh and packaging.sh, not
# run.
# shellcheck shell=bash
# What is set here is used by those who source it.
# shellcheck disable=SC2034

WINDOWS_TARGET=x86_64-pc-windows-gnu
WINDOWS_DIR=$TARGET_DIR/windows
WINDOWS_PACKAGES=("${BUILD_PACKAGES[@]}" gcc-mingw-w64-x86-64 mingw-w64-x86-64-dev binutils icoutils)
WINE_PACKAGES=(wine wine64 openssh-client)
MSI_PACKAGES=(wixl msitools faketime python3 zip)

# windows_cargo SUBCOMMAND ARGUMENT…: cargo for Windows, with a standard library that is there, comes as source from
# Debian, or is fetched by rustup.
windows_cargo() {
    local options=(--locked --target "$WINDOWS_TARGET" --target-dir "$WINDOWS_DIR")
    if rustup target list --installed 2>/dev/null | grep --quiet --line-regexp "$WINDOWS_TARGET"; then
        cargo "$1" "${options[@]}" "${@:2}"
    elif grep --quiet --line-regexp 'ID=debian' /etc/os-release && need_packages "${DEBIAN_RUST[@]}"; then
        RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc /usr/bin/cargo "$1" "${options[@]}" -Zbuild-std=std,panic_abort "${@:2}"
    else
        rustup target add "$WINDOWS_TARGET"
        cargo "$1" "${options[@]}" "${@:2}"
    fi
}

# check_program FILE VERSION: that Windows finds icon, version and manifest in it, and that no clock is.
check_program() {
    local found kind said
    found=$(wrestool --list "$1" | sed -n 's/^--type=\([0-9]*\) --name=\([0-9]*\) .*/\1.\2/p' | xargs)
    if [[ $found != '3.1 3.2 3.3 3.4 3.5 14.1 16.1 24.1' ]]; then
        say "$1 does not hold five pictures (3), their list (14), a version (16) and a manifest (24), but: $found"
        return 1
    fi
    said=$(wrestool --extract --raw --type=16 "$1" | tr --delete '\0')
    for kind in "ProductVersion$2" "OriginalFilename$(basename "$1")"; do
        if [[ $said != *"$kind"* ]]; then
            say "The version in $1 does not say $kind."
            return 1
        fi
    done
    if ! wrestool --extract --raw --type=24 "$1" | cmp --quiet - "$ROOT/assets/keywright.exe.manifest"; then
        say "The manifest in $1 is not assets/keywright.exe.manifest."
        return 1
    fi
}

# make_msi VERSION FILES OUT: the installer that lays down FILES, a folder below the one this is called in.
# faketime, because neither wixl nor msibuild can be told the date in another way.
make_msi() {
    local version=$1 files=$2 out=$3 product package
    # One version is one product to Windows; one content of the file is one package.
    product=$(guid "$version")
    package=$(guid "$version $(cat "$files"/* wix/* | sha256sum)")
    local at
    at=$(date --utc --date="@$SOURCE_DATE_EPOCH" +%FT%TZ)
    rm --force "$out"
    faketime "$at" wixl --arch x64 -D Wixl=yes -D Version="$version" -D Files="$files" -D ProductCode="$product" \
        --output "$out" wix/main.wxs
    # What wixl 0.101 has no words for.
    faketime "$at" msibuild "$out" -i wix/path.idt
    faketime "$at" msibuild "$out" \
        -q "INSERT INTO InstallExecuteSequence (Action, Sequence) VALUES ('WriteEnvironmentStrings', 5200)" \
        -q "INSERT INTO InstallExecuteSequence (Action, Sequence) VALUES ('RemoveEnvironmentStrings', 3300)"
    faketime "$at" msibuild "$out" \
        -s 'Makes, shows, protects, converts and saves SSH keys' 'The Keywright authors' 'x64;1033' "{$package}"
}

# RFC 9562 §5.5, in the name space that UpgradeCode is.
guid() {
    python3 -c 'import sys, uuid
print(str(uuid.uuid5(uuid.UUID("5350534A-9905-4745-ACF4-4F2A8A6E00B6"), sys.argv[1])).upper())' "$1"
}

# Gives this script a Windows of its own below $WINE_HOME; stop_wine takes it away.
start_wine() {
    local c_source
    WINE_HOME=$(mktemp --directory)
    # Wine makes an access list of a file's mode. A user's folders on Windows are closed to others.
    umask 077
    export WINEPREFIX=$WINE_HOME/prefix WINEDEBUG=-all
    # No browser and no .NET are asked for, and nothing comes into the menus of who runs this. Wine's Direct3D 12 aborts
    # where the processor draws, instead of saying that it cannot; without it the window takes OpenGL.
    export WINEDLLOVERRIDES='mscoree,mshtml,d3d12=d;winemenubuilder.exe=d'
    mkdir "$WINEPREFIX"
    # One server for all that is run; else each program would wait for a new one.
    wineserver --persistent
    wine wineboot --init >/dev/null 2>&1

    # A library of Windows that Wine 8 lacks and Rust asks for random numbers.
    c_source='#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T len) { return RtlGenRandom(bytes, (ULONG)len); }'
    x86_64-w64-mingw32-gcc -shared -x c - -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" -ladvapi32 \
        <<<"$c_source"

    # On the drive where the source lies: so a path that starts with a stroke means the same inside and outside.
    mkdir "$WINE_HOME/temp"
    local name
    for name in TEMP TMP; do
        wine reg add 'HKCU\Environment' /v "$name" /d "$(winepath --windows "$WINE_HOME/temp")" /f >/dev/null
    done
}

stop_wine() {
    wineserver --kill || true
    wineserver --wait || true
    rm --recursive --force "$WINE_HOME"
}

# read_by_openssh FILE PASSPHRASE: what ssh-keygen says of a private key that Wine has written. It reads a copy: Wine
# shows the rights of the system and of administrators as those of the Unix group, which ssh-keygen does not like.
read_by_openssh() {
    local copy public line
    copy=$(mktemp)
    cp "$1" "$copy"
    line=$(ssh-keygen -y -P "$2" -f "$copy")
    rm "$copy"
    public=$(cut --delimiter=' ' --fields=1,2 "$1.pub")
    if [[ $(cut --delimiter=' ' --fields=1,2 <<<"$line") != "$public" ]]; then
        say "$1 and $1.pub are not of one key."
        return 1
    fi
    ssh-keygen -l -f "$1.pub"
}
