//! Should requests be sent here, and what should an operator know?

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Whether the process is about to stop, and what is wrong with it. Shared.
#[derive(Clone, Default)]
pub(crate) struct Readiness(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    is_stopping: bool,
    notes: BTreeMap<String, String>,
}

impl Readiness {
    /// From now on the process is not ready any more.
    pub(crate) fn stop(&self) {
        self.with(|state| state.is_stopping = true);
    }

    /// Whether the process is about to stop.
    pub(crate) fn is_stopping(&self) -> bool {
        self.with(|state| state.is_stopping)
    }

    /// Puts a note about something in place of the one before; `None` if there is nothing to note any more.
    pub(crate) fn note(&self, about: &str, note: Option<String>) {
        self.with(|state| match note {
            Some(note) => state.notes.insert(about.to_owned(), note),
            None => state.notes.remove(about),
        });
    }

    /// All notes, a line each.
    pub(crate) fn notes(&self) -> String {
        self.list().into_iter().map(|note| format!("note: {note}\n")).collect()
    }

    /// All notes.
    pub(crate) fn list(&self) -> Vec<String> {
        self.with(|state| state.notes.values().cloned().collect())
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        // The state is whole after every step, so a panic in between leaves nothing half done.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
