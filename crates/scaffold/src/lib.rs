//! How does a new service start, and how does it keep up?
//!
//! A template is a project that is real where it lies (`templates/`): it builds, and its tests pass. A new service is its copy under
//! other names: [`Template::render`]. What was answered is kept with the service ([`Record`]), so that years later the template can be
//! rendered as it was then and as it is now, and the difference be [`merge`]d with what the owner has made of it.
//!
//! Nothing here reads or writes files; the caller does.

mod answers;
mod escape;
mod lockfile;
mod merge;
mod record;
mod render;
mod spelling;
mod template;

pub use answers::{Answers, Asked, Fault, Kind, Resource};
pub use merge::{Change, Outcome, merge};
pub use record::{RECORD_FILE, Record, RecordError};
pub use render::{Files, RenderError};
pub use template::Template;
