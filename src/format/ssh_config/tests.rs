//! What is looked up, and what a block leaves alone.

use super::*;

const FILE: &str = "# mine\nUser everywhere\nHost web *.example.org !bad.example.org\n  HostName %h.internal%%\n  \
    Port=2222\n  IdentityFile ~/.ssh/web\n  IdentitiesOnly yes\nInclude conf.d/*\nHost web\n  Port 22\n  \
    IdentityFile \"~/.ssh/my key\"\n  IdentityFile ~/.ssh/web\nMatch host *.internal% user everywhere\n  \
    ForwardAgent no\nMatch exec \"true\"\n  ProxyJump never\nMatch !originalhost web exec x\n  Tag never\n\
    Match all\n  IdentityFile ~/.ssh/last\n";

fn read(text: &str) -> Configuration {
    file(text).into()
}

fn file(text: &str) -> SshConfig {
    SshConfig::parse(text.as_bytes().to_vec()).unwrap()
}

#[test]
fn the_first_value_counts_and_keys_add_up() {
    let settings = read(FILE).lookup("web", "me");
    assert_eq!(settings.host_name("web"), "web.internal%");
    assert_eq!(settings.port(), Some(2222));
    assert_eq!(settings.user().as_deref(), Some("everywhere"));
    assert!(settings.identities_only());
    assert_eq!(
        settings.identity_files(),
        ["~/.ssh/web", "~/.ssh/my key", "~/.ssh/last"]
    );
    assert_eq!(settings.first("forwardagent"), Some(&b"no"[..]));
    assert_eq!(settings.first("ProxyJump"), None);
    assert_eq!(settings.undecided, [15]);
}

#[test]
fn a_host_that_is_excepted_or_not_named_gets_what_holds_for_all() {
    for alias in ["bad.example.org", "WEB", "other"] {
        let settings = read(FILE).lookup(alias, "me");
        assert_eq!(settings.host_name(alias), alias);
        assert_eq!(settings.port(), None);
        assert_eq!(settings.identity_files(), ["~/.ssh/last"]);
        assert!(!settings.identities_only());
    }
    assert_eq!(read(FILE).aliases(), ["web", "web"]);
}

#[test]
fn a_line_for_which_ssh_would_refuse_the_file_is_named() {
    let settings = read("Host *\nPort\n User \"a\nPort 7\r\n").lookup("x", "me");
    assert_eq!(settings.faults, [2, 3]);
    assert_eq!(settings.port(), Some(7));
}

fn block(file_name: &str) -> ManagedBlock {
    let all = Stanza::for_all().with("IdentityFile", file_name).unwrap();
    let one = Stanza::for_hosts(["web", "my host"]).unwrap();
    let one = one.with("HostName", "10.0.0.1").unwrap();
    ManagedBlock {
        stanzas: vec![one, all],
    }
}

#[test]
fn the_block_is_put_in_replaced_and_taken_out_and_nothing_else_changes() {
    for text in [
        FILE.to_owned(),
        FILE.replace('\n', "\r\n"),
        String::new(),
        "\u{feff}".to_owned() + FILE,
    ] {
        for place in [BlockPlace::Top, BlockPlace::End] {
            let mut config = file(&text);
            config.set_block(&block("~/.ssh/one"), place).unwrap();
            let first = config.clone();
            config.set_block(&block("~/.ssh/a b"), BlockPlace::Top).unwrap();
            let shown = String::from_utf8_lossy(config.as_bytes()).into_owned();
            assert_eq!(
                shown.matches("\n    IdentityFile \"~/.ssh/a b\"").count(),
                1,
                "{shown}"
            );
            assert!(
                !text.contains('\r') || !shown.replace("\r\n", "").contains('\n'),
                "{shown:?}"
            );
            let settings = Configuration::from(config.clone()).lookup("my host", "me");
            assert_eq!(settings.host_name("my host"), "10.0.0.1");
            config.set_block(&block("~/.ssh/one"), BlockPlace::End).unwrap();
            assert_eq!(config, first);
            assert_eq!(config.remove_block(), Ok(true));
            assert_eq!(config.as_bytes(), text.as_bytes());
            assert_eq!(config.remove_block(), Ok(false));
        }
    }
}

