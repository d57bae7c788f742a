//! `provider`: checked before it is given away, and nothing is sent to anybody.

use crate::support::Home;

#[test]
fn each_provider_is_listed_with_what_it_takes_and_since_when_that_is_known() {
    let home = Home::new();
    let ran = home.run(&["provider", "list"]);
    ran.expect_status(0);
    for code in [
        "github",
        "gitlab",
        "azure-devops",
        "jumpcloud",
        "invapi",
        "cloud-init",
        "sh",
        "powershell",
    ] {
        assert!(
            ran.out.lines().any(|line| line.starts_with(&format!("{code} "))),
            "{code}"
        );
    }
    assert!(ran.err.contains("as of "), "{}", ran.err);
    for object in home.run(&["provider", "list", "--json"]).objects() {
        assert!(
            object["takes"].is_string() && object["source"].is_string(),
            "{object}"
        );
        assert!(
            object["as_of"].is_string() && object["steps"].is_array(),
            "{object}"
        );
    }
}

#[test]
fn what_is_pasted_goes_to_standard_output_and_what_to_do_beside_it() {
    let home = Home::with_key();
    let ran = home.run(&["provider", "show", "github", "key"]);
    ran.expect_status(0);
    assert_eq!(ran.out, home.read("key.pub"));
    assert!(
        ran.err.contains("https://github.com/settings/ssh/new"),
        "{}",
        ran.err
    );
    let quiet = home.run(&["provider", "show", "cloud-init", "key.pub", "-q"]);
    assert_eq!((quiet.status, quiet.err.as_str()), (Some(0), ""));
    let line = home.read("key.pub");
    assert_eq!(
        quiet.out,
        format!("#cloud-config\nssh_authorized_keys:\n  - '{}'\n", line.trim_end())
    );
    let object = home.object(&["provider", "show", "gitlab", "key.pub"]);
    assert_eq!(object["text"], line.trim_end());
}

#[test]
fn a_key_that_is_not_taken_is_refused_before_it_is_pasted() {
    let home = Home::with_key();
    let ran = home.run(&["provider", "show", "azure-devops", "key.pub", "--json"]);
    ran.expect_error(1, "provider-refuses");
    assert!(
        ran.err.contains("Azure DevOps does not take ED25519 keys"),
        "{}",
        ran.err
    );
    let words = [
        "generate",
        "-t",
        "rsa",
        "-b",
        "2048",
        "-o",
        "rsa",
        "--no-passphrase",
    ];
    home.run(&words).expect_status(0);
    home.run(&["provider", "show", "azure-devops", "rsa"])
        .expect_status(0);
    home.run(&["provider", "show", "nobody", "key.pub", "--json"])
        .expect_error(2, "usage");
}
