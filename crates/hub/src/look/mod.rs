//! How does the hub look, and who stands behind it?

mod colour;
mod logo;

pub use colour::{Colour, Colours};
pub use logo::Logo;

/// What an organisation's own hub shows of it.
#[derive(Clone, Debug)]
pub struct Look {
    /// What the hub is called: at the top of every page and in every title.
    pub name: String,
    /// Whose it is; empty where nobody says so.
    pub organisation: String,
    /// What stands before the name.
    pub logo: Option<Logo>,
    /// Its colours.
    pub colours: Colours,
    /// Whom to turn to.
    pub contact: Contact,
}

/// Whom people turn to; what is empty is not shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// The mail address of those who run the hub.
    pub email: String,
    /// A page with more ways to reach them.
    pub page: String,
    /// Their telephone.
    pub telephone: String,
    /// When they answer.
    pub hours: String,
    /// The mail address for weaknesses that somebody found.
    pub security: String,
    /// The mail address for questions about personal data.
    pub data_protection: String,
    /// Where the organisation tells about personal data at large.
    pub privacy_page: String,
    /// Where the organisation's own terms of use are.
    pub terms_page: String,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            name: "Hansom".into(),
            organisation: String::new(),
            logo: None,
            colours: Colours::default(),
            contact: Contact::default(),
        }
    }
}
