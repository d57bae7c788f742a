//! `repair`: what comes of it, other programs read; what was there is kept; and a second time there is nothing to do.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use serde_json::Value;

use crate::support::{Home, corpus};

/// The files of the corpus that hold a key and that are repaired without their passphrase.
fn cases() -> Vec<Value> {
    let text = fs::read_to_string(corpus("field/MANIFEST.json")).expect("as the manifest has it");
    let manifest: Value = serde_json::from_str(&text).expect("as the manifest has it");
    let entries = manifest["entries"]
        .as_array()
        .expect("as the manifest has it")
        .iter();
    // A passphrase in another encoding can be told by nothing but the passphrase.
    let is_ours = |entry: &&Value| {
        entry["outcome"] == "ok"
            && !SKIPPED.contains(&entry["kinds"][0].as_str().expect("as the manifest has it"))
    };
    entries.filter(is_ours).cloned().collect()
}

const SKIPPED: [&str; 1] = ["passphrase-encoding"];

/// What is in the kept copy of `name`.
fn kept(home: &Home, name: &str) -> Option<Vec<u8>> {
    let folder = fs::read_dir(home.path("removed"))
        .ok()?
        .next()?
        .expect("as the manifest has it")
        .path();
    fs::read(folder.join(name)).ok()
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits = (0..hex.len()).step_by(2);
    digits
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("as the manifest has it"))
        .collect()
}

/// What a program prints, or complains of.
fn said(home: &Home, program: &str, words: &[&str]) -> Result<String, String> {
    let output = home.other(program).args(words).output();
    let output = output.unwrap_or_else(|error| {
        panic!("{program}: {error}. Install it: apt-get install openssh-client putty-tools")
    });
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    }
}

/// The fingerprint of the key in the file `name`, as OpenSSH and PuTTY tell it.
fn fingerprint(home: &Home, name: &str, told: &Value, passphrase: &str) -> Result<String, String> {
    let is_private = told["private"] == true;
    let line = match (told["format"].as_str(), is_private) {
        // Nothing else here reads one.
        (Some("jwk"), _) => return Ok(told["fingerprint_sha256"].as_str().unwrap_or_default().to_owned()),
        (Some("ppk1" | "ppk2" | "ppk3" | "ppk" | "sshcom"), true) => said(
            home,
            "puttygen",
            &[name, "-O", "public-openssh", "--old-passphrase", "pass"],
        )?,
        (Some("rfc4716"), _) => said(home, "ssh-keygen", &["-i", "-f", name])?,
        (Some("spki"), _) => said(home, "ssh-keygen", &["-i", "-m", "PKCS8", "-f", name])?,
        (Some("pkcs1-public"), _) => said(home, "ssh-keygen", &["-i", "-m", "PEM", "-f", name])?,
        // OpenSSH before 9.9 does not know Ed25519 in PKCS#8.
        (Some("pkcs8"), true) if told["type"] == "ssh-ed25519" => {
            let public = said(home, "openssl", &["pkey", "-in", name, "-pubout"])?;
            home.write("line.pem", public.as_bytes());
            return Ok(home.object(&["info", "line.pem"])["fingerprint_sha256"]
                .as_str()
                .unwrap_or_default()
                .to_owned());
        }
        (_, true) => said(home, "ssh-keygen", &["-y", "-P", passphrase, "-f", name])?,
        (_, false) => home.read(name),
    };
    home.write("line.pub", line.as_bytes());
    let shown = said(home, "ssh-keygen", &["-l", "-f", "line.pub"])?;
    Ok(shown.split(' ').nth(1).unwrap_or_default().to_owned())
}

