//! A key was asked for that can be broken.

use egui::Ui;

use super::{Scene, paragraph_ui};
use crate::app::Command;
use crate::key::spec::{KeySpec, RsaBits};

pub(super) fn weak_key_ui(ui: &mut Ui, spec: KeySpec, scene: &mut Scene<'_>) {
    let (what, when, better) = match spec {
        KeySpec::Dsa => (
            "DSA is obsolete: its keys of 1024 bits can be broken by whoever has the means, and OpenSSH no longer knows them since version 10.".to_owned(),
            "It only makes sense for a device so old that it takes nothing else.",
            KeySpec::Ed25519,
        ),
        KeySpec::Rsa(_)
        | KeySpec::Ed25519
        | KeySpec::Ecdsa(_)
        | KeySpec::Ed448
        | KeySpec::MlDsa44Ed25519 => (
            format!(
                "Keys shorter than {} bits are not recommended: they can be broken, and OpenSSH refuses them unless it is told otherwise.",
                RsaBits::MIN
            ),
            "It only makes sense for a device so old that it takes nothing longer.",
            KeySpec::Rsa(RsaBits::default()),
        ),
    };
    paragraph_ui(ui, what);
    paragraph_ui(ui, when);
    let instead = match better {
        KeySpec::Rsa(bits) => format!("Make {bits} bits instead"),
        other => format!("Make {other} instead"),
    };
    let anyway = format!("Make {spec} all the same");
    match scene.buttons_ui(ui, scene.is_new, &[&instead, &anyway, "Cancel"]) {
        Some(0) => scene.out.push(Command::Generate(better)),
        Some(1) => scene.out.push(Command::Generate(spec)),
        Some(_) => scene.out.push(Command::CloseDialog),
        None => {}
    }
}

pub(super) fn title(spec: KeySpec) -> &'static str {
    match spec {
        KeySpec::Dsa => "Make a DSA key?",
        _ => "Make such a short key?",
    }
}
