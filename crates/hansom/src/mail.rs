//! How do notices reach people?
//!
//! Verbs leave them in the store, in the transaction of what they tell of; this job sends them. A mail server that is slow or
//! gone holds nothing up: a notice is tried eight times in a day and then given up.

use std::{fmt, time::Duration};

use hansom_control::{Control, Sending};
use hansom_store::NoticeRow;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};

use crate::{
    config::{Encryption, Mail},
    demo::mailbox,
    failure::{Doing, Failure},
};

/// What is due is looked for so often, and whenever something changes.
const PAUSE: Duration = Duration::from_secs(5);
/// The mail server has so long for one mail.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where mails go.
pub(crate) enum Post {
    /// To a mail server.
    Server(Box<Server>),
    /// Nowhere: the demo shows them.
    Mailbox(mailbox::Mailbox),
}

/// A mail server and who we are to it.
pub(crate) struct Server {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why a mail was not sent.
enum Unsent {
    Later(String),
    Never(String),
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Post")
    }
}

impl Post {
    /// As the configuration says. The server is spoken to at the first mail, so that the platform starts without it.
    pub(crate) fn of(mail: &Mail) -> Result<Self, Failure> {
        let refused = |why: String| Failure::refused(format!("[mail] {why}"));
        let from = mail.from().map_err(refused)?;
        let mut tls = TlsParameters::builder(mail.server.clone());
        if let Some(file) = &mail.authorities {
            let pem = std::fs::read(file).doing(format!("{} cannot be read", file.display()))?;
            let authority = Certificate::from_pem(&pem)
                .map_err(|error| refused(format!("authorities {}: {error}", file.display())))?;
            tls = tls.add_root_certificate(authority);
        }
        let tls = || tls.clone().build().map_err(|error| refused(format!("TLS cannot be set up: {error}")));
        let tls = match mail.encryption {
            Encryption::StartTls => Tls::Required(tls()?),
            Encryption::Tls => Tls::Wrapper(tls()?),
            Encryption::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(mail.server.clone())
            .port(mail.port())
            .tls(tls)
            .timeout(Some(PATIENCE));
        if let (Some(user), Some(password)) = (&mail.user_file, &mail.password_file) {
            let read = |file: &std::path::Path| {
                let text = std::fs::read_to_string(file).doing(format!("{} cannot be read", file.display()))?;
                Ok::<_, Failure>(text.trim().to_owned())
            };
            builder = builder.credentials(Credentials::new(read(user)?, read(password)?));
        }
        Ok(Self::Server(Box::new(Server { transport: builder.build(), from })))
    }

    async fn send(&self, notice: &NoticeRow) -> Result<(), Unsent> {
        let to: Mailbox = notice.address.parse().map_err(|_| Unsent::Never("the address is none".into()))?;
        match self {
            Self::Mailbox(mailbox) => {
                mailbox.put(&notice.address, &notice.subject, &notice.body);
                Ok(())
            }
            Self::Server(server) => server.send(to, notice).await,
        }
    }
}

impl Server {
    async fn send(&self, to: Mailbox, notice: &NoticeRow) -> Result<(), Unsent> {
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&notice.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(notice.body.clone())
            .map_err(|error| Unsent::Never(error.to_string()))?;
        let sent = tokio::time::timeout(PATIENCE, self.transport.send(message)).await;
        match sent {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => Err(Unsent::Never(error.to_string())),
            Ok(Err(error)) => Err(Unsent::Later(error.to_string())),
            Err(_) => Err(Unsent::Later("the mail server took too long".into())),
        }
    }
}

/// Sends what is due, again and again.
pub(crate) async fn run(control: Control, post: Post) {
    let holder = control.chance().hex(16);
    let mut reads = control.reads().clone();
    let mut failing = false;
    loop {
        match round(&control, &post, &holder).await {
            Ok(()) => failing = false,
            Err(error) => {
                // One line per outage, not one per try.
                if !failing {
                    let error = error.private().unwrap_or_else(|| error.detail());
                    tracing::warn!(error, "mails could not be looked for");
                }
                failing = true;
            }
        }
        tokio::select! {
            () = reads.changed() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

/// Sends what is due now.
async fn round(control: &Control, post: &Post, holder: &str) -> Result<(), hansom_control::Error> {
    for notice in control.notices_to_send(holder).await? {
        let sending = match post.send(&notice).await {
            Ok(()) => Sending::Sent,
            Err(Unsent::Later(why)) => {
                tracing::warn!(notice = notice.id, why, "a mail could not be sent yet");
                Sending::Later(why)
            }
            Err(Unsent::Never(why)) => {
                tracing::warn!(notice = notice.id, why, "a mail cannot be sent");
                Sending::Never(why)
            }
        };
        if !control.note_sending(&notice, sending).await? {
            tracing::warn!(notice = notice.id, "a mail was given up");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
