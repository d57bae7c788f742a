# Shared by the scripts that make packages: what they hold and how they become the same bytes each time. Sourced after
# machine.sh, not run.
# shellcheck shell=bash
# What is set here is used by those who source it.
# shellcheck disable=SC2034

PACKAGING_PACKAGES=("${BUILD_PACKAGES[@]}" binutils git dpkg-dev python3)
CARGO_DEB_VERSION=3.8.0
CARGO_AUDITABLE_VERSION=0.7.7
CARGO_DENY_VERSION=0.20.2
APP_ID=dev.keywright.Keywright
VERSION=$(sed -n 's/^version = "\(.*\)"/\1/p' "$ROOT/Cargo.toml")
TARGET_DIR=${CARGO_TARGET_DIR:-$ROOT/target}
# Everything of a package but the programs, laid out as below /usr. Cargo.toml tells cargo-deb to look here.
FILES=$ROOT/target/packages/files

# Whoever builds this commit again gets the same bytes: nothing of the day, the folders or the umask comes into them.
reproducibly() {
    local flags crates
    if [[ -z ${SOURCE_DATE_EPOCH:-} ]]; then
        SOURCE_DATE_EPOCH=$(git -C "$ROOT" log -1 --format=%ct 2>/dev/null || stat --format=%Y "$ROOT/Cargo.lock")
    fi
    export SOURCE_DATE_EPOCH LC_ALL=C.UTF-8 TZ=UTC CARGO_INCREMENTAL=0
    umask 022
    # Of several that fit, rustc takes the last.
    flags=(
        "--remap-path-prefix=$ROOT=/keywright"
        "--remap-path-prefix=$(realpath --canonicalize-missing "$TARGET_DIR")=/target"
    )
    for crates in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
        flags+=("--remap-path-prefix=$crates=/crates")
    done
    # Unlike RUSTFLAGS, this one may hold folders with blanks in their names.
    CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f' && printf '%s' "${flags[*]}")
    export CARGO_ENCODED_RUSTFLAGS
}

# need_cargo_tool NAME VERSION [OPTION OF CARGO INSTALL…]: builds it where it is not there yet, into target/tools/bin.
need_cargo_tool() {
    local name=$1 version=$2 tools=$TARGET_DIR/tools
    if ! grep --quiet --fixed-strings "\"$name $version " "$tools/.crates.toml" 2>/dev/null; then
        say "Building $name $version, once"
        # Its own build owes nothing to ours.
        env --unset=CARGO_ENCODED_RUSTFLAGS cargo install --quiet --locked --force --root "$tools" \
            --target-dir "$tools/build" --version "$version" "${@:3}" "$name"
        rm -r "$tools/build"
    fi
}

need_cargo_deb() {
    need_cargo_tool cargo-deb "$CARGO_DEB_VERSION"
    CARGO_DEB=$TARGET_DIR/tools/bin/cargo-deb
}

# auditable build OPTION…: cargo, which puts the list of crates into the programs (section .dep-v0, read by cargo audit).
auditable() {
    need_cargo_tool cargo-auditable "$CARGO_AUDITABLE_VERSION"
    "$TARGET_DIR/tools/bin/cargo-auditable" auditable "$@"
}

# has_list_of_crates PROGRAM: that it holds this list, with ours in it.
has_list_of_crates() {
    objcopy --dump-section .dep-v0=/dev/stdout "$1" /dev/null | python3 -c '
import json, sys, zlib
names = {package["name"] for package in json.loads(zlib.decompress(sys.stdin.buffer.read()))["packages"]}
sys.exit(not {"keywright", "russh"} <= names)'
}

