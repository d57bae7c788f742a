//! What happens to key files on their way, done to them on purpose.

use base64ct::{Base64, Encoding as _};
use keywright::format::mend::Accident::{self, *};

/// A way to spoil a file.
#[derive(Clone, Copy)]
pub(crate) struct Mangle {
    pub(crate) name: &'static str,
    /// One of these has to be told where this alone was done to a private key in OpenSSH's format.
    pub(crate) tells: &'static [Accident],
    pub(crate) spoil: fn(&[u8]) -> Vec<u8>,
}

impl std::fmt::Debug for Mangle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Each line, with what `change` makes of it.
fn lines(bytes: &[u8], change: impl Fn(usize, &str) -> String) -> Vec<u8> {
    let text = text(bytes);
    let ended = text.ends_with('\n');
    let lines: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(number, line)| change(number, line))
        .collect();
    (lines.join("\n") + if ended { "\n" } else { "" }).into_bytes()
}

/// Lines that hold base64.
fn is_body(line: &str) -> bool {
    line.len() > 30
        && line
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
}

fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    text(bytes).replace(from, to).into_bytes()
}

fn around(bytes: &[u8], before: &str, behind: &str) -> Vec<u8> {
    [before.as_bytes(), bytes, behind.as_bytes()].concat()
}

fn escaped(bytes: &[u8]) -> String {
    text(bytes)
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\r', "\\r")
        .replace('\n', "\\n")
}

