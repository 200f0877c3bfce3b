//! What is sent, and what comes back?

/// A request, without the address of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The method.
    pub method: String,
    /// Path and query below the service's address, ready to be sent. Begins with a slash.
    pub target: String,
    /// Header fields, but for those by which the caller says who it is.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<Vec<u8>>,
    /// As whom.
    pub caller: Caller,
}

/// As whom a request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// As whoever runs this, with the credentials that were given.
    Known,
    /// As somebody without any.
    Stranger,
    /// With credentials of the right form that nobody has given out.
    Impostor,
}

/// What the service answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header fields in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// The body, or as much of it as is read.
    pub body: Vec<u8>,
    /// Whether the body goes on after what was read.
    pub is_cut: bool,
}

impl Answer {
    /// The first value of a header field.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The media type without its parameters, in lower case.
    pub fn media_type(&self) -> Option<String> {
        self.header("content-type").map(essence)
    }

    /// The body as JSON, if it is.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Whether it says that all is well.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether it says that the request is at fault.
    pub fn is_refusal(&self) -> bool {
        (400..500).contains(&self.status)
    }
}

/// The media type without its parameters, in lower case.
pub(crate) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// `application/json` and everything that ends with `+json`.
pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence == "application/json" || essence.ends_with("+json")
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// It took too long.
    TimedOut,
    /// The connection could not be made, or ended before the answer did.
    Broken(String),
}

/// Whoever can be asked.
pub trait Service {
    /// Sends a request and waits for its answer, within bounds.
    ///
    /// # Errors
    /// There was none.
    fn ask(&mut self, call: &Call) -> Result<Answer, Silence>;

    /// Whether there are credentials to send.
    fn has_credentials(&self) -> bool;

    /// What to ask for to follow a link that was answered to a call; none, if it leads out of the service.
    fn follow(&self, call: &Call, link: &str) -> Option<String>;
}
