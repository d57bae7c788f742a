//! Keys in agents, in the window.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;

use crate::scene::Scene;
use crate::ssh_agent::SshAgent;
use keywright::app::Page;

impl Scene {
    fn show_agents(&mut self) {
        self.show_page("Agent");
        self.wait_for_agents();
    }

    fn wait_for_agents(&mut self) {
        let has_answered = |scene: &Self| {
            let agents = scene.window.state().app().agents.as_deref();
            agents.is_some_and(|agents| agents.job.is_none())
        };
        self.wait(has_answered);
    }
}

#[test]
fn the_open_key_is_given_to_an_agent_and_taken_away_in_the_window() {
    let mut scene = Scene::with_key();
    let agent = SshAgent::at(scene.folder.path().join("agent"));
    scene.desktop.has_agent(agent.socket());
    scene.show_agents();
    let place = agent.socket().display().to_string();
    assert!(scene.is_shown("It holds no keys."));
    assert!(scene.is_shown(&place));
    scene.window.check_accessibility();
    scene.click_radio("8 hours");
    scene.click(&format!("Add the open key to {place}"));
    scene.wait_for_agents();
    let listed = agent.listed();
    let line = listed.trim_end();
    assert!(line.ends_with("(ED25519)"), "{line}");
    let print = line.split(' ').nth(1).expect("a fingerprint");
    assert!(
        scene.is_shown(print) && scene.is_shown("ED25519"),
        "each by itself"
    );
    assert!(scene.says("Added the key to the agent for 8 hours."));
    scene.window.check_accessibility();
    scene.click(&format!("Remove from the agent: {line}"));
    scene.wait_for_agents();
    assert!(scene.is_shown("It holds no keys."));
    assert_eq!(agent.listed(), "The agent has no identities.\n");
    assert!(scene.dialog().is_none());
    assert_eq!(scene.window.state().app().page, Page::Agent);
}

#[test]
fn without_an_agent_the_window_says_how_to_start_one_and_fits_a_small_one() {
    let mut scene = Scene::of_size(450.0, 320.0);
    scene.show_agents();
    assert!(scene.says("No key agent was found."));
    assert!(
        scene
            .window
            .query_by_role_and_label(Role::Heading, "Agent")
            .is_some()
    );
    assert!(!scene.says("Add the open key"));
    scene.window.check_accessibility();
    scene.is_within(450.0);

    // One that is started later is found.
    let agent = SshAgent::at(scene.folder.path().join("agent"));
    scene.desktop.has_agent(agent.socket());
    scene.click("Look again");
    scene.wait_for_agents();
    assert!(scene.says("Open a private key, and an agent can be given it here."));
}