fn xml(bytes: &[u8]) -> String {
    text(bytes)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn utf16(bytes: &[u8], is_big: bool) -> Vec<u8> {
    let text = text(bytes);
    let units = text.encode_utf16();
    units
        .flat_map(|unit| {
            if is_big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        })
        .collect()
}

fn indented(bytes: &[u8], by: &str) -> String {
    text(bytes)
        .lines()
        .map(|line| format!("{by}{line}\n"))
        .collect::<Vec<_>>()
        .concat()
}

fn base64(bytes: &[u8], width: usize) -> String {
    let flat = Base64::encode_string(bytes);
    let lines: Vec<&str> = (0..flat.len())
        .step_by(width)
        .map(|at| &flat[at..flat.len().min(at + width)])
        .collect();
    lines.join("\n") + "\n"
}

fn percent(bytes: &[u8], blank: &str) -> Vec<u8> {
    let spell = |byte: &u8| match byte {
        b' ' => blank.to_owned(),
        byte if byte.is_ascii_alphanumeric() || b"-_.~".contains(byte) => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    bytes.iter().map(spell).collect::<String>().into_bytes()
}

macro_rules! mangles {
    ($($name:literal tells $tells:expr => $spoil:expr),* $(,)?) => {
        pub(crate) const MANGLES: &[Mangle] = &[$(Mangle { name: $name, tells: &$tells, spoil: $spoil }),*];
    };
}

mangles! {
    // Encodings and line ends.
    "utf-16" tells [Utf16] => |b| [&[0xff, 0xfe][..], &utf16(b, false)].concat(),
    "utf-16 of powershell" tells [Utf16] => |b| [&[0xff, 0xfe][..], &utf16(&replaced(b, "\n", "\r\n"), false)].concat(),
    "utf-16 without a mark" tells [Utf16] => |b| utf16(b, false),
    "utf-16, the large end first" tells [Utf16] => |b| [&[0xfe, 0xff][..], &utf16(b, true)].concat(),
    "byte order mark" tells [ByteOrderMark] => |b| around(b, "\u{feff}", ""),
    "crlf" tells [LineEnds] => |b| replaced(b, "\n", "\r\n"),
    "crcrlf" tells [LineEnds] => |b| replaced(b, "\n", "\r\r\n"),
    "cr" tells [LineEnds] => |b| replaced(b, "\n", "\r"),
    "line separators" tells [LineEnds] => |b| replaced(b, "\n", "\u{2028}"),
    "crlf here and there" tells [LineEnds] => |b| lines(b, |n, l| if n % 2 == 0 { format!("{l}\r") } else { l.to_owned() }),
    "no final newline" tells [FinalNewline] => |b| b.trim_ascii_end().to_vec(),
    // Blanks.
    "four blanks" tells [Indented] => |b| indented(b, "    ").into_bytes(),
    "tabs" tells [Indented] => |b| indented(b, "\t").into_bytes(),
    "all but the first indented" tells [Indented] => |b| lines(b, |n, l| if n == 0 { l.to_owned() } else { format!("  {l}") }),
    "no-break blanks in front" tells [Indented] => |b| indented(b, "\u{a0}\u{a0}").into_bytes(),
    "empty lines in front" tells [BlankLines] => |b| around(b, "\n\n", ""),
    "an empty line before the end" tells [BlankLines, TrailingBlanks] => |b| replaced(b, "\n-----END", "\n\n-----END "),
    "blanks at line ends" tells [TrailingBlanks] => |b| lines(b, |_, l| format!("{l}  ")),
    "a blank at the end" tells [TrailingBlanks] => |b| lines(b, |_, l| if l.contains("END") { format!("{l} ") } else { l.to_owned() }),
    "filled up" tells [TrailingBlanks] => |b| lines(b, |_, l| format!("{l:<80}")),
    // Line breaks.
    "blanks for line breaks" tells [OneLine] => |b| replaced(b.trim_ascii_end(), "\n", " "),
    "line breaks dropped" tells [OneLine] => |b| replaced(b, "\n", ""),
    "line breaks dropped and marks alone" tells [OneLine] => |b| {
        let one = text(&replaced(b, "\n", ""));
        let one = one.replace("-----b3", "-----\nb3").replace("-----MI", "-----\nMI").replace("-----END", " -----END");
        (one + "\n").into_bytes()
    },
    "spelled line breaks" tells [Escaped] => |b| replaced(b, "\n", "\\n"),
    "spelled line breaks of windows" tells [Escaped] => |b| replaced(b, "\n", "\\r\\n"),
    "twice spelled line breaks" tells [Escaped] => |b| replaced(b, "\n", "\\\\n"),
    "line breaks spelled and there" tells [Escaped] => |b| replaced(b, "\n", "\\n\n"),
    "line breaks of powershell" tells [Escaped] => |b| replaced(b, "\n", "`n"),
    "a spelled line break at the end" tells [Escaped, OneLine] => |b| [&replaced(b.trim_ascii_end(), "\n", " ")[..], b"\\n"].concat(),
    "eaten backslashes" tells [Escaped, OneLine] => |b| replaced(b, "\n", "n"),
    "lines that go on" tells [Escaped, InsideText] => |b| lines(b, |_, l| format!("{l}\\n\\")),
    "octal line breaks" tells [Escaped] => |b| replaced(b, "\n", "\\012"),
    // Quotation marks.
    "quoted" tells [Quoted] => |b| around(b.trim_ascii_end(), "\"", "\"\n"),
    "single quotes" tells [Quoted] => |b| around(b, "'", "'\n"),
    "pretty quotes" tells [Quoted] => |b| around(b.trim_ascii_end(), "\u{201c}", "\u{201d}\n"),
    "json string" tells [Quoted, Escaped] => |b| format!("\"{}\"\n", escaped(b)).into_bytes(),
    // Base64.
    "base64 again" tells [Base64Again] => |b| base64(b, usize::MAX >> 1).into_bytes(),
    "base64 again in lines" tells [Base64Again] => |b| base64(b, 76).into_bytes(),
    "base64 of base64" tells [Base64Again] => |b| base64(base64(b, 76).as_bytes(), usize::MAX >> 1).into_bytes(),
    "base64 for addresses" tells [Base64Again] => |b| base64(b, usize::MAX >> 1).replace('+', "-").replace('/', "_").replace('=', "").into_bytes(),
    "groups of four" tells [BlanksInBase64] => |b| lines(b, |_, l| if is_body(l) {
        l.as_bytes().chunks(4).map(text).collect::<Vec<_>>().join(" ")
    } else {
        l.to_owned()
    }),
    "a blank inside" tells [BlanksInBase64] => |b| lines(b, |_, l| if is_body(l) { format!("{} {}", &l[..20], &l[20..]) } else { l.to_owned() }),
    "a no-break blank inside" tells [BlanksInBase64] => |b| lines(b, |_, l| if is_body(l) { format!("{}\u{a0}{}", &l[..20], &l[20..]) } else { l.to_owned() }),
    "nothing inside" tells [BlanksInBase64] => |b| lines(b, |_, l| if is_body(l) { format!("{}\u{200b}{}", &l[..9], &l[9..]) } else { l.to_owned() }),
    "folded at 50" tells [] => |b| {
        let text = text(b);
        let fold = |line: &str| line.as_bytes().chunks(50).map(|part| String::from_utf8_lossy(part).into_owned()).collect::<Vec<_>>().join("\n");
        text.lines().map(|line| fold(line) + "\n").collect::<String>().into_bytes()
    },
    "blanks for pluses" tells [PlusBecameBlank] => |b| lines(b, |_, l| if is_body(l) { l.replace('+', " ") } else { l.to_owned() }),
    "no equals signs" tells [PaddingLost] => |b| lines(b, |_, l| if l.contains(':') { l.to_owned() } else { l.trim_end_matches('=').to_owned() }),
    // Marks.
    "no marks" tells [MarksMissing] => |b| {
        text(b).lines().filter(|line| !line.starts_with("--")).map(|line| format!("{line}\n")).collect::<Vec<_>>().concat().into_bytes()
    },
    "no first mark" tells [MarksMissing] => |b| {
        text(b).lines().filter(|line| !line.contains("BEGIN ")).map(|line| format!("{line}\n")).collect::<Vec<_>>().concat().into_bytes()
    },
    "no last mark" tells [MarksMissing] => |b| {
        text(b).lines().filter(|line| !line.contains("END ")).map(|line| format!("{line}\n")).collect::<Vec<_>>().concat().into_bytes()
    },
    "four dashes" tells [MarksDamaged] => |b| b.strip_prefix(b"-").unwrap_or(b).to_vec(),
    "four dashes at the end" tells [MarksDamaged] => |b| {
        let b = b.trim_ascii_end();
        [b.strip_suffix(b"-").unwrap_or(b), b"\n"].concat()
    },
    "long dashes" tells [MarksDamaged] => |b| lines(b, |_, l| if l.starts_with("--") { l.replace("--", "\u{2014}") } else { l.to_owned() }),
    "half dashes" tells [MarksDamaged] => |b| lines(b, |_, l| if l.starts_with("--") { l.replace('-', "\u{2013}") } else { l.to_owned() }),
    "minus signs" tells [MarksDamaged] => |b| lines(b, |_, l| if l.starts_with("--") { l.replace('-', "\u{2212}") } else { l.to_owned() }),
    "no dashes" tells [MarksDamaged] => |b| lines(b, |_, l| if l.starts_with("--") { l.trim_matches('-').to_owned() } else { l.to_owned() }),
    "six dashes" tells [MarksDamaged] => |b| lines(b, |_, l| if l.starts_with("--") { format!("-{l}-") } else { l.to_owned() }),
    "small letters" tells [MarksDamaged] => |b| lines(b, |_, l| if l.starts_with("--") { l.to_lowercase() } else { l.to_owned() }),
    "blanks within marks" tells [MarksDamaged] => |b| lines(b, |_, l| if l.starts_with("--") {
        l.replace("BEGIN", " BEGIN").replace("END", " END").replace("KEY-", "KEY -")
    } else {
        l.to_owned()
    }),
    "no-break blanks within marks" tells [MarksDamaged] => |b| lines(b, |_, l| if l.starts_with("--") { l.replace(' ', "\u{a0}") } else { l.to_owned() }),
    "underscores within marks" tells [MarksDamaged] => |b| lines(b, |_, l| if l.starts_with("--") { l.replace(' ', "_") } else { l.to_owned() }),
    "a broken last mark" tells [MarksDamaged] => |b| lines(b, |_, l| if l.contains("END ") { l.replace(" PRIVATE", "\nPRIVATE").replace(" PUBLIC", "\nPUBLIC") } else { l.to_owned() }),
    "nothing before a mark" tells [MarksDamaged] => |b| around(b, "\u{200b}", ""),
    "a slip of the pen" tells [MarksDamaged, LabelExchanged] => |b| replaced(&replaced(b, "OPENSSH", "OPENSHS"), "RSA PRIVATE", "RAS PRIVATE"),
    "begun wrongly" tells [MarksDamaged, MarksMissing] => |b| replaced(b, "BEGIN", "BEGN"),
    "rsa for openssh" tells [LabelExchanged] => |b| replaced(b, "OPENSSH PRIVATE", "RSA PRIVATE"),
    "nothing for openssh" tells [LabelExchanged] => |b| replaced(b, " OPENSSH PRIVATE", " PRIVATE"),
    "another last mark" tells [LabelExchanged] => |b| replaced(b, "END OPENSSH", "END RSA"),
    // Company.
    "a remark before" tells [TextBefore] => |b| around(b, "# key of the build server\n", ""),
    "a letter before" tells [TextBefore] => |b| around(b, "Hello Jane,\n\nhere is the key you asked for:\n\n", ""),
    "regards behind" tells [TextBehind] => |b| around(b, "", "\n\nRegards\nJohn\n"),
    "a percent sign behind" tells [TextBehind] => |b| around(b.trim_ascii_end(), "", "%\n"),
    "control-z behind" tells [TextBehind] => |b| around(b, "", "\u{1a}"),
    "zeros behind" tells [TextBehind] => |b| around(b, "", "\0\0\0"),
    "a prompt" tells [TextBefore] => |b| around(b, "jane@web:~$ cat .ssh/id\n", "jane@web:~$ \n"),
    // Carriers.
    "json" tells [InsideJson] => |b| format!("{{\"host\": \"web\", \"key\": \"{}\"}}", escaped(b)).into_bytes(),
    "deep json" tells [InsideJson] => |b| format!("[{{\"a\": {{\"items\": [1, {{\"KeyMaterial\": \"{}\"}}]}}}}]\n", escaped(b)).into_bytes(),
    "json of json" tells [InsideJson] => |b| {
        let inner = format!("{{\"k\": \"{}\"}}", escaped(b));
        format!("{{\"value\": \"{}\"}}", escaped(inner.as_bytes())).into_bytes()
    },
    "json with base64" tells [InsideJson] => |b| format!("{{\"data\": {{\"ssh-privatekey\": \"{}\"}}}}", base64(b, usize::MAX >> 1).trim_end()).into_bytes(),
    "json lines" tells [InsideJson, InsideText] => |b| {
        let lines: Vec<String> = text(b).lines().map(|line| format!("    \"{}\"", escaped(line.as_bytes()))).collect();
        format!("{{\"key\": [\n{}\n]}}\n", lines.join(",\n")).into_bytes()
    },
    "json with remarks" tells [InsideJson] => |b| format!("{{\n  // the key\n  \"key\": \"{}\",\n}}\n", escaped(b)).into_bytes(),
    "yaml block" tells [InsideYaml] => |b| format!("host: web\nkey: |\n{}user: u\n", indented(b, "  ")).into_bytes(),
    "yaml folded" tells [InsideYaml] => |b| format!("keys:\n  - >-\n{}", indented(b, "    ")).into_bytes(),
    "yaml list" tells [InsideYaml] => |b| {
        let item = |line: &str| if line.starts_with('-') || line.contains(": ") { format!("  - \"{line}\"\n") } else { format!("  - {line}\n") };
        format!("key:\n{}", text(b).lines().map(item).collect::<String>()).into_bytes()
    },
    "yaml string" tells [InsideYaml, InsideText, Escaped] => |b| format!("host: web\nkey: \"{}\"\n", escaped(b)).into_bytes(),
    "yaml with base64" tells [InsideYaml, Base64Again] => |b| format!("kind: Secret\ndata:\n  key: {}\n  user: dTE=\n", base64(b, usize::MAX >> 1).trim_end()).into_bytes(),
    "yaml with base64 in lines" tells [InsideYaml, Base64Again] => |b| format!("data:\n  key: |\n{}  user: dTE=\n", indented(base64(b, 76).as_bytes(), "    ")).into_bytes(),
    "dotenv" tells [InsideText, Escaped] => |b| format!("PORT=22\nSSH_KEY=\"{}\"\nHOST=web\n", escaped(b)).into_bytes(),
    "dotenv without quotes" tells [InsideText, Escaped] => |b| format!("PORT=22\nSSH_KEY={}\nHOST=web\n", escaped(b)).into_bytes(),
    "dotenv in lines" tells [InsideText] => |b| format!("PORT=22\nSSH_KEY=\"{}\"\nHOST=web\n", text(b)).into_bytes(),
    "dotenv with base64" tells [InsideText, Base64Again] => |b| format!("PORT=22\nSSH_KEY={}HOST=web\n", base64(b, usize::MAX >> 1)).into_bytes(),
    "export" tells [InsideText] => |b| format!("export KEY='{}'\n", text(b)).into_bytes(),
    "heredoc" tells [InsideText] => |b| format!("cat > key <<EOF\n{}EOF\nchmod 600 key\n", text(b)).into_bytes(),
    "toml" tells [InsideText] => |b| format!("[ssh]\nkey = \"\"\"\n{}\"\"\"\nport = 22\n", text(b)).into_bytes(),
    "toml string" tells [InsideText] => |b| format!("[ssh]\nkey = \"{}\"\n", escaped(b)).into_bytes(),
    "ini" tells [InsideText] => |b| format!("[ssh]\nkey = {}", indented(b, "    ").trim_start()).into_bytes(),
    "xml" tells [InsideText] => |b| format!("<?xml version=\"1.0\"?>\n<secret><value>{}</value></secret>\n", xml(b)).into_bytes(),
    "cdata" tells [InsideText] => |b| format!("<key><![CDATA[{}]]></key>\n", text(b)).into_bytes(),
    "plist" tells [InsideText] => |b| format!("<plist><dict><key>k</key>\n<string>{}</string></dict></plist>\n", xml(b)).into_bytes(),
    "fence" tells [InsideText] => |b| format!("# How to\n\nThe key:\n\n```text\n{}```\n\nKeep it.\n", text(b)).into_bytes(),
    "html" tells [InsideText, HtmlEntities] => |b| format!("<html><body><p>Hello,</p><p>{}</p></body></html>", xml(b).replace('\n', "<br>\n")).into_bytes(),
    "pre" tells [InsideText, HtmlEntities] => |b| format!("<h1>Key</h1><pre>{}</pre>", xml(b)).into_bytes(),
    "line breaks of a page" tells [HtmlEntities] => |b| replaced(b, "\n", "<br/>"),
    "entities" tells [HtmlEntities] => |b| replaced(&replaced(b, "+", "&#43;"), "=", "&#61;"),
    "entities for line breaks" tells [HtmlEntities] => |b| replaced(b, "\n", "&#10;"),
    "rtf" tells [InsideText] => |b| format!("{{\\rtf1\\ansi\\deff0{{\\fonttbl{{\\f0 Courier New;}}}}\\f0\\fs20 {}}}", text(b).replace('\\', "\\\\").replace('{', "\\{").replace('}', "\\}").replace('\n', "\\par\r\n")).into_bytes(),
    "web address" tells [UrlEncoded] => |b| percent(b, "%20"),
    "web form" tells [UrlEncoded] => |b| percent(b, "+"),
    "web form with a name" tells [UrlEncoded] => |b| [&b"user=jane&key="[..], &percent(b, "+"), b"&x=1"].concat(),
    "quoted-printable" tells [InsideText] => |b| {
        let mut out = String::new();
        for line in text(b).replace('=', "=3D").lines() {
            let (head, tail) = line.split_at(line.floor_char_boundary(60));
            out += head;
            if !tail.is_empty() {
                out += "=\r\n";
                out += tail;
            }
            out += "\r\n";
        }
        out.into_bytes()
    },
    "cat -n" tells [LineNumbers] => |b| lines(b, |n, l| format!("{:6}\t{l}", n + 1)),
    "numbers with colons" tells [LineNumbers] => |b| lines(b, |n, l| format!("{}: {l}", n + 1)),
    "numbers with bars" tells [LineNumbers] => |b| lines(b, |n, l| format!("{:3} | {l}", n + 1)),
    "numbers with dots" tells [LineNumbers] => |b| lines(b, |n, l| format!("{}. {l}", n + 1)),
    "bare numbers" tells [LineNumbers] => |b| lines(b, |n, l| format!("{} {l}", n + 1)),
    "answer to a mail" tells [QuoteMarks] => |b| lines(b, |_, l| format!("> {l}")),
    "answer to an answer" tells [QuoteMarks] => |b| lines(b, |_, l| format!(">> {l}")),
    "answer with its text" tells [QuoteMarks] => |b| {
        let quoted = text(b).lines().map(|line| format!("> {line}\n")).collect::<Vec<_>>().concat();
        format!("On Monday Jane wrote:\n> Hello\n>\n{quoted}>\n> Jane\nThanks!\n").into_bytes()
    },
    "log" tells [InsideText, LineNumbers] => |b| lines(b, |n, l| format!("[2026-11-30T04:52:{n:02}.000Z] {l}")),
    "log of a service" tells [InsideText, LineNumbers] => |b| lines(b, |n, l| format!("Nov 30 04:52:{:02} web sshd[77]: {l}", n % 60)),
    "log of compose" tells [InsideText, QuoteMarks] => |b| lines(b, |_, l| format!("web_1  | {l}")),
    "remarks" tells [InsideText] => |b| lines(b, |_, l| format!("# {l}")),
    "remarks of c" tells [InsideText] => |b| lines(b, |_, l| format!("// {l}")),
    "remarks of java" tells [InsideText] => |b| lines(b, |_, l| format!(" * {l}")),
    "list of changes" tells [InsideText] => |b| lines(b, |_, l| format!("+{l}")),
    "bullets" tells [InsideYaml, InsideText] => |b| lines(b, |_, l| format!("- {l}")),
    "java" tells [InsideText, Escaped] => |b| {
        let lines: Vec<String> = text(b).lines().map(|line| format!("        \"{}\\n\"", escaped(line.as_bytes()))).collect();
        format!("String KEY =\n{};\n", lines.join(" +\n")).into_bytes()
    },
    "python" tells [InsideText, Escaped] => |b| {
        let lines = text(b).lines().map(|line| format!("    '{line}\\n'\n")).collect::<Vec<_>>().concat();
        format!("KEY = (\n{lines})\n").into_bytes()
    },
    "php" tells [InsideText] => |b| {
        let lines: Vec<String> = text(b).lines().map(|line| format!("'{line}'")).collect();
        format!("$key = {} . PHP_EOL;\n", lines.join(" . PHP_EOL .\n    ")).into_bytes()
    },
    "csv" tells [InsideText, Quoted] => |b| format!("name,key\n\"web\",\"{}\"\n", text(b).replace('"', "\"\"")).into_bytes(),
    "sql" tells [InsideText, Escaped] => |b| format!("INSERT INTO k VALUES (1, '{}');\n", escaped(b)).into_bytes(),
    "batch" tells [InsideText] => |b| lines(b, |_, l| format!("echo {l}>> key")),
}
