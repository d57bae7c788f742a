//! The one line that lets a key in where there is no way to a server but its screen: pasted into a shell there, it
//! does what an installation over the network would do.
//!
//! The script is the same for every key. What a key brings along stands behind it as words between single
//! quotation marks, in characters that mean nothing to any shell: all others of the comment are spelled in numbers. So
//! no comment can end the quotation, and whatever the terminal makes of letters beyond ASCII does no harm.

use base64ct::{Base64, Encoding};

use super::public_line;
use crate::key::PublicKey;
use crate::key::comment::Comment;

/// Into which shell the line is pasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// sh and its like: dash, bash, zsh, ksh, busybox; fish and csh take it as well.
    Posix,
    /// `PowerShell` 5 and later, on Windows.
    PowerShell,
}

impl Shell {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Posix, Self::PowerShell];

    /// The word for it on a command line.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Posix => "sh",
            Self::PowerShell => "powershell",
        }
    }
}

/// Nothing in it is a single quotation mark, or an exclamation mark, which csh replaces even between those. A key
/// counts as there whatever its options and its comment are, but not in a remark, and not as an authority for
/// certificates.
const POSIX: &str = concat!(
    r#"LC_ALL=C; export LC_ALL; umask 077; d=$HOME/.ssh; f=$d/authorized_keys; "#,
    r#"mkdir -p "$d" && touch "$f" && chmod 700 "$d" && chmod 600 "$f" || exit 1; "#,
    r##"if grep -v -e "^[[:blank:]]*#" -e cert-authority "$f" | grep -qF -e "$2"; "##,
    r#"then echo "The key was in $f already."; exit 0; fi; "#,
    r#"if [ -n "$(tail -c 1 "$f")" ]; then echo >>"$f"; fi; "#,
    r#"printf "%s %s%b\n" "$1" "$2" "$3" >>"$f" || exit 1; "#,
    r#"if command -v restorecon >/dev/null 2>&1; then restorecon -F "$d" "$f" 2>/dev/null; fi; "#,
    r#"echo "The key is in $f.""#,
);

/// sshd on Windows reads another file for members of Administrators, which nobody else may write to. That
/// somebody is a member is also seen where the rights of one are not in force; then it is refused, and said why.
const POWERSHELL: &str = concat!(
    r"$ErrorActionPreference='Stop'; ",
    r"$a=[bool]((whoami /groups) -match 'S-1-5-32-544'); ",
    r"$f=if($a){Join-Path $env:ProgramData 'ssh\administrators_authorized_keys'}",
    r"else{Join-Path $env:USERPROFILE '.ssh\authorized_keys'}; ",
    r"try{[void](New-Item -ItemType Directory -Force -Path (Split-Path $f)); ",
    r"$o=if(Test-Path -LiteralPath $f){[IO.File]::ReadAllText($f)}else{''}; ",
    r"$l=@($o -split '\r?\n'|Where-Object{$_ -notmatch '^\s*#|cert-authority' -and $_.Contains($b)}); ",
    r"if($l.Count){'The key was there already: '+$f}else{",
    r"$n=if($o -and $o[-1] -ne [char]10){[string][char]10}else{''}; ",
    r"[IO.File]::AppendAllText($f,$n+$t+' '+$b+$c+[char]10); 'The key is there: '+$f}; ",
    r"if($a){[void](icacls $f /inheritance:r /grant '*S-1-5-32-544:F' '*S-1-5-18:F')}}",
    r"catch{if($a){'Open PowerShell as administrator, and paste the line there.'}; throw}",
);

/// The line that lets `key` log in to the account in whose shell it is pasted.
///
/// It makes folder and file where they are missing, ends the last line where nothing does, adds the key once, and
/// says what it did.
#[must_use]
pub fn one_line(shell: Shell, key: &PublicKey, comment: &Comment) -> String {
    let line = public_line::encode(key, &Comment::default());
    let (kind, blob) = line.split_once(' ').unwrap_or((&line, ""));
    match shell {
        Shell::Posix => {
            let comment = in_octal(comment);
            format!("sh -c '{POSIX}' sh '{kind}' '{blob}' '{comment}'")
        }
        Shell::PowerShell => {
            let comment = as_expression(comment);
            format!("& {{ $t='{kind}'; $b='{blob}'; $c={comment}; {POWERSHELL} }}")
        }
    }
}

