//! What can be typed, what the configuration makes of it, and what is refused.

use super::*;
use crate::format::ssh_config::SshConfig;

fn config(text: &str) -> Configuration {
    SshConfig::parse(text.as_bytes().to_vec()).unwrap().into()
}

fn target(text: &str) -> Result<Target, TargetError> {
    Target::parse(text, &config(""), "me")
}

#[test]
fn a_target_is_read_in_each_of_its_spellings() {
    for (text, user, host, port) in [
        ("example.org", "me", "example.org", 22),
        (" root@example.org ", "root", "example.org", 22),
        ("root@example.org:2222", "root", "example.org", 2222),
        ("ssh://root@example.org:2222/", "root", "example.org", 2222),
        ("a@b@example.org", "a@b", "example.org", 22),
        ("ssh://a%40b@example.org:99", "a@b", "example.org", 99),
        ("ssh://jo@[fe80::1%25eth0]:99", "jo", "fe80::1%eth0", 99),
        (r"CORP\jo@example.org", r"CORP\jo", "example.org", 22),
        ("root@::1", "root", "::1", 22),
        ("root@[fe80::1%eth0]:2222", "root", "fe80::1%eth0", 2222),
        ("[::1]", "me", "::1", 22),
    ] {
        let found = target(text).unwrap();
        assert_eq!(
            (found.user(), found.host(), found.port()),
            (user, host, port),
            "{text}"
        );
    }
}

#[test]
fn what_could_be_an_option_or_a_command_is_no_target() {
    use TargetError as E;
    for (text, fault) in [
        ("", E::NoHost),
        ("root@", E::NoHost),
        ("@example.org", E::NoUser),
        ("-oProxyCommand=x", E::Host("-oProxyCommand=x".to_owned())),
        ("root@-oProxyCommand=x", E::Host("-oProxyCommand=x".to_owned())),
        ("-l@example.org", E::User("-l".to_owned())),
        ("a -l@example.org", E::User("a -l".to_owned())),
        ("$(id)@example.org", E::User("$(id)".to_owned())),
        ("root@a;id", E::Host("a;id".to_owned())),
        ("root@a b", E::Host("a b".to_owned())),
        ("root@exämple.org", E::Host("exämple.org".to_owned())),
        ("root\u{202e}@example.org", E::User("root\u{202e}".to_owned())),
        ("root@host:0", E::Port),
        ("root@host:65536", E::Port),
        ("root@host:+22", E::Port),
        ("root@[::1", E::Port),
        ("root@[::1]22", E::Port),
        ("root@host/path", E::More),
        ("root@host:/etc", E::More),
        ("http://host", E::More),
        ("jo:geheim@host", E::Password),
        ("ssh://jo:geheim@host:22/", E::Password),
        ("jo:a/b@c@host", E::Password),
        ("jo:geheim@", E::Password),
        (":geheim@host", E::Password),
    ] {
        assert_eq!(target(text), Err(fault), "{text}");
    }
}

#[test]
fn a_password_that_was_typed_is_not_shown() {
    for (text, shown) in [
        ("jo:geheim@host:22", "jo@host:22"),
        ("ssh://jo:geheim@host", "host"),
        ("jo:a@b:c@host", "jo@host"),
        ("jo@host:22", "jo@host:22"),
        ("::1", "::1"),
    ] {
        assert_eq!(without_password(text), shown);
    }
}

#[test]
fn what_is_told_counts_before_the_configuration_and_goes_along() {
    let config = config("Host web\n User deploy\n Port 2222\n IdentityFile ~/a\n");
    let told = [
        Directive::new("Port", "99"),
        Directive::new("User", "jo"),
        Directive::new("IdentityFile", "/b"),
    ];
    let reader = Reader {
        config: &config,
        local_user: "me",
        asks_ssh: false,
    };
    let found = reader.target("web", &told, 0).unwrap();
    assert_eq!(found.to_string(), "jo@web:99");
    assert_eq!(found.settings().identity_files(), ["/b", "~/a"]);
    assert_eq!(found.words("-p"), ["-o", "identityfile=/b", "-p", "99", "jo@web"]);
    assert!(reader.target("jo@web:99", &told, 0).is_ok());
    let named = config.clone().named_as("/etc/other config");
    let found = Target::parse("web", &named, "me").unwrap();
    assert_eq!(found.words("-p")[..2], ["-F", "/etc/other config"]);
    let twice = |text| reader.target(text, &told, 0);
    assert_eq!(twice("root@web"), Err(TargetError::Twice("users")));
    assert_eq!(twice("jo@web:22"), Err(TargetError::Twice("ports")));
}

#[cfg(unix)]
#[test]
fn files_are_named_by_the_tokens_that_ssh_knows() {
    let found = Target::parse("jo@web:99", &config(""), "me").unwrap();
    let user = rustix::process::getuid().as_raw();
    let name = rustix::system::uname().nodename().to_str().unwrap().to_owned();
    let short = name.split('.').next().unwrap().to_owned();
    for (word, expected) in [
        ("/k-%i-%h-%p-%r-%n-%%", format!("/k-{user}-web-99-jo-web-%")),
        ("/k-%l-%L", format!("/k-{name}-{short}")),
    ] {
        assert_eq!(found.file(word), Some(expected.into()), "{word}");
    }
    assert_eq!(found.file("/k-%C"), None);
}

