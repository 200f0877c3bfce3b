//! Which cookies does the hub set, what for, and how long?

use hansom_control::Control;

use crate::session::{MAIL_LINK_COOKIE, SESSION_COOKIE, SIGN_IN_COOKIE};

/// A cookie, in words for those in whose browser it is.
pub(crate) struct Cookie {
    pub(crate) name: &'static str,
    pub(crate) purpose: &'static str,
    pub(crate) lasts: String,
}

/// All of them. That there are no others is held by a test that looks at what is set.
pub(crate) fn all(control: &Control) -> [Cookie; 3] {
    let hours = control.settings().terms.people.absolute_seconds / 3600;
    let quarter = || "15 minutes, or until you are signed in".to_owned();
    [
        Cookie {
            name: SESSION_COOKIE,
            purpose: "Keeps you signed in.",
            lasts: format!("Until you sign out, {hours} hours at most"),
        },
        Cookie {
            name: SIGN_IN_COOKIE,
            purpose: "Makes sure that the sign-in ends in the browser in which it began.",
            lasts: quarter(),
        },
        Cookie {
            name: MAIL_LINK_COOKIE,
            purpose: "Makes sure that a link from a mail is opened in the browser that asked for it.",
            lasts: quarter(),
        },
    ]
}
