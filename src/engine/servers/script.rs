//! What is run on a server: three commands in POSIX shell that never change.
//!
//! Nothing that anybody typed is in them; a key's line, its comment and all else travel on standard input. The login
//! shell hands them to `sh`, for it may be csh or fish: therefore each is one line in single quotes, with no quote,
//! exclamation mark or backslash in it, which those shells read in ways of their own. The first line of standard input
//! is `keywright` and a word that occurs once. What they answer stands behind a line with `keywright-` that ends in this
//! word: `.bashrc` and its like may print before it, and cannot know the word.

/// Goes home, and says where the list of keys lies: dropbear of `OpenWrt` has it in `/etc` for root (ssh-copy-id(1)).
/// A link is followed, so that what it leads to is replaced and not the link.
macro_rules! place {
    () => {
        concat!(
            "LC_ALL=C; export LC_ALL; umask 077; ",
            "fail() { echo; echo \"keywright-failed $1 $n\"; echo \"$2\"; exit 1; }; ",
            "read -r x n o m; [ \"$x\" = keywright ] || exit 1; ",
            "cd || fail home \"$HOME\"; ",
            "d=.ssh; ",
            "if [ -f /etc/openwrt_release ] && [ -d /etc/dropbear ] && [ \"$(id -u)\" = 0 ]; then d=/etc/dropbear; fi; ",
            "f=$d/authorized_keys; g=$f; ",
            "if [ -h \"$f\" ]; then g=$(readlink -f \"$f\") && [ -n \"$g\" ] || fail link \"$f\"; fi; ",
        )
    };
}

/// Tells where the list of keys is, who may write there, and what is in it.
pub(super) const LOOK: &str = concat!(
    "exec sh -c '",
    place!(),
    "set -f; ",
    "mode() { t=$1; if [ -e \"$2\" ]; then set -- $(ls -ldnL \"$2\"); echo \"mode $t $1 $3\"; fi; }; ",
    "echo; echo \"keywright-look $n\"; ",
    "echo \"uid $(id -u)\"; echo \"home $(pwd)\"; echo \"place $f\"; ",
    "mode home .; mode folder \"$d\"; mode file \"$g\"; ",
    "if [ -f \"$g\" ]; then ",
    "if [ -r \"$g\" ]; then s=$(($(wc -c < \"$g\"))); ",
    "if [ \"$s\" -gt 1048576 ]; then echo \"state large $s\"; else echo \"state file $s\"; cat \"$g\"; fi; ",
    "else echo state unreadable; fi; ",
    "elif [ -e \"$g\" ]; then echo state odd; ",
    "elif [ -d \"$d\" ] || [ -h \"$d\" ] && [ -x \"$d\" ]; then echo state absent; ",
    "elif [ -e \"$d\" ]; then echo state closed; ",
    "else echo state absent; fi",
    "'"
);

