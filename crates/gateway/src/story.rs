//! What happens to one request, from its head to the decision on it?
//!
//! The story knows no protocol: both edges tell it a head and carry out what it decides. Nothing in it waits.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use hansom_domain::{Chance, Clock, EnvironmentName, RequestId, Timestamp};
use http::{Method, Response};
use tokio::sync::mpsc;

use crate::{
    Bounds, IdentitySigner,
    authentication::{self, TokenCache},
    authorization, authz,
    buffers::Buffers,
    client_certificate::ClientCertificate,
    connection::Door,
    cors,
    crowd::Crowd,
    entrance::Facts,
    fields::Kind,
    head::{Head, Unread},
    http1::pool::Pool,
    http2,
    journal::{Batch, CLIENT_GONE, Entry, Page},
    lifecycle,
    limits::{self, Admitted, Limiter, Standing},
    matching::{self, Version},
    metrics::Metrics,
    patience::Watches,
    peer::Peer,
    pressure::{Level, Pressure},
    proof::Replays,
    reception,
    refusal::{Refusal, Scheme},
    snapshot::Snapshot,
    traces::{Sampling, Trace},
    upstreams::{self, Registry},
};

/// What all threads of the gateway have in common.
pub(crate) struct Shared {
    pub(crate) snapshot: ArcSwapOption<Snapshot>,
    pub(crate) clock: Clock,
    pub(crate) chance: Chance,
    pub(crate) journal: mpsc::Sender<Vec<Entry>>,
    pub(crate) metrics: Metrics,
    pub(crate) crowd: Arc<Crowd>,
    pub(crate) limiter: Arc<Limiter>,
    pub(crate) signer: Option<IdentitySigner>,
    pub(crate) bounds: Bounds,
    pub(crate) upstreams: Registry,
    pub(crate) pressure: Pressure,
    pub(crate) replays: Replays,
    /// Which requests are told as traces, if any are.
    pub(crate) sampling: Option<Sampling>,
}

/// What one thread of the gateway has for itself.
pub(crate) struct Core {
    pub(crate) shared: Arc<Shared>,
    pub(crate) tokens: TokenCache,
    pub(crate) pool: Pool,
    pub(crate) shared_connections: http2::pool::Pool,
    pub(crate) buffers: Rc<Buffers>,
    pub(crate) watches: Watches,
    pub(crate) journal: Batch,
    /// The value of `Via` on what is sent to upstreams.
    pub(crate) via: String,
    /// The path of requests whose own could not be read.
    pub(crate) no_path: Arc<str>,
    date: RefCell<(i64, Rc<str>)>,
    /// Chance not used yet, for request ids: asking the source once for many is cheaper.
    unused_chance: RefCell<Vec<u8>>,
}

impl Core {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let via = format!("1.1 hansom-{}", shared.chance.hex(4));
        Self {
            shared,
            tokens: TokenCache::default(),
            pool: Pool::default(),
            shared_connections: http2::pool::Pool::default(),
            buffers: Rc::default(),
            watches: Watches::default(),
            journal: Batch::default(),
            via,
            no_path: "".into(),
            date: RefCell::new((i64::MIN, "".into())),
            unused_chance: RefCell::default(),
        }
    }
}

impl Core {
    /// An id for a request.
    fn request_id(&self) -> RequestId {
        RequestId::from_bytes(self.draw())
    }

    /// Bytes that nobody can guess.
    pub(crate) fn draw(&self) -> [u8; 16] {
        const AT_ONCE: usize = 4096;
        let mut unused = self.unused_chance.borrow_mut();
        if unused.is_empty() {
            unused.extend_from_slice(&self.shared.chance.bytes::<AT_ONCE>());
        }
        let bytes = unused.last_chunk().copied().unwrap_or_default();
        let rest = unused.len().saturating_sub(bytes.len());
        unused.truncate(rest);
        bytes
    }

