//! Who left a group since the directory was last asked?
//!
//! Everybody who signed in within a month is asked for again before what was told is five minutes old, one after the other, by
//! one node of all that share a database. A directory that is silent three times in a row is left alone until the next round,
//! and what it told last holds for a bounded while.

use std::time::Duration;

use hansom_control::Control;
use hansom_oauth::{SignIn, SignInError};
use hansom_store::PersonRow;

use crate::readiness::Readiness;

/// From one round to the next.
const PAUSE: Duration = Duration::from_secs(10);
/// The most people of one round.
const MOST_PEOPLE: u16 = 500;
/// So many silences in a row are one of the directory, not of a person's.
const SILENCES: usize = 3;

/// Asks, again and again.
pub(crate) async fn run(control: Control, sign_in: SignIn, readiness: Readiness) {
    let holder = control.chance().hex(16);
    let mut was_silent = false;
    loop {
        tokio::time::sleep(PAUSE).await;
        match round(&control, &sign_in, &holder).await {
            Ok(None) => {
                readiness.note("directory", None);
                was_silent = false;
            }
            Ok(Some(why)) => {
                // One line per outage, not one per try.
                if !was_silent {
                    tracing::warn!(why = %why, "the directory is silent; what it told last holds for a while");
                }
                let note = format!("the directory is silent: {why}; what it told last holds for a while");
                readiness.note("directory", Some(note));
                was_silent = true;
            }
            Err(error) => {
                tracing::warn!(error = error.private().unwrap_or_default(), "groups could not be refreshed");
            }
        }
    }
}

/// One round; why the directory was silent, if it was.
async fn round(control: &Control, sign_in: &SignIn, holder: &str) -> Result<Option<String>, hansom_control::Error> {
    let mut people = control.people_to_refresh(holder, MOST_PEOPLE).await?;
    if people.is_empty() {
        return Ok(None);
    }
    // The same few whom the directory cannot tell of must not keep it from being asked for the others.
    let first = usize::from(u16::from_le_bytes(control.chance().bytes())) % people.len();
    people.rotate_left(first);
    let mut silent: Vec<PersonRow> = vec![];
    let (mut in_a_row, mut why) = (0, None);
    for person in people {
        if in_a_row >= SILENCES {
            silent.push(person);
            continue;
        }
        match sign_in.refresh_groups(&person.id).await {
            Ok(_) => in_a_row = 0,
            Err(SignInError::Directory(error)) => {
                in_a_row += 1;
                why = Some(error.to_string());
                silent.push(person);
            }
            Err(SignInError::Control(error)) => return Err(error),
            Err(other) => {
                tracing::warn!(person = %person.id, error = %other, "a person's groups could not be refreshed")
            }
        }
    }
    if !silent.is_empty() {
        control.note_silence(&silent).await?;
    }
    Ok(why)
}
