//! Keys in agents, without a window.

use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use crate::scene::Scene;
use crate::ssh_agent::SshAgent;
use keywright::app::Page;
use keywright::app::command::Command as Ask;
use keywright::app::dialog::{Agents, Keep};

const NO_KEYS: &str = "The agent has no identities.\n";

impl Scene {
    fn with_agent(&self) -> SshAgent {
        let agent = SshAgent::at(self.path("agent"));
        self.desktop.has_agent(agent.socket());
        agent
    }

    #[track_caller]
    fn agents(&mut self) -> &mut Agents {
        self.app.agents.as_deref_mut().expect("agents are shown")
    }

    fn ask_agents(&mut self, command: Ask) {
        self.ask(command);
        self.wait(|app| app.agents.as_deref().is_some_and(|agents| agents.job.is_none()));
    }

    /// The lines of the one agent.
    fn held(&mut self) -> Vec<String> {
        let shown = self.agents().shown.as_ref().expect("it has answered");
        let [shown] = &shown.as_ref().expect("there is an agent")[..] else {
            panic!("not one agent");
        };
        let entries = shown.entries.as_ref().expect("it lists its keys");
        entries.iter().map(|entry| entry.line.clone()).collect()
    }
}

#[test]
fn the_open_key_is_handed_to_an_agent_and_taken_away_again() {
    let mut scene = Scene::with_saved_key();
    let agent = scene.with_agent();
    scene.ask_agents(Ask::ShowPage(Page::Agent));
    assert!(scene.held().is_empty());
    scene.ask_agents(Ask::AddToAgent(0));
    let held = scene.held();
    assert_eq!(agent.listed(), format!("{}\n", held.join("\n")));
    assert!(held[0].ends_with(" (ED25519)"), "{held:?}");
    let comment = scene.document().draft.comment.clone();
    assert!(held[0].contains(&comment), "{held:?}");
    assert_eq!(scene.app.status.text, "Added the key to the agent.");
    scene.ask_agents(Ask::RemoveFromAgent { agent: 0, entry: 0 });
    assert!(scene.held().is_empty());
    assert_eq!(agent.listed(), NO_KEYS);
    // What is there no more cannot be removed.
    scene.ask_agents(Ask::RemoveFromAgent { agent: 0, entry: 0 });
    assert!(scene.agents().problem.is_none());
}

#[test]
fn an_agent_that_cannot_hold_the_key_is_heard() {
    let mut scene = Scene::new();
    scene.make(keywright::key::spec::KeySpec::Ed448);
    let agent = scene.with_agent();
    scene.ask_agents(Ask::ShowPage(Page::Agent));
    scene.agents().keep = Keep::ALL[1];
    scene.ask_agents(Ask::AddToAgent(0));
    let problem = scene.agents().problem.clone().expect("it refused");
    assert_eq!(problem.code, "agent-refused");
    assert!(!problem.hint.is_empty());
    assert_eq!(agent.listed(), NO_KEYS);
}

#[test]
fn without_an_agent_it_is_said_how_to_start_one() {
    let mut scene = Scene::new();
    scene.ask_agents(Ask::ShowPage(Page::Agent));
    let Some(Err(problem)) = &scene.agents().shown else {
        panic!("there is an agent");
    };
    assert_eq!(problem.code, "agent-none");
    assert!(problem.hint.contains("ssh-agent"), "{}", problem.hint);
}

#[test]
fn an_agent_that_hangs_holds_up_neither_the_program_nor_its_dialog() {
    let mut scene = Scene::with_key();
    let _listener = UnixListener::bind(scene.path("agent")).expect("a socket");
    scene.desktop.has_agent(scene.path("agent"));
    let begun = Instant::now();
    scene.ask(Ask::ShowPage(Page::Agent));
    scene.app.poll();
    assert!(scene.agents().job.is_some() && scene.agents().shown.is_none());
    scene.ask(Ask::AddToAgent(0));
    scene.ask(Ask::CloseDialog);
    scene.app.poll();
    assert!(scene.app.dialog.is_none());
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    scene.ask_agents(Ask::ShowPage(Page::Agent));
    let Some(Ok(shown)) = &scene.agents().shown else {
        panic!("it was not found");
    };
    let problem = shown[0].entries.as_ref().expect_err("it never answers");
    assert_eq!(problem.code, "agent-timeout");
}
