//! With which refusals of the gateway does a caller of an operation have to reckon?

use hansom_domain::{AccessRule, ProblemCode};
use hansom_standards::contract::Operation;

use crate::urls;

/// A status that may come back, and why.
pub(crate) struct Refused {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) title: &'static str,
    pub(crate) href: String,
}

/// What the gateway itself may answer to calls of an operation, by status.
pub(crate) fn refusals(operation: &Operation, rule: Option<&AccessRule>, mock: bool) -> Vec<Refused> {
    use ProblemCode as Code;
    let mut codes =
        vec![Code::InvalidRequest, Code::LimitReached, Code::UpstreamFailed, Code::Unavailable, Code::UpstreamTimeout];
    match rule {
        None => codes.push(Code::OperationClosed),
        Some(rule) if rule.anyone => {}
        Some(rule) => {
            codes.extend([Code::TokenMissing, Code::TokenInvalid, Code::TokenExpired, Code::TokenAudience]);
            codes.extend([Code::TokenRevoked, Code::ProofInvalid]);
            codes.extend(rule.granted_applications.then_some(Code::GrantMissing));
            if !rule.groups.is_empty() {
                codes.extend([Code::GroupMissing, Code::ScopeMissing]);
            }
        }
    }
    if operation.request_body.is_some() {
        codes.extend([Code::BodyTooLarge, Code::UnsupportedMediaType]);
    }
    if mock {
        codes.push(Code::NotAcceptable);
    }
    codes.sort_by_key(|code| code.status());
    let told = codes.into_iter().map(|code| Refused {
        status: code.status(),
        code: code.as_str(),
        title: code.title(),
        href: urls::problem(code),
    });
    told.collect()
}