#[test]
fn the_configuration_says_what_was_not_typed() {
    let config = config(
        "Host web\n HostName web.example.org\n User deploy\n Port 2222\nHost old\n HostKeyAlias web\n",
    );
    let found = Target::parse("web", &config, "me").unwrap();
    assert_eq!(found.to_string(), "deploy@web.example.org:2222");
    assert_eq!(found.host_name().as_str(), "[web.example.org]:2222");
    assert_eq!(found.words("-p"), ["deploy@web"]);
    let found = Target::parse("root@web:22", &config, "me").unwrap();
    assert_eq!(found.to_string(), "root@web.example.org");
    assert_eq!(found.words("-P"), ["-P", "22", "root@web"]);
    let found = Target::parse("old:99", &config, "me").unwrap();
    assert_eq!(found.host_name().as_str(), "web");
}

#[test]
fn what_the_configuration_says_about_a_user_counts_for_the_one_that_was_typed() {
    let config = config("Match user root\n Port 2222\nMatch host web\n User deploy\n");
    for (text, shown) in [
        ("root@web", "root@web:2222"),
        ("jo@web", "jo@web"),
        ("web", "deploy@web"),
    ] {
        assert_eq!(Target::parse(text, &config, "me").unwrap().to_string(), shown);
    }
}

#[test]
fn a_file_may_have_another_name_for_each_server() {
    let target = Target::parse(
        "jo@web:99",
        &config("Host web\n HostName web.example.org\n"),
        "me",
    );
    let file = |word: &str| target.as_ref().unwrap().file(word);
    let named = PathBuf::from("/k/web.example.org-web-99-jo%");
    assert_eq!(file("/k/%h-%n-%p-%r%%"), Some(named));
    assert_eq!(file("/k/%C"), None);
    assert_eq!(file("%d/x"), file("~/x"));
}

#[test]
fn an_agent_is_the_usual_one_none_or_one_that_is_named() {
    let home = home().unwrap();
    for (said, place) in [
        ("", AgentPlace::Usual),
        ("IdentityAgent SSH_AUTH_SOCK\n", AgentPlace::Usual),
        ("IdentityAgent none\n", AgentPlace::Nowhere),
        ("IdentityAgent $KEYWRIGHT_NOT_SET\n", AgentPlace::Nowhere),
        ("IdentityAgent $HOME\n", AgentPlace::At(home.clone())),
        (
            "IdentityAgent \"~/my agent/%h.${HOME}\"\n",
            AgentPlace::At(home.join(format!("my agent/h.{}", home.display()))),
        ),
    ] {
        let target = Target::parse("h", &config(said), "me").unwrap();
        assert_eq!(target.agent(), place, "{said}");
    }
}

#[test]
fn a_configuration_cannot_smuggle_in_what_could_not_be_typed() {
    let config = config("Host a\n HostName -oX\nHost b\n User $(id)\n");
    let host = Target::parse("a", &config, "me");
    assert_eq!(host, Err(TargetError::Host("-oX".to_owned())));
    let user = Target::parse("b", &config, "me");
    assert_eq!(user, Err(TargetError::User("$(id)".to_owned())));
}

#[test]
fn the_way_to_a_host_leads_where_ssh_would_go() {
    let config = config(
        "Host inner\n ProxyJump jo@gate:99,second\nHost x\n ProxyCommand nc \"%h\" %p %%\nHost y\n ProxyJump none\n\
        Host gate\n ProxyJump first\nHost second\n ProxyJump elsewhere\n User two\nHost loop\n ProxyJump loop\n\
        Host odd\n ProxyJump a;b\nHost token\n ProxyCommand nc %Q\nHost *\n HostName %h.example.org\n",
    );
    let route = |alias: &str| -> Result<Vec<String>, TargetError> {
        let target = Target::parse(alias, &config, "me")?;
        Ok(target.route().iter().map(ToString::to_string).collect())
    };
    assert_eq!(
        route("inner").unwrap(),
        [
            "me@first.example.org",
            "jo@gate.example.org:99",
            "two@second.example.org",
            "me@inner.example.org"
        ]
    );
    let x = Target::parse("x", &config, "me").unwrap();
    assert_eq!(*x.way(), Way::Command("nc \"x.example.org\" 22 %".to_owned()));
    assert_eq!(*Target::parse("y", &config, "me").unwrap().way(), Way::Direct);
    assert_eq!(route("loop"), Err(TargetError::Loop("loop".to_owned())));
    for (alias, keyword) in [("odd", "ProxyJump"), ("token", "ProxyCommand")] {
        let refused = route(alias);
        assert!(
            matches!(&refused, Err(TargetError::Way { keyword: found, .. }) if *found == keyword),
            "{refused:?}"
        );
    }
}

#[test]
fn a_target_is_shown_so_that_it_can_be_typed_again() {
    for text in ["me@example.org", "me@example.org:99", "me@[::1]:99", "me@::1"] {
        let shown = target(text).unwrap().to_string();
        assert_eq!(shown, text);
        assert_eq!(target(&shown), target(text));
    }
}
