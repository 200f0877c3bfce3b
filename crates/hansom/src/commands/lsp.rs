//! `hansom lsp`: the standards in an editor, as a language server.
//!
//! The protocol is spoken by hand: the libraries for it end at the first message that is no JSON, and reserve whatever
//! memory a message's header asks for.

mod actions;
mod desk;
mod hover;
mod measure;
mod session;
mod wire;

use std::{
    io::Write,
    sync::mpsc::{RecvTimeoutError, sync_channel},
    time::{Duration, Instant},
};

use clap::Args;
use serde_json::Value;

use self::{
    session::{Next, Session},
    wire::Arrival,
};
use crate::failure::Failure;

/// Messages that may wait; then the editor waits.
const WAITING: usize = 64;

/// Serve an editor over standard input and output: findings while you type, a rule's page where the cursor is, fixes.
#[derive(Args)]
#[command(
    after_help = "Example (Neovim):\n  vim.lsp.config('hansom', { cmd = { 'hansom', 'lsp' }, filetypes = { 'yaml', 'json' } })\n\n\
    Initialisation options: { \"profile\": NAME|FILE, \"ruleset\": FILE, \"manifest\": FILE|false }"
)]
pub(crate) struct Lsp {
    /// Many editors ask for it; there is no other way to talk.
    #[arg(long)]
    stdio: bool,
}

impl Lsp {
    /// Serves until the editor says goodbye.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let (sender, receiver) = sync_channel(WAITING);
        // Ends with the process; a read from standard input cannot be called off.
        std::thread::spawn(move || {
            let mut input = std::io::stdin().lock();
            loop {
                let arrival = wire::receive(&mut input);
                let last = matches!(arrival, Arrival::End | Arrival::Lost(_));
                if sender.send(arrival).is_err() || last {
                    return;
                }
            }
        });
        let mut session = Session::default();
        loop {
            let patience = session.due().map(|due| due.saturating_duration_since(Instant::now()));
            let arrival = match receiver.recv_timeout(patience.unwrap_or(Duration::from_secs(3600))) {
                Ok(arrival) => arrival,
                Err(RecvTimeoutError::Timeout) => {
                    send(session.catch_up(Instant::now()))?;
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => Arrival::End,
            };
            let (answers, next) = session.take(arrival, Instant::now());
            send(answers)?;
            match next {
                Next::Go => {}
                Next::End => return Ok(()),
                // The protocol's word for an end that was not announced.
                Next::Abandoned => return Err(Failure::refused("the editor went away without saying so")),
            }
        }
    }
}

fn send(messages: Vec<Value>) -> Result<(), Failure> {
    let mut output = std::io::stdout().lock();
    for message in messages {
        let sent = wire::send(&mut output, &message).and_then(|()| output.flush());
        sent.map_err(|error| Failure::refused(format!("the editor does not listen any more: {error}")))?;
    }
    Ok(())
}