#[test]
fn lines_around_the_block_mean_what_they_meant() {
    for place in [BlockPlace::Top, BlockPlace::End] {
        let mut config = file("User me\nHost x\n  Port 7");
        let stanza = Stanza::for_hosts(["web"]).unwrap().with("User", "root").unwrap();
        let block = ManagedBlock {
            stanzas: vec![stanza],
        };
        config.set_block(&block, place).unwrap();
        let config = Configuration::from(config);
        assert_eq!(config.lookup("other", "u").user().as_deref(), Some("me"));
        assert_eq!(config.lookup("x", "u").port(), Some(7));
        assert_eq!(config.lookup("web", "u").port(), None);
    }
    let mut config = file("User me\n");
    let stanza = Stanza::for_hosts(["web"]).unwrap().with("User", "root").unwrap();
    config
        .set_block(
            &ManagedBlock {
                stanzas: vec![stanza],
            },
            BlockPlace::Top,
        )
        .unwrap();
    let config = Configuration::from(config);
    assert_eq!(config.lookup("web", "u").user().as_deref(), Some("root"));
}

#[test]
fn a_block_whose_marks_are_damaged_is_left_alone() {
    let mut config = file("a b\n");
    config.set_block(&block("x"), BlockPlace::End).unwrap();
    let whole = String::from_utf8(config.into_bytes()).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let last = lines.len() - 1;
    for (text, error) in [
        (lines[..last].join("\n"), BlockError::NoEnd { line: 2 }),
        (lines[2..].join("\n"), BlockError::NoBeginning { line: last - 1 }),
        (whole.repeat(2), BlockError::Second { line: last + 3 }),
    ] {
        let mut config = file(&text);
        assert_eq!(config.set_block(&block("y"), BlockPlace::Top), Err(error));
        assert_eq!(config.remove_block(), Err(error));
        assert_eq!(config.as_bytes(), text.as_bytes());
    }
}

#[test]
fn nothing_that_is_written_makes_a_line_of_its_own() {
    assert!(Stanza::for_all().with("User", "a\nProxyCommand x").is_err());
    assert!(Stanza::for_all().with("User x\nPort", "1").is_err());
    assert!(Stanza::for_hosts(["a\rb"]).is_err());
    assert!(Stanza::for_hosts([]).is_err());
}

#[test]
fn included_files_count_where_they_are_named() {
    let find = |name: &str| match name {
        "hosts" => read("Host web\n HostName inner").then(read("User late\n")),
        "plain" => read("Port 2222"),
        _ => Configuration::default(),
    };
    let config =
        file("Include hosts missing\nHost web\n Include plain\n User jo\nHost x\n Include hosts\n User x\n");
    let config = Configuration::with_included(&config, find);
    let web = config.lookup("web", "me");
    assert_eq!(
        (web.host_name("web"), web.port(), web.user()),
        ("inner".to_owned(), Some(2222), Some("late".to_owned()))
    );
    assert_eq!(config.lookup("x", "me").user(), Some("late".to_owned()));
    assert_eq!((config.count(), config.aliases().len()), (6, 4));
}

#[test]
fn what_is_included_for_one_host_counts_for_this_host_alone() {
    let find = |_: &str| read("User inner\nHost b\n Port 2\nHost *\n ForwardAgent no\n");
    let config = file("Host a b\n Include x\n Port 7\nHost c\n User outer\n");
    let config = Configuration::with_included(&config, find);
    for (alias, user, port, forward) in [
        ("a", Some("inner"), Some(7), true),
        ("b", Some("inner"), Some(2), true),
        ("c", Some("outer"), None, false),
    ] {
        let found = config.lookup(alias, "me");
        assert_eq!(
            (
                found.user().as_deref(),
                found.port(),
                found.first("forwardagent").is_some()
            ),
            (user, port, forward),
            "{alias}"
        );
    }
}

#[test]
fn what_is_final_is_read_when_the_rest_is_known() {
    let config = read(
        "Match final host *.inner\n User late\n Port 7\nHost web\n HostName web.inner\n Port 2\nMatch !final\n Tag first\n",
    );
    let web = config.lookup("web", "me");
    assert_eq!((web.user().as_deref(), web.port()), (Some("late"), Some(2)));
    assert!(web.undecided.is_empty());
    assert_eq!(web.first("tag"), Some(&b"first"[..]));
    assert_eq!(config.lookup("other", "me").user(), None);
}