/// Replaces the list of keys by another one, if it still is what it was: on standard input stand behind the word the sizes
/// of the old and the new list, or `-` for no list; then both.
///
/// All is received before the lock is taken, so a connection that dies holds nobody up. The new list gets owner and
/// mode of the old one, lies beside it when it is whole, and takes its place at once. A lock older than a minute was
/// left by somebody who is no more. Only one at a time may find that out and take it away: the next one would take the
/// lock of the first for the old one, and both would write.
pub(super) const WRITE: &str = concat!(
    "exec sh -c '",
    place!(),
    "command -v cmp > /dev/null || fail tool cmp; ",
    "k=0; q=0; b=0; w=${g%/*}; t=$w/.authorized_keys.$n; l=$w/.authorized_keys.lock; ",
    "clean() { rm -f \"$t\" \"$t.old\" \"$t.new\"; if [ $b = 1 ]; then rmdir \"$l.old\"; fi; ",
    "if [ $q = 1 ]; then rmdir \"$l\"; fi; ",
    "if [ $k = 1 ]; then rmdir \"$d\"; fi; } 2> /dev/null; ",
    "trap clean 0; trap \"exit 1\" 1 2 13 15; ",
    "stale() { [ -n \"$(find \"$1\" -prune -mmin +1 2> /dev/null)\" ]; }; ",
    "owner() { set -- $(ls -ldn \"$1\"); echo \"$3\"; }; ",
    "if [ -d \"$d\" ]; then :; else e=$(mkdir \"$d\" 2>&1) || fail folder \"$e\"; k=1; fi; ",
    // Received: byte by byte, for a program that reads ahead would take the new list with the old one.
    "e=$({ : > \"$t.old\"; } 2>&1) || fail write \"$e\"; ",
    "case $o in -|0) ;; *) e=$({ dd bs=1 count=\"$o\" > \"$t.old\"; } 2>&1) || fail write \"$e\";; esac; ",
    "e=$({ cat > \"$t.new\"; } 2>&1) || fail write \"$e\"; ",
    "s=$m; if [ \"$m\" = - ]; then s=0; fi; ",
    "[ \"$(($(wc -c < \"$t.new\")))\" = \"$s\" ] || fail cut; ",
    // Locked.
    "i=0; until mkdir \"$l\" 2> /dev/null; do ",
    "[ -e \"$l\" ] || { e=$(mkdir \"$l\" 2>&1) && break; [ -e \"$l\" ] || fail write \"$e\"; }; ",
    "if mkdir \"$l.old\"; then b=1; if stale \"$l\"; then rmdir \"$l\" || rm -f \"$l\"; fi; rmdir \"$l.old\"; b=0; ",
    "elif stale \"$l.old\"; then rmdir \"$l.old\"; fi 2> /dev/null; ",
    "i=$((i+1)); [ $i -lt 60 ] || fail busy \"$l\"; sleep 0.2 2> /dev/null || sleep 1; done; q=1; ",
    // Still what it was?
    "if [ \"$o\" = - ]; then if [ -e \"$g\" ]; then fail changed; fi; ",
    "else [ -f \"$g\" ] && cmp -s \"$g\" \"$t.old\" || fail changed; fi; ",
    "if [ \"$m\" = - ]; then e=$(rm -f \"$g\" 2>&1) || fail write \"$e\"; ",
    "else ",
    "if [ \"$o\" = - ]; then mv -f \"$t.new\" \"$t\" || fail write; ",
    "else e=$(cp -p \"$g\" \"$t\" 2>&1) || fail write \"$e\"; ",
    "[ \"$(owner \"$g\")\" = \"$(owner \"$t\")\" ] || fail owner \"$(owner \"$g\")\"; ",
    "r=0; [ -w \"$t\" ] || { r=1; chmod u+w \"$t\"; }; ",
    "e=$({ cat \"$t.new\" > \"$t\"; } 2>&1) || fail write \"$e\"; ",
    "cmp -s \"$t\" \"$t.new\" || fail cut; ",
    "if [ $r = 1 ]; then chmod u-w \"$t\"; fi; fi; ",
    // On the disk before it takes its place, where one file can be asked for: all of a busy disk may take minutes.
    "sync -d \"$t\" 2> /dev/null; ",
    "e=$(mv -f \"$t\" \"$g\" 2>&1) || fail write \"$e\"; ",
    "if command -v restorecon > /dev/null; then restorecon -F \"$d\" \"$g\" > /dev/null 2>&1; fi; ",
    "fi; echo; echo \"keywright-done $n\"",
    "'"
);

/// Tells the lines of the server's settings that decide about keys, where they may be read.
pub(super) const SETTINGS: &str = concat!(
    "exec sh -c '",
    "LC_ALL=C; export LC_ALL; read -r x n; [ \"$x\" = keywright ] || exit 1; ",
    "echo; echo \"keywright-settings $n\"; ",
    "for c in /etc/ssh/sshd_config.d/*.conf /etc/ssh/sshd_config; do ",
    "[ -r \"$c\" ] && grep -iE ",
    "\"^[[:space:]]*(Match|AuthorizedKeysFile|PubkeyAuthentication|PubkeyAcceptedAlgorithms|PubkeyAcceptedKeyTypes|",
    "StrictModes|AuthenticationMethods|PermitRootLogin|AllowUsers|AllowGroups|DenyUsers|DenyGroups)[[:space:]=]\" ",
    "\"$c\"; done; exit 0'"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_login_shell_hands_the_commands_on_as_they_are() {
        for command in [LOOK, WRITE, SETTINGS] {
            let inner = command
                .strip_prefix("exec sh -c '")
                .and_then(|rest| rest.strip_suffix('\''))
                .unwrap();
            assert!(!inner.contains(['\'', '!', '\\', '\n']), "{inner}");
        }
    }
}