    /// The value of `Date` now (RFC 9110 §6.6.1).
    pub(crate) fn date(&self) -> Rc<str> {
        let now = self.shared.clock.now();
        let mut date = self.date.borrow_mut();
        if date.0 != now.seconds() {
            *date = (now.seconds(), lifecycle::http_date(now).into());
        }
        Rc::clone(&date.1)
    }
}

/// A request whose head has exactly one reading. The body travels beside it.
pub(crate) struct Arrival {
    pub(crate) environment: EnvironmentName,
    pub(crate) peer: Peer,
    pub(crate) request: RequestId,
    pub(crate) at: Timestamp,
    pub(crate) trace: Option<Trace>,
    /// Whom the client's certificate names, if it showed one.
    pub(crate) certificate: Option<Arc<ClientCertificate>>,
    pub(crate) head: Head,
}

/// What is learnt on the way and told with the answer, whether it is a yes or a no.
pub(crate) struct Notes<'s> {
    pub(crate) page: Page,
    pub(crate) version: Option<&'s Version>,
    pub(crate) standing: Option<Standing<'s>>,
    pub(crate) cross_origin: Option<cors::Told<'s>>,
    /// By which scheme a token was shown.
    pub(crate) scheme: Scheme,
}

/// Decides on one request. `declared` is how many bytes its body says that it has.
pub(crate) fn judge<'s>(
    snapshot: &'s Snapshot,
    visit: &Visit<'_>,
    mut unread: Unread,
    declared: u64,
    notes: &mut Notes<'s>,
) -> Result<Judged<'s>, Refusal> {
    let core = &visit.door.core;
    let trace = core.shared.sampling.and_then(|sampling| {
        let is_proxy = visit.door.entrance.proxies.contains(visit.facts.peer);
        notes.page.joins(sampling, &mut unread, is_proxy, visit.door.entrance.tls.is_some())
    });
    let is_question = authz::is_question(visit, unread.text.get(unread.target.clone()).unwrap_or_default());
    // The body of a question is not the body of what it is about.
    let (unread, declared) = if is_question { (authz::described(unread, notes)?, 0) } else { (unread, declared) };
    let head = reception::receive(unread, |path| notes.page.path(path.text()))?;
    let sender = visit.facts.sender(&visit.door.entrance, |name| head.values(name))?;
    if core.shared.pressure.level() >= Level::Shed {
        return Err(Refusal::Overloaded);
    }
    let peer = if sender == visit.peer.address() { visit.peer.clone() } else { Peer::new(sender) };
    if upstreams::goes_in_a_circle(head.of_kind(Kind::Via)) {
        return Err(Refusal::Circle);
    }
    let arrival = Box::new(Arrival {
        environment: visit.door.environment.clone(),
        peer,
        request: notes.page.request().clone(),
        at: notes.page.at(),
        trace,
        // The certificate of a gateway that asks is not that of the caller it asks about.
        certificate: visit.facts.certificate.clone().filter(|_| !is_question),
        head,
    });
    // A gateway that asks answers browsers itself: a "yes" here would send their question to the API's server.
    if !is_question && let Some(answer) = cors::preflight(snapshot, &arrival, notes) {
        return Ok(Judged::Answered(answer));
    }
    let matched = matching::find_operation(snapshot, arrival, notes)?;
    let limit = matched.largest_body(core);
    if declared > limit {
        return Err(Refusal::BodyTooLarge { limit });
    }
    let identified = authentication::authenticate(core, matched, notes)?;
    let permitted = authorization::authorize(identified)?;
    let admitted = limits::admit(core, permitted, notes)?;
    if is_question {
        notes.answered(200);
        return Ok(Judged::Answered(authz::yes(core, &admitted)));
    }
    Ok(Judged::Admitted(admitted))
}

/// What a request comes to that is not refused.
pub(crate) enum Judged<'s> {
    /// It goes on to whoever answers for its version.
    Admitted(Admitted<'s>),
    /// The gateway answers it itself.
    Answered(Response<Bytes>),
}

