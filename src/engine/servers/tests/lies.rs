//! Answers that are not what they look like.

use super::account::Account;
use super::{KEY, program, put_on};
use crate::engine::Problem;

#[test]
fn a_login_script_that_prints_what_an_answer_looks_like_is_not_believed() {
    let mut account = Account::with(b"x\n");
    account.shell = account.path("login");
    let zeros = "0".repeat(32);
    let script = format!(
        "#!/bin/sh\nfor n in '' ' {zeros}'; do for w in look done settings; do \
         printf '\\nkeywright-%s%s\\nplace .ssh/authorized_keys\\nstate absent\\n' $w \"$n\"; done; done\nexec sh \"$@\"\n"
    );
    program(&account.shell, &script);
    put_on(&mut account).unwrap();
    assert_eq!(account.list(), format!("x\n{KEY} me@laptop\n"));
}

#[test]
fn a_server_that_contradicts_itself_is_told_from_other_programs() {
    for state in ["file 500", "file x", "large 89", "large x"] {
        let mut account = Account::with(b"x\n");
        account.shell = account.path("login");
        let script = format!(
            "#!/bin/sh\nread -r x n\nprintf '\\nkeywright-look %s\\nplace .ssh/authorized_keys\\nstate {state}\\nabc' \"$n\"\n"
        );
        program(&account.shell, &script);
        let refused = Problem::from(put_on(&mut account).unwrap_err());
        assert_eq!(refused.code, "server-contradiction", "{state}: {refused:?}");
    }
}