#[test]
fn other_programs_read_what_was_repaired_and_the_old_file_is_kept() {
    let (mut repaired, mut sound) = (0, 0);
    let mut complaints = Vec::new();
    for entry in cases() {
        let file = entry["file"].as_str().unwrap();
        let bytes = fs::read(corpus("field").join(file)).unwrap();
        let home = Home::new();
        home.write("key", &bytes);
        fs::set_permissions(home.path("key"), fs::Permissions::from_mode(0o600)).unwrap();
        let passphrase = entry["passphrase_hex"].as_str().map_or(Vec::new(), unhex);
        let passphrase = String::from_utf8(passphrase).unwrap();
        home.write("pass", passphrase.as_bytes());

        let done = home.object(&["repair", "key"]);
        let clean = fs::read(home.path("key")).unwrap();
        if done["repaired"] == true {
            repaired += 1;
            assert_ne!(clean, bytes, "{file}");
            assert_eq!(kept(&home, "key").unwrap(), bytes, "{file}: the old file is kept");
        } else {
            sound += 1;
            assert_eq!(clean, bytes, "{file}");
            assert!(!home.has("removed"), "{file}");
        }
        if entry["private"] == true {
            home.text(&["repair", "key", "-o", "out"]);
            assert_eq!(home.mode("out"), 0o600, "{file}");
            assert_eq!(fs::read(home.path("out")).unwrap(), clean, "{file}");
        }

        let opened = if passphrase.is_empty() {
            home.object(&["info", "key"])
        } else {
            home.object(&["info", "key", "--passphrase-file", "pass"])
        };
        assert_eq!(opened["fingerprint_sha256"], entry["fp_sha256"], "{file}");
        if let Some(comment) = entry["comment"].as_str() {
            assert_eq!(opened["comment"], comment, "{file}");
        }
        if opened["mended"] != Value::Array(Vec::new()) {
            complaints.push(format!("{file}: {}", opened["mended"]));
        }
        let theirs = fingerprint(&home, "key", &opened, &passphrase);
        if theirs.as_deref().ok() != entry["fp_sha256"].as_str() {
            complaints.push(format!("{file}: {theirs:?}"));
        }

        let again = home.object(&["repair", "key"]);
        assert_eq!(
            (&again["needed"], &again["repaired"]),
            (&false.into(), &false.into()),
            "{file}"
        );
        assert_eq!(fs::read(home.path("key")).unwrap(), clean, "{file}");
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(repaired > 100 && sound > 20, "{repaired} repaired, {sound} sound");
}

#[test]
fn what_is_no_whole_key_is_refused_and_leaves_nothing() {
    let text = fs::read_to_string(corpus("field/MANIFEST.json")).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    let mut refused = 0;
    for entry in manifest["entries"].as_array().unwrap() {
        // A wrong passphrase is no fault of the file.
        if entry["outcome"] != "refused" || entry["kinds"][0] == "control-wrong-passphrase" {
            continue;
        }
        let file = entry["file"].as_str().unwrap();
        let bytes = fs::read(corpus("field").join(file)).unwrap();
        let home = Home::new();
        home.write("key", &bytes);
        for words in [&["repair", "key"][..], &["repair", "key", "-o", "out"]] {
            home.run(words).expect_status(1);
        }
        assert_eq!(home.names(), ["key"], "{file}");
        assert_eq!(fs::read(home.path("key")).unwrap(), bytes, "{file}");
        refused += 1;
    }
    assert!(refused > 40, "only {refused}");
}

/// A key, and the same with the line ends of Windows.
fn with_crlf(home: &Home) -> (String, String) {
    let sound = home.read("key");
    let mangled = sound.replace('\n', "\r\n");
    home.write("key", mangled.as_bytes());
    (sound, mangled)
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let home = Home::with_key();
    let (_, mangled) = with_crlf(&home);
    let said = home.text(&["repair", "--dry-run", "key"]);
    assert!(
        said.contains("Would repair key") && said.contains("its lines do not end as on Unix"),
        "{said}"
    );
    assert_eq!(home.read("key"), mangled);
    assert!(!home.has("removed"));
}

#[test]
fn a_damaged_public_file_is_made_anew_and_kept_and_that_of_another_key_stays() {
    let home = Home::with_key();
    let public = home.read("key.pub");
    let (sound, mangled) = with_crlf(&home);
    home.write("key.pub", b"ssh-ed25519 AAAA\xff lost");
    let done = home.object(&["repair", "key"]);
    assert_eq!(done["public"], "key.pub");
    assert_eq!((home.read("key"), home.read("key.pub")), (sound.clone(), public));
    assert_eq!(kept(&home, "key").unwrap(), mangled.as_bytes());
    assert_eq!(kept(&home, "key.pub").unwrap(), b"ssh-ed25519 AAAA\xff lost");

    let other = Home::with_key();
    home.write("key.pub", other.read("key.pub").as_bytes());
    home.write("key", mangled.as_bytes());
    let done = home.object(&["repair", "key"]);
    assert_eq!(done["public"], Value::Null);
    assert!(done["note"].as_str().unwrap().contains("another key"));
    assert_eq!(
        (home.read("key"), home.read("key.pub")),
        (sound, other.read("key.pub"))
    );
}

#[test]
fn a_sound_key_that_others_may_read_becomes_its_owners_alone() {
    let home = Home::with_key();
    let key = home.read("key");
    fs::set_permissions(home.path("key"), fs::Permissions::from_mode(0o644)).unwrap();
    home.text(&["repair", "--dry-run", "key"]);
    assert_eq!(home.mode("key"), 0o644);
    let said = home.text(&["repair", "key"]);
    assert!(said.contains("yours alone"), "{said}");
    assert_eq!((home.mode("key"), home.read("key")), (0o600, key));
}

#[test]
fn a_link_stays_and_leads_to_the_clean_file() {
    let home = Home::with_key();
    let (sound, _) = with_crlf(&home);
    symlink("key", home.path("link")).unwrap();
    home.text(&["repair", "link"]);
    assert!(fs::symlink_metadata(home.path("link")).unwrap().is_symlink());
    assert_eq!((home.read("link"), home.mode("key")), (sound, 0o600));
}

#[test]
fn a_file_that_is_there_is_not_overwritten_unasked() {
    let home = Home::with_key();
    let (sound, _) = with_crlf(&home);
    home.write("out", b"something");
    home.run(&["repair", "key", "-o", "out"]).expect_status(4);
    assert_eq!(home.read("out"), "something");
    home.text(&["repair", "key", "-o", "out", "--force"]);
    assert_eq!(home.read("out"), sound);
    home.run(&["repair", "key", "out", "-o", "both"]).expect_status(2);
}

#[test]
fn keys_repair_mends_what_ssh_does_not_read() {
    let home = Home::with_key();
    let key = home.read("key");
    fs::create_dir(home.path(".ssh")).unwrap();
    home.write(".ssh/id_ed25519", key.trim_end().as_bytes());
    home.write(".ssh/id_ed25519.pub", home.read("key.pub").as_bytes());
    let said = home.text(&["keys", "repair"]);
    assert!(said.contains("~/.ssh/id_ed25519 is a clean file now"), "{said}");
    assert_eq!(home.read(".ssh/id_ed25519"), key);
    let again = home.text(&["keys", "repair"]);
    assert!(!again.contains("clean file"), "{again}");
}

#[test]
fn what_stands_beside_the_key_is_kept_when_the_key_is_changed() {
    let home = Home::new();
    home.write("new", b"correct horse");
    let key = fs::read_to_string(corpus("real/openssl/ec256_sec1.pem")).unwrap();
    let text = format!("rotate this in January\n\n{key}");
    home.write("key.pem", text.as_bytes());
    let ran = home.run(&["passwd", "key.pem", "--new-passphrase-file", "new"]);
    ran.expect_status(0);
    assert!(
        ran.err
            .contains("what else stood in the file is not in the new one"),
        "{}",
        ran.err
    );
    assert_eq!(kept(&home, "key.pem").unwrap(), text.as_bytes());
    assert!(
        home.read("key.pem")
            .starts_with("-----BEGIN EC PRIVATE KEY-----\n")
    );

    // The parameters of a curve, which openssl writes before the key, are in the key as well.
    let other = Home::new();
    other.write("new", b"correct horse");
    let parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    other.write("key.pem", format!("{parameters}{key}").as_bytes());
    other.text(&["passwd", "key.pem", "--new-passphrase-file", "new"]);
    assert!(!other.has("removed"));
}

#[test]
fn a_passphrase_in_a_code_page_opens_the_file_and_is_said_once_the_key_is_saved_it_is_utf_8() {
    let home = Home::new();
    let bytes = fs::read(corpus("field/passphrase-encoding/umlauts.ppk")).unwrap();
    home.write("key.ppk", &bytes);
    home.write("pass", "geheim123äöüß".as_bytes());
    let ran = home.run(&["info", "key.ppk", "--passphrase-file", "pass"]);
    ran.expect_status(0);
    assert!(ran.out.contains("as Windows-1252"), "{}", ran.out);
    let ran = home.run(&[
        "convert",
        "key.ppk",
        "--to",
        "openssh",
        "-o",
        "key",
        "--passphrase-file",
        "pass",
    ]);
    ran.expect_status(0);
    assert!(
        ran.err.contains("takes its passphrase as Windows-1252"),
        "{}",
        ran.err
    );
    home.tool("ssh-keygen", &["-y", "-P", "geheim123äöüß", "-f", "key"]);
    home.text(&["repair", "key.ppk", "-o", "utf8.ppk", "--passphrase-file", "pass"]);
    home.tool(
        "puttygen",
        &["utf8.ppk", "-O", "public-openssh", "--old-passphrase", "pass"],
    );
    let told = home.object(&["info", "utf8.ppk", "--passphrase-file", "pass"]);
    assert_eq!(
        (&told["mended"], &told["comment"]),
        (&Value::Array(Vec::new()), &"backup server".into())
    );
    home.write("pass", b"geheim123aous");
    home.run(&["info", "key.ppk", "--passphrase-file", "pass"])
        .expect_status(3);
}

#[test]
fn a_change_in_place_does_not_go_by_one_of_several_keys_nor_by_a_mangled_one() {
    let with_ppk = || {
        let home = Home::with_key();
        home.text(&[
            "convert",
            "key",
            "--to",
            "ppk",
            "-o",
            "key.ppk",
            "--no-passphrase",
        ]);
        home
    };
    let (home, other) = (with_ppk(), with_ppk());
    let one = home.read("key.ppk");
    let both = one.clone() + &other.read("key.ppk");
    home.write("both.ppk", both.as_bytes());
    home.run(&["comment", "both.ppk", "new", "--json"])
        .expect_error(1, "multiple-keys");
    assert_eq!(home.read("both.ppk"), both);

    let escaped = home.read("key").replace('\n', "\\n");
    home.write("escaped", escaped.as_bytes());
    let said = home.run(&["comment", "escaped", "new"]);
    said.expect_status(1);
    assert!(
        said.err
            .contains("has to be repaired first: line breaks were spelled out"),
        "{}",
        said.err
    );
    assert_eq!(home.read("escaped"), escaped);
    home.text(&["repair", "escaped"]);
    home.text(&["comment", "escaped", "new"]);
}

#[test]
fn of_two_copies_of_a_key_it_is_said_which_one_ssh_does_not_read() {
    let home = Home::with_key();
    let key = home.read("key");
    fs::create_dir(home.path(".ssh")).unwrap();
    home.write(".ssh/id_ed25519", key.as_bytes());
    home.write(".ssh/backup_key", key.replace('\n', "\r\n").as_bytes());
    let said = home.text(&["keys"]);
    let warning = "warning: ~/.ssh/backup_key: the lines of the file end as on Windows";
    assert!(said.contains(warning), "{said}");
    home.text(&["keys", "repair"]);
    assert_eq!(home.read(".ssh/backup_key"), key);
    assert!(!home.text(&["keys"]).contains("as on Windows"));
}

/// A list with a key of each accident, and what was sound before and behind it.
fn spoiled_list(home: &Home) -> (Vec<u8>, String) {
    let line = |name: &str| {
        home.text(&["generate", "-o", name, "-C", name, "--no-passphrase"]);
        home.read(&format!("{name}.pub"))
    };
    let [sound, wide, cut, block] = ["sound", "wide", "cut", "block"].map(line);
    let utf16: Vec<u8> = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (start, end) = cut.split_at(50);
    let block_text = home.text(&["convert", "block.pub", "--to", "rfc4716"]);
    let options = "no-pty,from=\"10.0.0.1\" ";
    let bytes = [
        format!("# mine\r\n{options}{sound}").as_bytes(),
        &utf16,
        format!("{options}{start}\n{end}{block_text}not a key\n# end").as_bytes(),
    ]
    .concat();
    let clean = format!("# mine\r\n{options}{sound}{wide}{options}{cut}{block}not a key\n# end");
    (bytes, clean)
}

#[test]
fn a_spoiled_list_is_put_right_and_every_other_byte_stays() {
    let home = Home::new();
    let (bytes, clean) = spoiled_list(&home);
    home.write("authorized_keys", &bytes);
    let said = home.text(&["repair", "--dry-run", "authorized_keys"]);
    for part in [
        "line 3: it was written with two bytes",
        "line 4: the line of the key was cut",
        "line 5: the key stood there as a block",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(
        std::fs::read(home.path("authorized_keys")).expect("a file"),
        bytes
    );

    let told = home.object(&["repair", "authorized_keys"]);
    assert_eq!(told["repaired"], true);
    assert_eq!(home.read("authorized_keys"), clean);
    let kept = told["kept"][0].as_str().expect("a path");
    assert_eq!(std::fs::read(home.path(kept)).expect("it is kept"), bytes);
    // What OpenSSH reads of it now: the four keys.
    let read = home.tool("ssh-keygen", &["-l", "-f", "authorized_keys"]);
    assert_eq!(read.lines().count(), 4, "{read}");
    let again = home.object(&["repair", "authorized_keys"]);
    assert_eq!(
        (&again["needed"], &again["repaired"]),
        (&false.into(), &false.into())
    );
}

#[test]
fn keys_repair_finds_a_spoiled_list_in_the_folder_that_sshd_looks_at() {
    let home = Home::new();
    let (bytes, clean) = spoiled_list(&home);
    std::fs::create_dir(home.path(".ssh")).expect("a folder");
    home.write(".ssh/authorized_keys", &bytes);
    let said = home.text(&["authorized", "list"]);
    assert!(said.contains("two bytes a character (UTF-16)"), "{said}");
    home.text(&["keys", "repair", "--yes"]);
    assert_eq!(home.read(".ssh/authorized_keys"), clean);
    assert!(!home.text(&["keys"]).contains("can be put right"));
}

#[test]
#[cfg(unix)]
fn a_locked_pem_that_is_folded_at_another_width_is_repaired_and_ssh_reads_it() {
    let home = Home::with_key();
    let keygen = |words: &[&str]| home.other("ssh-keygen").args(words).output().expect("ssh-keygen");
    let made = keygen(&[
        "-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "secret", "-f", "pem",
    ]);
    assert!(made.status.success());
    let text = home.read("pem");
    let lines: Vec<&str> = text.lines().collect();
    let (head, rest) = lines.split_at(4);
    let (end, body) = rest.split_last().expect("the line with END");
    let body = body.concat();
    for width in [50, 76, 33, 5000] {
        let folded: Vec<&str> = (0..body.len())
            .step_by(width)
            .map(|at| &body[at..body.len().min(at + width)])
            .collect();
        let folded = [head, &folded, &[end]].concat().join("\n") + "\n";
        home.write("folded", folded.as_bytes());
        assert!(
            !keygen(&["-y", "-P", "secret", "-f", "folded"]).status.success(),
            "{width}"
        );
        let told = home.object(&["info", "folded"]);
        let code = if width == 5000 {
            "one-line"
        } else {
            "blanks-in-base64"
        };
        assert_eq!(
            (&told["mended"][0]["code"], &told["read_by_ssh"]),
            (&code.into(), &false.into())
        );
        home.text(&["repair", "folded"]);
        assert_eq!(home.read("folded"), text, "{width}");
        assert!(keygen(&["-y", "-P", "secret", "-f", "folded"]).status.success());
        let again = home.run(&["repair", "folded"]);
        assert!(again.out.contains("needs no repair"), "{}", again.out);
    }
}

#[test]
#[cfg(unix)]
fn a_passphrase_in_a_code_page_stays_so_in_place_and_where_putty_is_to_go_on_taking_it() {
    let home = Home::new();
    let typed = "geheim123äöüß";
    home.write("typed", typed.as_bytes());
    let in_code_page: Vec<u8> = typed
        .chars()
        .filter_map(|letter| u8::try_from(letter).ok())
        .collect();
    home.write("windows", &in_code_page);
    home.write(
        "key.ppk",
        &fs::read(corpus("field/passphrase-encoding/umlauts.ppk")).expect("it is in the tree"),
    );
    let opens = |file: &str, passphrase: &str| {
        let words = [
            file,
            "--old-passphrase",
            passphrase,
            "-O",
            "private-openssh",
            "-o",
            "out",
        ];
        let ended = home.other("puttygen").args(words).output();
        ended.expect("puttygen, of putty-tools").status.success()
    };
    assert!(opens("key.ppk", "windows") && !opens("key.ppk", "typed"));
    let given = ["--passphrase-file", "typed"];
    home.text(&[&["comment", "key.ppk", "another"][..], &given].concat());
    assert!(opens("key.ppk", "windows") && !opens("key.ppk", "typed"));
    for (option, opened_by, not_by) in [
        (None, "typed", "windows"),
        (Some("--keep-encoding"), "windows", "typed"),
    ] {
        let words = ["convert", "key.ppk", "--to", "ppk", "-o", "new.ppk", "--force"];
        let words: Vec<&str> = words.iter().chain(&given).copied().chain(option).collect();
        home.text(&words);
        assert!(
            opens("new.ppk", opened_by) && !opens("new.ppk", not_by),
            "{option:?}"
        );
    }
    let words = [
        "convert",
        "key.ppk",
        "--to",
        "openssh",
        "-o",
        "new",
        "--keep-encoding",
    ];
    home.run(&[&words[..], &given].concat()).expect_status(2);
}

#[test]
fn what_stands_beside_a_key_outlives_a_conversion_in_its_place() {
    let home = Home::new();
    let carrier = fs::read(corpus("field/inside-json/k8s.json")).expect("it is in the tree");
    home.write("secret.json", &carrier);
    let ran = home.run(&[
        "convert",
        "secret.json",
        "--to",
        "openssh",
        "-o",
        "secret.json",
        "--force",
    ]);
    ran.expect_status(0);
    assert!(
        ran.err
            .contains("what else stood in the file is not in the new one; the old one is kept as"),
        "{}",
        ran.err
    );
    let kept: Vec<_> = fs::read_dir(home.path("removed"))
        .expect("the folder of what was taken away")
        .map(|folder| folder.expect("it can be read").path().join("secret.json"))
        .collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(fs::read(&kept[0]).expect("it is kept"), carrier);
    // A clean file is replaced as ever.
    home.text(&[
        "convert",
        "secret.json",
        "--to",
        "openssh",
        "-o",
        "secret.json",
        "--force",
    ]);
    assert_eq!(
        fs::read_dir(home.path("removed")).expect("it is there").count(),
        1
    );
}
