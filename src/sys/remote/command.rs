//! Running commands on a server that one has signed in to (RFC 4254 §6), and what else can be done there.

use russh::client::Msg;
use russh::{Channel, ChannelMsg};

use super::client::named;
use super::connection::{Connection, Outcome, is_granted};
use super::{Files, Output, Remote, RemoteFault, SftpFiles, Step};
use crate::key::watch::Watch;

/// As much as a command may say, in bytes: the longest list of keys, and some room.
pub const MAX_OUTPUT: usize = 17 << 20;
/// As much as is kept of what a command complains, in bytes.
const MAX_COMPLAINTS: usize = 64 << 10;

impl Remote for Connection {
    fn run(&mut self, command: &'static str, input: &[u8], watch: &dyn Watch) -> Result<Output, RemoteFault> {
        let step = Step::Command;
        if let Some(endless) = self.endless {
            return Err(endless.at(step));
        }
        self.in_session(step, watch, async |mut channel| {
            let asked = channel.exec(true, command).await;
            asked.map_err(|error| named(step, error))?;
            if !is_granted(&mut channel, step).await? {
                return Err(RemoteFault::NoCommands);
            }
            converse(channel, input).await
        })
    }

    fn files<'a>(&'a mut self, watch: &'a dyn Watch) -> Result<Box<dyn Files + 'a>, RemoteFault> {
        let opened = self.open_files(watch)?;
        Ok(Box::new(SftpFiles::on(self, opened, watch)))
    }
}

impl Outcome for Output {}

/// Gives a command its input, and takes what it says until it ends.
async fn converse(channel: Channel<Msg>, input: &[u8]) -> Result<Output, RemoteFault> {
    let (mut ear, mouth) = channel.split();
    let speaking = async {
        // A command may end before it has read all; how it ended tells the rest.
        if mouth.data(input).await.is_ok() {
            drop(mouth.eof().await);
        }
    };
    tokio::pin!(speaking);
    let mut has_spoken = false;
    let mut complained = 0;
    let mut output = Output::default();
    loop {
        let heard = tokio::select! {
            () = &mut speaking, if !has_spoken => {
                has_spoken = true;
                continue;
            }
            heard = ear.wait() => heard,
        };
        match heard {
            Some(ChannelMsg::Data { data }) => {
                if output.stdout.len() + data.len() > MAX_OUTPUT {
                    return Err(RemoteFault::TooMuchOutput { max: MAX_OUTPUT });
                }
                output.stdout.extend_from_slice(&data);
            }
            Some(ChannelMsg::ExtendedData { data, ext: 1 }) => {
                complained += data.len();
                if complained > MAX_OUTPUT {
                    return Err(RemoteFault::TooMuchOutput { max: MAX_OUTPUT });
                }
                let room = MAX_COMPLAINTS - output.stderr.len();
                output.stderr.extend_from_slice(data.get(..room).unwrap_or(&data));
            }
            Some(ChannelMsg::ExitStatus { exit_status }) => output.status = Some(exit_status),
            Some(ChannelMsg::Close) => return Ok(output),
            Some(_) => {}
            None => {
                return Err(RemoteFault::Closed {
                    step: Step::Command,
                    said: None,
                });
            }
        }
    }
}
