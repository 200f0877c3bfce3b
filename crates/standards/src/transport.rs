//! Is an address one that keeps what is sent secret on the way?

use crate::{document::Node, finding::Fix, rewriting};

/// Schemes that send in the clear, each with the one that does not.
const IN_THE_CLEAR: [(&str, &str); 3] = [("http://", "https://"), ("ws://", "wss://"), ("ftp://", "sftp://")];

/// The scheme of an address that sends in the clear.
pub(crate) fn in_the_clear(address: &str) -> Option<&'static str> {
    let begins = |scheme: &str| address.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
    IN_THE_CLEAR.iter().map(|(clear, _)| *clear).find(|clear| begins(clear))
}

/// The same address in a scheme that encrypts.
pub(crate) fn encrypted(node: Node<'_>) -> Option<Fix> {
    let address = node.as_str()?;
    let clear = in_the_clear(address)?;
    let (_, safe) = IN_THE_CLEAR.iter().find(|(known, _)| *known == clear)?;
    let rest = address.get(clear.len()..)?;
    rewriting::text(format!("write `{safe}`"), node, &format!("{safe}{rest}"))
}