#[test]
fn users_are_told_apart_by_case_and_hosts_are_not() {
    let config = read(
        "Match user Deploy host WEB*\n Port 7\nMatch localuser me tagged x\n Port 8\nMatch localuser Me\n Port 9\n",
    );
    let told = |user: &str| [Directive::new("User", user)];
    assert_eq!(config.lookup_as(&told("Deploy"), "web1", "me").port(), Some(7));
    assert_eq!(config.lookup_as(&told("deploy"), "web1", "me").port(), None);
    assert_eq!(
        config.lookup_as(&[Directive::new("Tag", "x")], "h", "me").port(),
        Some(8)
    );
}

#[test]
fn the_first_of_two_files_counts() {
    let both = read("Host web\n User jo").then(read("\u{feff}User root\nHashKnownHosts yes"));
    let web = both.lookup("web", "me");
    assert_eq!(
        (web.user(), web.says_yes("HashKnownHosts")),
        (Some("jo".to_owned()), true)
    );
    assert_eq!(both.lookup("x", "me").user(), Some("root".to_owned()));
    let parsed =
        read("UserKnownHostsFile a \"b c\"\nUserKnownHostsFile d\nProxyCommand = nc  -X \"%h\" # %p\n");
    let settings = parsed.lookup("x", "me");
    assert_eq!(
        settings.words("userknownhostsfile"),
        Some(&[b"a".to_vec(), b"b c".to_vec()][..])
    );
    assert_eq!(settings.rest("proxycommand"), Some(&b"nc  -X \"%h\" # %p"[..]));
}

#[test]
fn a_host_that_is_added_wins_and_all_that_follows_means_what_it_meant() {
    let stanza = Stanza::for_hosts(["web-1"]).unwrap();
    let stanza = stanza.with("User", "root").unwrap().with("Port", "22").unwrap();
    for text in [
        "",
        "Host *\n User me\n Port 7\n",
        "# mine\n\nUser me\nPort 7\nHost x\n",
        "Match all\r\n User me\r\n Port 7\r\n",
        "User me\nPort 7",
    ] {
        let mut config = file(text);
        config.add_host(&stanza);
        let shown = String::from_utf8_lossy(config.as_bytes()).into_owned();
        assert!(shown.ends_with(text), "{shown:?}");
        assert!(
            !text.contains('\r') || !shown.replace("\r\n", "").contains('\n'),
            "{shown:?}"
        );
        let of = |config: &SshConfig, name: &str| Configuration::from(config.clone()).lookup(name, "u");
        let web = of(&config, "web-1");
        assert_eq!(
            (web.user().as_deref(), web.port()),
            (Some("root"), Some(22)),
            "{shown}"
        );
        let mut without = config.clone();
        assert!(!without.remove_host("web-1", &["User"]), "{shown}");
        assert!(without.remove_host("WEB-1", &["User", "Port"]), "{shown}");
        let left = String::from_utf8_lossy(without.as_bytes()).into_owned();
        assert!(
            [text.to_owned(), format!("Host *\n{text}")].contains(&left),
            "{left:?}"
        );
        assert!(!without.remove_host("web-1", &["User", "Port"]));
        let (other, before) = (of(&config, "other"), of(&file(text), "other"));
        assert_eq!(
            (other.user(), other.port()),
            (before.user(), before.port()),
            "{shown}"
        );
    }
}

#[test]
fn lines_about_a_host_that_say_more_or_are_about_others_as_well_are_not_taken_out() {
    for text in [
        "Host web-1\n User root\n\n Compression yes\n",
        "Host web-1\n User root\n # mine\n Compression yes\nHost x\n",
        "Host web-1 web-2\n User root\n",
        "Host web-1\n User root\n Port \"22\n",
        "Match host web-1\n User root\n",
    ] {
        let mut config = file(text);
        assert!(!config.remove_host("web-1", &["User", "Port"]), "{text}");
        assert_eq!(config.as_bytes(), text.as_bytes());
    }
    for (text, left) in [
        ("\u{feff}Host web-1\n User root\n", "\u{feff}"),
        (
            "Host a\n Port 1\n\nHost web-1\n User root\n# b\nHost b\n",
            "Host a\n Port 1\n\n# b\nHost b\n",
        ),
        ("Host web-1\n User root\n\n\nMatch all\n", "\nMatch all\n"),
    ] {
        let mut config = file(text);
        assert!(config.remove_host("web-1", &["User", "Port"]), "{text}");
        assert_eq!(String::from_utf8_lossy(config.as_bytes()), left);
    }
}
