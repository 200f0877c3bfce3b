//! What sort of API is it, and for whom?

use crate::invalid::closed_word;

closed_word! {
    /// What an API is made for.
    Kind, "kind" {
        /// One data domain, all of it, for many consumers.
        Platform = "platform",
        /// Made for one service.
        Service = "service",
    }
}

closed_word! {
    /// Who may know of an API and ask for it.
    Audience, "audience" {
        /// Everyone; the only audience in which an operation may be open to anyone.
        Public = "public",
        /// Everyone may read about it; each use is granted.
        Controlled = "controlled",
        /// Only signed-in people of the organisation may read about it.
        Internal = "internal",
    }
}
