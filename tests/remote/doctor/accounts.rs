//! What the server's settings say about accounts and keys.

use super::Scene;

const SSH: [&str; 4] = ["-i", "new", "-o", "IdentitiesOnly=yes"];
const KEY: [&str; 2] = ["--key", "new"];

fn with(lines: &str) -> Scene {
    let scene = Scene::with(lines);
    scene.server.authorize(&scene.person.line("new"));
    scene
}

#[test]
fn an_account_that_is_not_there_or_not_allowed_is_told() {
    let scene = with("UsePAM yes\nAllowUsers jo\n");
    let told = scene.asks_as("nobody-of-this-name", &SSH, &KEY);
    told.expect("key-not-authorized", "key-not-authorized", "account-unknown");
    let told = scene.asks_as("root", &SSH, &KEY);
    told.expect("key-not-authorized", "key-not-authorized", "account-not-allowed");

    // Nothing opens root where the server looks for passwords, and without PAM that locks it.
    let scene = with("DenyUsers jo\n");
    let told = scene.asks_as("root", &SSH, &KEY);
    told.expect("key-not-authorized", "key-not-authorized", "account-locked");
    let told = scene.asks(&SSH, &KEY);
    told.expect("key-not-authorized", "key-not-authorized", "account-not-allowed");
}

#[test]
fn a_server_that_takes_no_keys_or_wants_more_is_told() {
    let scene = with("PubkeyAuthentication no\nUsePAM no\nPasswordAuthentication yes\n");
    let told = scene.asks(&SSH, &KEY);
    told.expect("keys-disabled", "keys-disabled", "");

    let scene = with("AuthenticationMethods publickey,password\nUsePAM no\nPasswordAuthentication yes\n");
    let told = scene.asks(&SSH, &KEY);
    told.expect("more-wanted", "more-wanted", "more-wanted");
}

#[test]
fn keys_that_are_revoked_or_of_another_type_are_told() {
    let scene = with("RevokedKeys FOLDER/revoked\n");
    let revoked = scene.person.line("new");
    scene
        .server
        .folder()
        .put_with_mode("revoked", revoked.as_bytes(), 0o644);
    let told = scene.asks(&SSH, &KEY);
    told.expect("key-not-authorized", "key-not-authorized", "key-revoked");

    let scene = with("PubkeyAcceptedAlgorithms rsa-sha2-512\n");
    let told = scene.asks(&SSH, &KEY);
    assert_eq!(told.log, "key-type-server", "{told:?}");
    assert_eq!(told.v, told.vv, "{told:?}");
}

#[test]
fn accounts_and_passwords_that_are_over_are_told() {
    let scene = with("UsePAM yes\n");
    scene.server.set_ages("19000:0:99999:7::1:");
    let told = scene.asks(&SSH, &KEY);
    told.expect("account-expired", "account-expired", "account-not-allowed");
    scene.server.set_ages("0:0:99999:7:::");
    let told = scene.asks(&SSH, &KEY);
    told.expect("password-expired", "password-expired", "");
}
