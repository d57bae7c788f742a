//! What is run on a server: commands in POSIX shell that never change.
//!
//! Nothing that anybody typed is in them; a key's line, its comment and all else travel on standard input. The login
//! shell hands them to `sh`, for it may be csh or fish: therefore each is one line in single quotes, with no quote,
//! exclamation mark or backslash in it, which those shells read in ways of their own. The first line of standard input
//! is `keywright` and a word that occurs once. What they answer stands behind a line with `keywright-` that ends in this
//! word: `.bashrc` and its like may print before it, and cannot know the word.

/// Goes home, and says where the list of keys lies: in the second line of standard input, or, where that is `-`, as servers
/// come. Dropbear of `OpenWrt` has it in `/etc` for root (ssh-copy-id(1)).
/// A link is followed, so that what it leads to is replaced and not the link.
macro_rules! place {
    () => {
        concat!(
            "LC_ALL=C; export LC_ALL; umask 077; ",
            "fail() { echo; echo \"keywright-failed $1 $n\"; echo \"$2\"; exit 1; }; ",
            "read -r x n o m p y; [ \"$x\" = keywright ] || exit 1; read -r z; ",
            "cd 2> /dev/null || { if [ -d \"$HOME\" ]; then fail shut \"$HOME\"; ",
            "elif [ -e \"$HOME\" ]; then fail nofolder \"$HOME\"; else fail home \"$HOME\"; fi; }; ",
            "case $z in -|+) d=.ssh; ",
            "if [ -f /etc/openwrt_release ] && [ -d /etc/dropbear ] && [ \"$(id -u)\" = 0 ]; then d=/etc/dropbear; fi; ",
            "f=$d/authorized_keys; [ \"$z\" = - ] || f=$f.jcorig;; *) f=$z; d=${f%/*};; esac; g=$f; ",
            "if [ -f \"$d\" ]; then fail nofolder \"$d\"; fi; ",
            "if [ -h \"$d\" ]; then [ -e \"$d\" ] || fail link \"$d\"; fi; ",
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
    "if [ -f \"$f.jcorig\" ]; then echo kept; fi; ",
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

/// A word of 32 hexadecimal digits, as a shell looks for names.
macro_rules! any_word {
    () => {
        concat!(
            "[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]",
            "[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]",
            "[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]",
            "[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]",
        )
    };
}

/// Changes the list of keys, if it still is what it was: on standard input stand behind the word the sizes of the old and
/// the new list, or `-` for no list, and `add` and the key in Base64 where the new one is the old one and a line with that
/// key; then both lists.
///
/// All is received before the lock is taken, so a connection that dies holds nobody up. A lock older than a minute was
/// left by somebody who is no more. Only one at a time may find that out and take it away: the next one would take the
/// lock of the first for the old one, and both would write. What others have left is cleared away when it is older than
/// that.
///
/// Other programs know nothing of the lock: an editor, ssh-copy-id, `>>`. No line of theirs is lost:
///
/// - **Lines are added** where they are read, at the end, as those programs do it. The system puts what several append
///   one behind the other, whoever comes first, and so there is no moment in which anything can be lost. That there is
///   room for it was seen before, by a whole new list beside the old one.
/// - **A list that is not there** gets its name by a link, which takes nobody's place.
/// - **Another change** needs a new file: with owner and mode of the old one, whole and on the disk before it takes the
///   old one's place at once. Whoever opened the old one before that, and writes to it, writes to what is no list any
///   more. So the old one is kept under a name of its own until half a second later, and what was appended to it since
///   is appended to the new one. If it was written anew meanwhile, it gets its place back, and all begins again.
/// - **Where nothing can take its place**, because the list is mounted by itself, belongs to somebody else or the folder takes
///   no new files from this account, the list is written where it lies. That is compared right before, under the lock, which then lies in the home
///   folder or among the temporary files. One write puts the lines that stay over the old ones, with blank lines behind
///   them up to the old length: whoever reads the list meanwhile finds all that stay, an end in the middle leaves no half
///   line, and what others append stands behind the old end, where nothing is written. The blank lines are cut off only
///   while that is still the end. Between that look and the cut lies the one moment in which a line could be lost, some
///   thousandths of a second, once in each removal. There is no call that cuts a file only if nobody has appended to it, and
///   locks of files bind only those who ask for them, which `>>` does not. To leave the blank lines there would lose nothing,
///   but they would grow with each key that goes, and no list would ever be again what it was.
pub(super) const WRITE: &str = concat!(
    "exec sh -c '",
    place!(),
    "command -v cmp > /dev/null || fail tool cmp; ",
    "k=0; q=0; b=0; c=0; w=${g%/*}; v=$w; t=$v/.authorized_keys.$n; l=$v/.authorized_keys.lock; ",
    "clean() { rm -f \"$t\" \"$t.old\" \"$t.new\" \"$t.was\" \"$t.all\"; if [ $b = 1 ]; then rmdir \"$l.old\"; fi; ",
    "if [ $q = 1 ]; then rmdir \"$l\"; fi; ",
    "if [ $k = 1 ]; then rmdir \"$d\"; fi; } 2> /dev/null; ",
    "trap clean 0; trap \"exit 1\" 1 2 13 15; ",
    "stale() { [ -n \"$(find \"$1\" -prune -mmin +1 2> /dev/null)\" ]; }; ",
    "owner() { set -- $(ls -ldn \"$1\"); echo \"$3\"; }; ",
    // Whether a file begins with the list as it was read.
    "begins() { [ \"$o\" = 0 ] || dd bs=1 count=\"$o\" < \"$1\" 2> /dev/null | cmp -s - \"$t.old\"; }; ",
    "same() { [ -f \"$g\" ] && cmp -s \"$g\" \"$t.old\"; }; ",
    // Whose it is, if not this account's.
    "whose() { set -- $(ls -ld \"$1\"); if [ \"$3\" = \"$(id -un)\" ]; then echo -; else echo \"$3\"; fi; }; ",
    "refuse() { case $1 in *ermission*denied*) ",
    "if [ -h \"$f\" ] && [ -e \"$g\" ]; then fail elsewhere \"$(whose \"$g\") $g\"; ",
    "else fail denied \"$(whose \"$2\") $2\"; fi;; *) fail write \"$1\";; esac; }; ",
    // Over the old list, where it lies.
    "inplace() { { cat \"$t.new\"; i=$m; while [ $i -lt $o ]; do echo; i=$((i+1)); done; } > \"$t.all\" || fail write; ",
    "same || fail changed; ",
    "e=$({ dd if=\"$t.all\" of=\"$g\" bs=$(($(wc -c < \"$t.all\"))) count=1 conv=notrunc; } 2>&1) || fail write \"$e\"; ",
    "if [ \"$(($(wc -c < \"$g\")))\" = \"$o\" ]; then dd if=/dev/null of=\"$g\" bs=1 seek=$m 2> /dev/null; fi; ",
    "sync -d \"$g\" 2> /dev/null; }; ",
    // A part of the new line, which a full disk has left: it would spoil the next one.
    "back() { s=$(($(wc -c < \"$g\"))); if [ $s -gt $o ] && [ $s -lt $m ] && dd bs=1 count=$s < \"$t.new\" 2> /dev/null ",
    "| cmp -s - \"$g\"; then dd if=/dev/null of=\"$g\" bs=1 seek=$o 2> /dev/null; fi; }; ",
    "whole() { if [ -s \"$g\" ] && [ -n \"$(tail -c 1 \"$g\")\" ]; then echo >> \"$g\"; fi; }; ",
    // What came into the old list since it was read, brought over to the new one.
    "late() { cmp -s \"$t.was\" \"$t.old\" && return; ",
    "if begins \"$t.was\"; then whole; ",
    "tail -c \"+$((o+1))\" \"$t.was\" > \"$t.new\" && cat \"$t.new\" >> \"$g\" && ",
    "cat \"$t.new\" >> \"$t.old\" && o=$((o+$(wc -c < \"$t.new\"))); ",
    "elif [ \"$m\" = - ]; then ln \"$t.was\" \"$g\" 2> /dev/null || cat \"$t.was\" >> \"$g\"; fail changed; ",
    "else mv -f \"$t.was\" \"$g\"; fail changed; fi; }; ",
    "if [ -d \"$d\" ]; then :; else e=$(mkdir \"$d\" 2>&1) || refuse \"$e\" .; k=1; fi; ",
    // Received: byte by byte, for a program that reads ahead would take the new list with the old one.
    "e=$({ : > \"$t.old\"; } 2>&1) || { [ -f \"$g\" ] && [ -w \"$g\" ] || refuse \"$e\" \"$w\"; c=1; ",
    "if [ -w . ]; then v=.; l=$v/.authorized_keys.lock; ",
    "else v=${TMPDIR:-/tmp}; l=$v/.authorized_keys.lock.$(id -u); fi; ",
    "t=$v/.authorized_keys.$n; e=$({ : > \"$t.old\"; } 2>&1) || fail write \"$e\"; }; ",
    "case $o in -|0) ;; *) e=$({ dd bs=1 count=\"$o\" > \"$t.old\"; } 2>&1) || fail write \"$e\";; esac; ",
    "e=$({ cat > \"$t.new\"; } 2>&1) || fail write \"$e\"; ",
    "s=$m; if [ \"$m\" = - ]; then s=0; fi; ",
    "[ \"$(($(wc -c < \"$t.new\")))\" = \"$s\" ] || fail input; ",
    // Locked.
    "i=0; until mkdir \"$l\" 2> /dev/null; do ",
    "[ -e \"$l\" ] || { e=$(mkdir \"$l\" 2>&1) && break; [ -e \"$l\" ] || fail write \"$e\"; }; ",
    "if mkdir \"$l.old\"; then b=1; if stale \"$l\"; then rmdir \"$l\" || rm -f \"$l\"; fi; rmdir \"$l.old\"; b=0; ",
    "elif stale \"$l.old\"; then rmdir \"$l.old\"; fi 2> /dev/null; ",
    "i=$((i+1)); [ $i -lt 60 ] || fail busy \"$l\"; sleep 0.2 2> /dev/null || sleep 1; done; q=1; ",
    "for x in \"$v\"/.authorized_keys.",
    any_word!(),
    "*; do ",
    "if [ -f \"$x\" ] && stale \"$x\"; then case $x in \"$t\"*) ;; *) rm -f \"$x\";; esac; fi; done; ",
    // Still what it was? What was added meanwhile does no harm, unless it is the same key.
    "if [ \"$o\" = - ]; then if [ -e \"$g\" ]; then fail changed; fi; elif same; then :; ",
    "else [ -f \"$g\" ] && begins \"$g\" || fail changed; ",
    "if [ \"$p\" = add ] && tail -c \"+$((o+1))\" \"$g\" | grep -qF \"$y\"; then fail changed; fi; fi; ",
    "if [ \"$m\" = - ]; then if [ $c = 0 ]; then e=$(mv -f \"$g\" \"$t.was\" 2>&1) || case $e in *busy*) c=1;; *) fail write \"$e\";; esac; fi; ",
    "if [ $c = 1 ]; then m=0; inplace; fi; ",
    "else ",
    // A whole new list, beside the old one: whether there is room for it, and who would own it.
    "if [ $c = 1 ]; then :; ",
    "elif [ \"$o\" = - ]; then mv -f \"$t.new\" \"$t\" || fail write; ",
    "else e=$(cp -p \"$g\" \"$t\" 2>&1) || fail write \"$e\"; ",
    "if [ \"$(owner \"$g\")\" = \"$(owner \"$t\")\" ]; then ",
    "r=0; [ -w \"$t\" ] || { r=1; chmod u+w \"$t\"; }; ",
    "e=$({ cat \"$t.new\" > \"$t\"; } 2>&1) || fail write \"$e\"; ",
    "cmp -s \"$t\" \"$t.new\" || fail cut; ",
    "if [ $r = 1 ]; then chmod u-w \"$t\"; fi; ",
    // It would change hands; one that is written to where it lies does not.
    "else [ -w \"$g\" ] || fail owner \"$(owner \"$g\")\"; rm -f \"$t\"; c=1; fi; fi; ",
    // On the disk before it takes its place, where one file can be asked for: all of a busy disk may take minutes.
    "if [ $c = 0 ]; then sync -d \"$t\" 2> /dev/null; fi; ",
    // Whoever adds to it from here on does not mind the lock.
    "if [ \"$p\" = add ] && [ -w \"$g\" ]; then rm -f \"$t\"; same || { begins \"$g\" || fail changed; ",
    "[ -z \"$(tail -c \"+$((o+1))\" \"$t.new\" | dd bs=1 count=1 2> /dev/null)\" ] || whole; }; ",
    "e=$({ tail -c \"+$((o+1))\" \"$t.new\" >> \"$g\"; } 2>&1) || { back; fail write \"$e\"; }; sync -d \"$g\" 2> /dev/null; ",
    "elif [ $c = 1 ]; then inplace; ",
    "elif [ \"$o\" = - ]; then ln \"$t\" \"$g\" 2> /dev/null || ",
    "{ if [ -e \"$g\" ]; then fail changed; fi; e=$(mv -f \"$t\" \"$g\" 2>&1) || fail write \"$e\"; }; ",
    "else if ln \"$g\" \"$t.was\" 2> /dev/null; then begins \"$g\" || fail changed; else same || fail changed; fi; ",
    "e=$(mv -f \"$t\" \"$g\" 2>&1) || case $e in *busy*) rm -f \"$t.was\"; inplace;; *) fail write \"$e\";; esac; ",
    "fi; fi; ",
    "if [ -f \"$t.was\" ]; then late; sleep 0.5 2> /dev/null || sleep 1; late; fi; ",
    "if [ -e \"$g\" ] && command -v restorecon > /dev/null; then restorecon -F \"$d\" \"$g\" > /dev/null 2>&1; fi; ",
    "echo; echo \"keywright-done $n\"",
    "'"
);

/// Takes from group and everybody the right to write to what the third line of standard input names: `home`, `folder`,
/// `file`.
pub(super) const REPAIR: &str = concat!(
    "exec sh -c '",
    place!(),
    "read -r parts; ",
    "for x in $parts; do case $x in home) x=.;; folder) x=$d;; *) x=$g;; esac; ",
    "e=$(chmod go-w \"$x\" 2>&1) || fail write \"$e\"; done; ",
    "echo; echo \"keywright-done $n\"",
    "'"
);

/// Tells the lines of the server's settings that decide about keys, where they may be read.
pub(super) const SETTINGS: &str = concat!(
    "exec sh -c '",
    "LC_ALL=C; export LC_ALL; read -r x n; [ \"$x\" = keywright ] || exit 1; ",
    "echo; echo \"keywright-settings $n\"; echo \"account $(id -un) $(id -Gn)\"; ",
    // What stands in a block of one file ends with it.
    "for c in /etc/ssh/sshd_config.d/*.conf /etc/ssh/sshd_config; do echo Match all; ",
    "[ -r \"$c\" ] && grep -iE ",
    "\"^[[:space:]]*(Match|AuthorizedKeysFile|AuthorizedKeysCommand|PubkeyAuthentication|PubkeyAcceptedAlgorithms|PubkeyAcceptedKeyTypes|",
    "StrictModes|AuthenticationMethods|PermitRootLogin|AllowUsers|AllowGroups|DenyUsers|DenyGroups)[[:space:]=]\" ",
    "\"$c\"; done; exit 0'"
);

/// Tells what the server itself knows of an attempt, as far as the account may see that without becoming somebody else: from
/// where this connection comes, the labels of `SELinux`, what sshd's settings come to for this account and address, and what the
/// log has of that attempt alone. On standard input stand behind the word how many seconds ago it began, the key's
/// fingerprint, and its port, or `-`.
///
/// Every line of the answer says in its first word what it is. sshd and its log are those of the program that serves this
/// connection, where its name in the list of processes tells.
pub(super) const WITNESS: &str = concat!(
    "exec sh -c '",
    "LC_ALL=C; export LC_ALL; read -r x n s f r; [ \"$x\" = keywright ] || exit 1; set -f; ",
    "PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin; export PATH; cd 2> /dev/null; ",
    "each() { head -n \"$2\" | cut -c 1-4000 | sed \"s/^/$1 /\"; }; ",
    "text() { printf %s \"$1\"; echo; }; ",
    "soon() { if command -v timeout > /dev/null; then timeout 15 \"$@\"; else \"$@\"; fi; } 2> /dev/null < /dev/null; ",
    "echo; echo \"keywright-witness $n\"; ",
    "q=$PPID; set -- $SSH_CONNECTION; a=$1; l=$3; p=$4; echo \"from $a\"; ",
    "if [ \"$(soon getenforce)\" = Enforcing ]; then echo enforcing; ",
    "for x in .ssh .ssh/authorized_keys; do if [ -e $x ]; then ls -dZ $x 2> /dev/null | each label 1; fi; done; ",
    "soon restorecon -n -v -R .ssh | each relabel 1; fi; ",
    // Who listens: an ancestor of this shell, which has the words it was started with in its title.
    "t=; i=0; while [ $i -lt 9 ] && [ \"${q:-0}\" -gt 1 ]; do ",
    "t=$(cat /proc/$q/cmdline 2> /dev/null | tr \"[:cntrl:]\" \" \"); ",
    "case $t in *\"[listener]\"*) break;; esac; t=; ",
    "q=$(sed -n \"s/^PPid:[[:space:]]*//p\" /proc/$q/status 2> /dev/null); i=$((i+1)); done; ",
    // Settings in the command line, or in a file that cannot be told, are not known.
    "set -- $t; b=; c=; e=; o=; while [ $# -gt 0 ]; do case $1 in ",
    "/*/sshd) b=$1;; -o*) o=1;; -*f) c=$2;; -f/*) c=${1#-f};; -*E) e=$2;; -E/*) e=${1#-E};; esac; shift; done; ",
    "case $c in /*|\"\") ;; *) o=1;; esac; case $e in /*|\"\") ;; *) e=/;; esac; ",
    "[ -n \"$b\" ] || b=$(command -v sshd); u=$(id -un); w=-G; if [ \"$(id -u)\" = 0 ]; then w=-T; fi; ",
    "if [ -n \"$b\" ] && [ -n \"$a\" ] && [ -z \"$o\" ]; then ",
    "set -- \"$b\" $w; if [ -n \"$c\" ]; then set -- \"$@\" -f \"$c\"; fi; ",
    "k=user=$u,host=$a,addr=$a,laddr=$l,lport=$p; ",
    "h=$(soon \"$@\" -C \"$k\" | grep -iE ",
    "\"^(AuthorizedKeysFile|AuthorizedKeysCommand|PubkeyAuthentication|PubkeyAcceptedAlgorithms|PubkeyAcceptedKeyTypes|",
    "StrictModes|AuthenticationMethods|PermitRootLogin|RevokedKeys|RequiredRSASize) \"); ",
    "if [ -n \"$h\" ]; then echo \"command sshd $w -C $k\"; if [ -n \"$t\" ]; then echo listener; fi; ",
    "echo \"setting account $u $(id -Gn)\"; text \"$h\" | each setting 40; fi; fi; ",
    "v=; d=; if [ -n \"$e\" ]; then if [ -f \"$e\" ] && [ -r \"$e\" ]; then v=$e; d=$(tail -n 8000 \"$e\"); fi; else ",
    "d=$(soon journalctl -q --no-pager -o short --since=-${s}s -n 8000 -t sshd -t sshd-session -t sshd-auth -t dropbear); ",
    "if [ -n \"$d\" ]; then v=journalctl; fi; ",
    "for x in /var/log/auth.log /var/log/secure /var/log/messages; do if [ -z \"$d\" ] && [ -r $x ]; then ",
    "v=$x; d=$(tail -n 8000 $x | grep -E \"(sshd|dropbear)[a-z-]*[[]\"); fi; done; fi; ",
    // Of whom its lines are that attempt's: nobody else's are told.
    "who() { tail -n 40 | grep -oE \"(sshd|dropbear)[a-z-]*[[][0-9]+[]]\" | sort -u; }; ",
    "if [ -n \"$v\" ]; then echo \"log $v\"; h=port; ",
    "g=$(text \"$d\" | grep -E \"(:| port )$r( |:|>|$)\" | who); ",
    "if [ -z \"$g\" ]; then h=key; g=$(text \"$d\" | grep -F -e \"$f\" | who); fi; ",
    "if [ -z \"$g\" ] && [ -n \"$a\" ]; then h=address; g=$(text \"$d\" | grep -F -e \" $a port \" | who); fi; ",
    "if [ -n \"$g\" ]; then echo \"by $h\"; text \"$d\" | grep -F -e \"$g\" | tail -n 500 | each line 500; ",
    // sshd writes no numbers of processes into a file of its own.
    "elif [ -n \"$e\" ]; then echo \"by none\"; text \"$d\" | tail -n 800 | each line 800; fi; fi; exit 0'"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_login_shell_hands_the_commands_on_as_they_are() {
        for command in [LOOK, WRITE, REPAIR, SETTINGS, WITNESS] {
            let inner = command
                .strip_prefix("exec sh -c '")
                .and_then(|rest| rest.strip_suffix('\''))
                .unwrap();
            assert!(!inner.contains(['\'', '!', '\\', '\n']), "{inner}");
        }
    }
}
