//! What ends it, of what a server has said to the keys that are here.

use std::path::{Path, PathBuf};

use super::super::about::About;
use super::super::cause::Cause;
use super::super::mend::Mend;
use super::super::verdict::Verdict;
use super::Visit;
use crate::engine::command_line::foreign_word;
use crate::engine::keys::{Inventory, Key};
use crate::engine::saving::file_beside;
use crate::engine::servers::{Asked, Heard, Identity};
use crate::key::watch::Unwatched;

/// As many keys are asked about that ssh would not offer: each may count as an attempt.
const MOST_OTHERS: usize = 5;

impl Visit {
    /// With the mend that this key is named for the server, and no other one is tried there.
    pub(super) fn with_one_key(&self, verdict: Verdict, heard: &Heard) -> Verdict {
        let mut verdict = verdict;
        if let (Some(file), Some(fix)) = (self.file_of(heard), &mut verdict.fix) {
            // Which key it is is known here.
            let word = foreign_word(&self.whose.short(&file));
            let named = fix.command.take().zip(word);
            fix.command = named.map(|(command, word)| command.replacen(" FILE", &format!(" {word}"), 1));
            let alias = self.target.alias().to_owned();
            fix.mend = Some(Mend::OneKey { alias, file }).filter(|_| self.is_usual_config);
            // Nothing is to be added to another configuration, and an empty agent takes what it is given.
            if verdict.cause == Cause::AgentEmpty && fix.mend.is_none() {
                fix.mend = self.hand_to_agent(heard);
            }
        }
        verdict
    }

    /// The mend that a key is put into the agent, where its file can be opened.
    pub(super) fn hand_to_agent(&self, heard: &Heard) -> Option<Mend> {
        let agent = self.agents.first()?.place().to_owned();
        let file = heard.file.clone()?;
        let is_open = matches!(heard.asked, Asked::In | Asked::Partial);
        is_open.then_some(Mend::IntoAgent {
            file,
            agent,
            is_locked: false,
        })
    }

    /// The file of a key, also of one that an agent holds, where it is here.
    pub(super) fn file_of(&self, heard: &Heard) -> Option<PathBuf> {
        heard.file.clone().or_else(|| {
            let inventory = Inventory::read(&self.whose, &[], &Unwatched);
            let mut keys = inventory.keys.iter();
            let key = keys.find(|key| key.described.public.is_some() && key.described.public == heard.public);
            key.and_then(Key::main_file).map(Path::to_owned)
        })
    }

    /// The command that puts this key into the server's list.
    pub(super) fn install(&self, heard: &Heard) -> Option<String> {
        let file = self.file_of(heard)?;
        let public = file_beside(&file);
        let file = if public.is_file() { public } else { file };
        let file = foreign_word(&self.whose.short(&file))?;
        let About { user, host, port, .. } = self.about();
        let (user, host) = (foreign_word(&user?)?, foreign_word(&host?)?);
        let port = port.map(|port| format!(" -p {port}")).unwrap_or_default();
        Some(format!("keywright-cli install{port} {user}@{host} -k {file}"))
    }

    /// Keys that are here, and that ssh would not offer there.
    pub(super) fn others(&self) -> Vec<Identity> {
        let inventory = Inventory::read(&self.whose, &[], &Unwatched);
        let files = inventory.keys.iter().filter_map(Key::main_file);
        let named = files.filter_map(|path| Identity::named(path, &self.agents).ok().flatten());
        named.take(MOST_OTHERS).collect()
    }
}