/// Where a request came in.
pub(crate) struct Visit<'v> {
    pub(crate) door: &'v Rc<Door>,
    pub(crate) peer: &'v Peer,
    pub(crate) facts: &'v Facts,
}

impl Visit<'_> {
    /// Opens the notes, and with them the journal's entry, of a request with that method; an empty one for a head that could not
    /// be read.
    pub(crate) fn open<'s>(&self, method: Option<&Method>) -> Notes<'s> {
        let core = &self.door.core;
        let mut page =
            Page::open(core, core.request_id(), core.shared.clock.now(), self.door.environment.clone(), method);
        if let Some(certificate) = &self.facts.certificate {
            page.write(|entry| entry.certificate = Some(Arc::clone(certificate)));
        }
        Notes { page, version: None, standing: None, cross_origin: None, scheme: Scheme::default() }
    }

    /// The answer to the request that the last panic ended, which has its entry already.
    pub(crate) fn apology<'s>(&self) -> (Response<Bytes>, Notes<'s>) {
        let core = &self.door.core;
        let request = core.journal.take_panicked().unwrap_or_else(|| core.request_id());
        let snapshot = core.shared.snapshot.load_full();
        let answer = Refusal::Internal.answer(
            snapshot.as_ref().map_or("", |snapshot| snapshot.hub()),
            &request,
            Scheme::default(),
        );
        let page = Page::of_answered(core, request, core.shared.clock.now());
        (answer, Notes { page, version: None, standing: None, cross_origin: None, scheme: Scheme::default() })
    }
}

impl<'s> Notes<'s> {
    /// Notes which version the request is for.
    pub(crate) fn belongs_to(&mut self, version: &'s Version, head: &Head) {
        self.version = Some(version);
        self.cross_origin = version.cross_origin.as_ref().map(|word| word.told_to(head));
        self.page.write(|entry| {
            entry.api = Some(version.api.clone());
            entry.major = Some(version.major);
        });
    }
}

impl Notes<'_> {
    /// The answer to a refusal, which is noted.
    pub(crate) fn refuse(&mut self, refusal: &Refusal, hub: &str) -> Response<Bytes> {
        let answer = refusal.answer(hub, self.page.request(), self.scheme);
        self.page.write(|entry| {
            entry.refusal = Some(refusal.code().as_str());
            entry.detail = Some(refusal.detail(hub));
            entry.facts = refusal.facts();
            entry.status = answer.status().as_u16();
        });
        answer
    }

    /// Notes the status of an answer.
    pub(crate) fn answered(&mut self, status: u16) {
        self.page.answered(status);
    }

    /// Notes that nobody was there to take the answer.
    pub(crate) fn client_gone(&mut self) {
        self.page.write(|entry| entry.status = CLIENT_GONE);
    }

    /// What the gateway says with every answer: which request, what of the version, how much is left.
    pub(crate) fn fields(&self, put: &mut dyn FnMut(&'static str, &[u8])) {
        put("request-id", self.page.request().as_str().as_bytes());
        for (name, value) in self.lifecycle() {
            put(name, value);
        }
        if let Some(standing) = &self.standing {
            standing.fields(put);
        }
        if let Some(told) = &self.cross_origin {
            told.fields(put);
        }
    }

    /// Whether the gateway knows better than the upstream, or a contract's example, what the field says: of a version's own
    /// end, for example. Links add up.
    pub(crate) fn replaces(&self, kind: Kind, name: &[u8]) -> bool {
        match kind {
            Kind::Lifecycle => self.lifecycle().any(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name)),
            Kind::CrossOrigin => self.cross_origin.is_some(),
            Kind::KeptFromClients => true,
            _ => false,
        }
    }

    fn lifecycle(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        self.version.iter().flat_map(|version| &version.lifecycle).map(|(name, value)| (*name, value.as_bytes()))
    }
}
