//! In answer to which request is something changed?

use std::future::Future;

use hansom_domain::RequestId;

tokio::task_local! {
    /// The request that is being answered.
    static ANSWERED: RequestId;
}

/// Answers a request: the audit entry of every change that is made meanwhile names it.
pub async fn answering<F: Future>(request: RequestId, answer: F) -> F::Output {
    ANSWERED.scope(request, answer).await
}

/// The request that is being answered; empty where none is.
pub(crate) fn answered() -> String {
    ANSWERED.try_with(ToString::to_string).unwrap_or_default()
}
