//! What does a service promise with its contract?

/// One promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// Every request is answered.
    Answers,
    /// No request makes the service fail.
    Works,
    /// Only statuses of the contract are answered.
    Status,
    /// Only media types of the contract are answered.
    MediaType,
    /// Bodies fit their schemas.
    Body,
    /// Header fields are there and fit their schemas.
    Headers,
    /// Refusals are problem documents.
    Problem,
    /// What fits the contract is taken.
    TakesValid,
    /// What does not fit the contract is refused.
    RefusesInvalid,
    /// What the contract does not know is refused.
    RefusesUnknown,
    /// Whoever is not known is refused.
    RefusesStrangers,
    /// Methods that the contract does not have are refused.
    Methods,
    /// HEAD answers as GET does.
    Head,
    /// What nobody can accept is not answered.
    Accept,
    /// Bodies of other media types are refused.
    ContentType,
    /// Bodies that are too large are refused.
    TooLarge,
    /// Lists come in pages.
    Paging,
    /// A request with a key is carried out once.
    Idempotency,
    /// States are named, and nobody changes what they have not seen.
    Conditions,
    /// What was made is there, what was removed is gone.
    Life,
    /// Addresses that the contract does not have lead nowhere.
    Nowhere,
}

impl Check {
    /// Its name for programs.
    pub fn id(self) -> &'static str {
        match self {
            Check::Answers => "answers",
            Check::Works => "works",
            Check::Status => "status",
            Check::MediaType => "media-type",
            Check::Body => "body",
            Check::Headers => "headers",
            Check::Problem => "problem",
            Check::TakesValid => "takes-valid",
            Check::RefusesInvalid => "refuses-invalid",
            Check::RefusesUnknown => "refuses-unknown",
            Check::RefusesStrangers => "refuses-strangers",
            Check::Methods => "methods",
            Check::Head => "head",
            Check::Accept => "accept",
            Check::ContentType => "content-type",
            Check::TooLarge => "too-large",
            Check::Paging => "paging",
            Check::Idempotency => "idempotency",
            Check::Conditions => "conditions",
            Check::Life => "life",
            Check::Nowhere => "nowhere",
        }
    }

    /// The promise in a sentence.
    pub fn promise(self) -> &'static str {
        match self {
            Check::Answers => "every request is answered in time",
            Check::Works => "no request makes the service fail",
            Check::Status => "only statuses of the contract are answered",
            Check::MediaType => "only media types of the contract are answered",
            Check::Body => "bodies fit their schemas",
            Check::Headers => "header fields are there and fit their schemas",
            Check::Problem => "refusals are problem documents (RFC 9457)",
            Check::TakesValid => "what fits the contract is taken",
            Check::RefusesInvalid => "what does not fit the contract is refused",
            Check::RefusesUnknown => "what the contract does not know is refused",
            Check::RefusesStrangers => "whoever is not known is refused with 401",
            Check::Methods => "methods that the contract does not have are refused with 405 and Allow",
            Check::Head => "HEAD answers as GET does, without a body",
            Check::Accept => "where nothing acceptable can be answered, that is said",
            Check::ContentType => "bodies of other media types are refused with 415",
            Check::TooLarge => "bodies that are too large are refused with 413",
            Check::Paging => "pages follow one another and end, and no record comes twice",
            Check::Idempotency => "a request with an Idempotency-Key is carried out once",
            Check::Conditions => "ETag names a state, and only the state that was seen is changed",
            Check::Life => "what was made is there, and what was removed is gone",
            Check::Nowhere => "addresses that the contract does not have are 404",
        }
    }
}
