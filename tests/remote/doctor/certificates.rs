//! What may be wrong with a certificate.

use super::Scene;

/// Somebody whose key has a certificate, which a server's authority has signed like this.
fn sign(scene: &Scene, authority: &str, validity: &str, more: &[&str]) {
    let tool = scene.person.home.tool("ssh-keygen");
    let tool = tool.args(["-q", "-s", authority, "-I", "jo's", "-V", validity]);
    let tool = more.iter().fold(tool, crate::tools::Tool::arg);
    tool.arg("new.pub").output().expect("a certificate");
}

#[test]
fn each_fault_of_a_certificate_has_its_name() {
    let scene = Scene::with("LogLevel DEBUG2\nTrustedUserCAKeys FOLDER/authority\n");
    scene.person.makes("stranger", "another authority");
    let line = scene.person.line("old");
    scene
        .server
        .folder()
        .put_with_mode("authority", line.as_bytes(), 0o644);
    let ask = || scene.asks(&["-i", "new", "-o", "IdentitiesOnly=yes"], &["--key", "new"]);
    let good = "always:forever";

    sign(&scene, "old", good, &["-n", "jo"]);
    ask().expect("works", "works", "works");
    for (validity, more, cause) in [
        ("20200101:20210101", &["-n", "jo"][..], "certificate-expired"),
        ("20400101:20410101", &["-n", "jo"], "certificate-not-yet-valid"),
        (good, &["-n", "al"], "certificate-principal"),
        (
            good,
            &["-n", "jo", "-O", "source-address=192.0.2.0/24"],
            "certificate-address",
        ),
    ] {
        sign(&scene, "old", validity, more);
        let told = ask();
        assert_eq!(told.log, cause, "{told:?}");
        assert_eq!(
            [told.v.as_str(), told.vv.as_str()],
            ["key-not-authorized"; 2],
            "{told:?}"
        );
    }
    sign(&scene, "stranger", good, &["-n", "jo"]);
    let told = ask();
    assert_eq!(told.log, "certificate-authority", "{told:?}");
}
