//! Comments survive every way from us to the others and back.

use keywright::format::{self, Argon2Params, Cipher, Parsed, PrivateEncoding, public_line, rfc4716};
use keywright::key::comment::Comment;

use crate::common::Kind;
use crate::matrix::{made_by_puttygen, openssh, ours, read, reread_by_puttygen};
use crate::tools::{Folder, hold, same};

fn comments() -> Vec<Comment> {
    let long = "long ".repeat(200);
    [
        "alice@example.org",
        "",
        "two  blanks, and one at the end ",
        " one in front",
        "Jörg Müller, 东京 🔑 ключ",
        r#"a "quoted" word"#,
        r#"""#,
        r"DOMAIN\user and C:\keys\",
        "it's `date` $HOME ; # | & %s",
        "Comment: none",
        "---- END SSH2 PUBLIC KEY ----",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA",
        &long,
    ]
    .map(|text| Comment::new(text).expect("it is a comment"))
    .into()
}

fn each_comment(check: impl Fn(&Folder, &Comment) -> Result<(), String>) {
    hold(
        comments()
            .iter()
            .map(|comment| check(&Folder::new(), comment))
            .collect(),
    );
}

#[test]
fn comments_in_our_private_files_reach_the_others() {
    let key = Kind::Ed25519.key();
    each_comment(|folder, comment| {
        folder.put("key", &ours(key, comment, &openssh(Cipher::Aes256Ctr), None));
        let printed = folder
            .tool("ssh-keygen")
            .args(["-y", "-P", "", "-f", "key"])
            .output()?;
        let expected = public_line::encode(key.public(), comment) + "\n";
        same("ssh-keygen", &printed, &expected)?;
        for encoding in [
            openssh(Cipher::Aes256Ctr),
            PrivateEncoding::Ppk2,
            PrivateEncoding::Ppk3(Argon2Params::default()),
        ] {
            folder.put("key", &ours(key, comment, &encoding, None));
            let ran = reread_by_puttygen(folder, "key", None);
            if !ran.is_success {
                return Err(ran.complaint());
            }
            let expected = ours(key, comment, &PrivateEncoding::Ppk2, None);
            let expected = String::from_utf8_lossy(&expected);
            let what = format!("puttygen, {encoding:?}");
            same(&what, &folder.get_text("reread"), &expected)?;
        }
        Ok(())
    });
}

#[test]
fn comments_in_our_public_files_reach_puttygen() {
    let key = Kind::Ed25519.key().public();
    each_comment(|folder, comment| {
        folder.put("line", (public_line::encode(key, comment) + "\n").as_bytes());
        folder.put("block", rfc4716::encode(key, comment).as_bytes());
        for file in ["line", "block"] {
            let printed = folder.tool("puttygen").args([file, "-L"]).output()?;
            // Behind the block's key puttygen puts a blank even where no comment follows.
            let printed = printed.replace(" \n", if comment.is_empty() { "\n" } else { " \n" });
            same(file, &printed, &(public_line::encode(key, comment) + "\n"))?;
        }
        Ok(())
    });
}

#[test]
fn comments_from_ssh_keygen_reach_us() {
    each_comment(|folder, comment| {
        folder
            .tool("ssh-keygen")
            .args([
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-f",
                "key",
                "-C",
                comment.as_str(),
            ])
            .output()?;
        let file = read(&folder.get("key"), None).map_err(|error| error.to_string())?;
        same(
            "private",
            &String::from_utf8_lossy(&file.comment),
            comment.as_str(),
        )?;
        match format::parse(&folder.get("key.pub")) {
            Ok(Parsed::Public(file)) => same(
                "public",
                &String::from_utf8_lossy(&file.comment),
                comment.as_str(),
            ),
            other => Err(format!("{other:?}")),
        }
    });
}

#[test]
fn comments_from_puttygen_reach_us() {
    each_comment(|folder, comment| {
        folder.put("nothing", b"");
        made_by_puttygen(folder, "nothing")
            .args(["-C", comment.as_str()])
            .output()?;
        for form in ["private", "private-openssh-new", "public", "public-openssh"] {
            folder
                .tool("puttygen")
                .args(["key.ppk", "-O", form, "-o", form])
                .args(["-P", "--new-passphrase", "nothing"])
                .output()?;
            let found = match format::parse(&folder.get(form)) {
                Ok(Parsed::Public(file)) => file.comment,
                Ok(Parsed::Private(file)) => file.comment,
                other => return Err(format!("{form}: {other:?}")),
            };
            same(form, &String::from_utf8_lossy(&found), comment.as_str())?;
        }
        Ok(())
    });
}