# Lays out what goes with the programs: manual pages, completions, desktop files, icons, licences.
lay_out_files() {
    local programs=$1 share=$FILES/share size
    rm --recursive --force "$FILES"
    mkdir --parents "$share"/{applications,metainfo,mime/packages,man/man1,doc/keywright} \
        "$share"/{bash-completion/completions,zsh/site-functions,fish/vendor_completions.d} \
        "$share"/icons/hicolor/{16x16,32x32,48x48,64x64,128x128,256x256,512x512,scalable}/apps

    "$programs/keywright-cli" man --out "$share/man/man1" >/dev/null 2>&1
    cp "$ROOT/assets/keywright.1" "$share/man/man1/"
    gzip --no-name --best "$share"/man/man1/*.1
    "$programs/keywright-cli" completions bash >"$share/bash-completion/completions/keywright-cli"
    "$programs/keywright-cli" completions zsh >"$share/zsh/site-functions/_keywright-cli"
    "$programs/keywright-cli" completions fish >"$share/fish/vendor_completions.d/keywright-cli.fish"

    cp "$ROOT/assets/$APP_ID.desktop" "$share/applications/"
    cp "$ROOT/assets/$APP_ID.metainfo.xml" "$share/metainfo/"
    cp "$ROOT/assets/$APP_ID.mime.xml" "$share/mime/packages/$APP_ID.xml"
    for size in 16 32 48 64 128 256 512; do
        cp "$ROOT/assets/icon/keywright-$size.png" "$share/icons/hicolor/${size}x$size/apps/$APP_ID.png"
    done
    cp "$ROOT/assets/icon/keywright.svg" "$share/icons/hicolor/scalable/apps/$APP_ID.svg"

    "$ROOT/scripts/third-party-licences" "$(rustc -vV | sed -n 's/^host: //p')" |
        gzip --no-name --best >"$share/doc/keywright/third-party-licences.txt.gz"
    gzip --no-name --best <"$ROOT/CHANGELOG.md" >"$share/doc/keywright/changelog.gz"
}

# Debian's own changelog tells what has changed in the packaging; what has changed in Keywright stands beside it.
debian_changelog() {
    local maintainer
    maintainer=$(sed -n 's/^maintainer = "\(.*\)"/\1/p' "$ROOT/Cargo.toml")
    printf 'keywright (%s-1) unstable; urgency=medium\n\n' "$VERSION"
    printf '  * Keywright %s: what has changed stands in changelog.gz.\n\n' "$VERSION"
    printf ' -- %s  %s\n' "$maintainer" "$(date --rfc-email --date="@$SOURCE_DATE_EPOCH")"
}

# make_deb PROFILE FOLDER [OPTION OF CARGO-DEB…]: from what is built in that profile and laid out.
make_deb() {
    local profile=$1 folder=$2
    debian_changelog >"$FILES/changelog.Debian"
    (cd "$ROOT" && "$CARGO_DEB" --quiet --no-build --profile "$profile" --strip --no-dbgsym \
        --output "$folder/" "${@:3}")
}

# make_tarball PROGRAMS FOLDER: a folder that runs where it is unpacked, and that can be copied over ~/.local.
make_tarball() {
    local programs=$1 folder=$2 name work glibc
    name=keywright-$VERSION-$(uname -m)-linux
    work=$(mktemp --directory)
    mkdir "$work/$name" "$work/$name/bin"
    install --strip --mode=755 "$programs"/keywright{,-cli} "$work/$name/bin/"
    cp --recursive "$FILES/share" "$work/$name/"
    cp "$ROOT"/{README.md,CHANGELOG.md,LICENSE-MIT,LICENSE-APACHE} "$work/$name/"
    glibc=$(objdump --dynamic-syms "$work/$name"/bin/* | grep --only-matching 'GLIBC_[0-9.]*' |
        sed 's/GLIBC_//' | sort --version-sort | tail -1)
    sed "s/GLIBC/$glibc/" "$ROOT/packaging/linux/INSTALL.md" >"$work/$name/INSTALL.md"
    tar --create --directory "$work" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
        --mode=u+rwX,go+rX,go-w --format=gnu "$name" | gzip --no-name --best >"$folder/$name.tar.gz"
    rm --recursive "$work"
}