/// Characters that mean the same within quotation marks everywhere, and to `printf`.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" @._+:,/=-".contains(&byte)
}

/// For `%b` of `printf`: `\0` and up to three octal digits are a byte.
fn in_octal(comment: &Comment) -> String {
    let mut text = String::new();
    if !comment.is_empty() {
        text.push(' ');
    }
    for byte in comment.as_str().bytes() {
        if is_plain(byte) {
            text.push(char::from(byte));
        } else {
            text.extend(["\\0", &format!("{byte:03o}")]);
        }
    }
    text
}

/// As it is where that is safe; else in base64, for there are five characters that end a quotation.
fn as_expression(comment: &Comment) -> String {
    let text = comment.as_str();
    if text.is_empty() {
        "''".to_owned()
    } else if text.bytes().all(is_plain) {
        format!("' {text}'")
    } else {
        let bytes = Base64::encode_string(format!(" {text}").as_bytes());
        format!("[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{bytes}'))")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv";

    fn line(shell: Shell, comment: &str) -> String {
        let key = public_line::parse(KEY.as_bytes()).unwrap().key;
        one_line(shell, &key, &Comment::new(comment).unwrap())
    }

    /// What stands between single quotation marks, by the rule of each shell for them.
    fn quoted(text: &str) -> Vec<&str> {
        text.split('\'').skip(1).step_by(2).collect()
    }

    const HOSTILE: [&str; 9] = [
        "'; touch pwned; '",
        "$(touch pwned) `touch pwned` ${HOME} $HOME",
        "\\",
        "%s %n %%",
        "!! !-1 ^a^b",
        "\u{2018}; \u{2019}; \u{201a}; \u{201b}",
        "\"; & | > < * ? [ ] { } ( ) ~ #",
        "é汉\u{1f511}\u{5d0}",
        "\\0047 \\n \\c",
    ];

    #[test]
    fn whatever_the_comment_is_the_script_is_the_same_and_one_line() {
        for shell in Shell::ALL {
            let plain = line(shell, "me@laptop 2026");
            for comment in HOSTILE {
                let text = line(shell, comment);
                let [usual, hostile] = [&plain, &text].map(|text| quoted(text));
                assert_eq!(usual.len(), hostile.len(), "{text}");
                let differ: Vec<usize> = (0..usual.len()).filter(|at| usual[*at] != hostile[*at]).collect();
                assert_eq!(differ.len(), 1, "{text}");
                let word = hostile[differ[0]];
                let is_harmless = |byte| is_plain(byte) || byte == b'\\';
                assert!(word.bytes().all(is_harmless), "{word}");
                assert!(text.is_ascii() && !text.contains(['\n', '\r', '!']), "{text}");
            }
        }
    }

    #[test]
    fn the_scripts_have_no_quotation_mark_that_could_end_them() {
        assert!(!POSIX.contains('\'') && !POSIX.contains('!'));
        assert_eq!(POWERSHELL.matches('\'').count() % 2, 0);
        assert!(!POWERSHELL.contains('"') && !POWERSHELL.contains('`'));
        let [open, close] = ['{', '}'].map(|brace| POWERSHELL.matches(brace).count());
        assert_eq!(open, close);
        let [open, close] = ['(', ')'].map(|brace| POWERSHELL.matches(brace).count());
        assert_eq!(open, close);
    }

    #[test]
    fn a_comment_is_spelled_so_that_it_reads_back() {
        assert!(line(Shell::Posix, "it's 5 %").ends_with(r"' it\0047s 5 \0045'"));
        assert!(line(Shell::Posix, "").ends_with("' ''"));
        assert!(line(Shell::PowerShell, "me@here").contains("$c=' me@here'; "));
        let text = line(Shell::PowerShell, "é");
        assert!(text.contains("FromBase64String('IMOp')"), "{text}");
    }
}
