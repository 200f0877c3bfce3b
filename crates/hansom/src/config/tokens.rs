//! What may `[tokens]` say?

use std::sync::Arc;

use hansom_control::RefreshLife;
use hansom_oauth::{OpenIdIssuer, Rules, SubjectIssuer};
use serde::Deserialize;

use crate::failure::{Doing, Failure};

const DAY: i64 = 86_400;

/// `[tokens]`
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Tokens {
    /// A sign-in of an application ends so many days after it was last used.
    refresh_idle_days: u8,
    /// It ends after so many days in any case.
    refresh_days: u8,
    /// Whether proofs of keys need a nonce of the server.
    dpop_nonces: bool,
    /// Other issuers whose tokens are exchanged for ours.
    exchange: Vec<Exchange>,
}

/// `[[tokens.exchange]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    /// The issuer.
    issuer: String,
    /// The ids of those clients at it whose ID tokens speak for people here. Service accounts need none.
    #[serde(default)]
    clients: Vec<String>,
}

impl Default for Tokens {
    fn default() -> Self {
        Self { refresh_idle_days: 7, refresh_days: 30, dpop_nonces: false, exchange: vec![] }
    }
}

impl Tokens {
    /// What is wrong with it.
    pub(crate) fn check(&self) -> Result<(), String> {
        if !(1..=30).contains(&self.refresh_idle_days) || !(1..=90).contains(&self.refresh_days) {
            return Err("refresh_idle_days is 1 to 30, refresh_days 1 to 90".into());
        }
        let here = ["http://127.0.0.1:", "http://localhost:"];
        let is_secure =
            |issuer: &str| issuer.starts_with("https://") || here.iter().any(|here| issuer.starts_with(here));
        match self.exchange.iter().find(|exchange| !is_secure(&exchange.issuer)) {
            Some(exchange) => Err(format!("exchange: {} does not begin with https://", exchange.issuer)),
            None => Ok(()),
        }
    }

    /// The rules of the flows.
    pub(crate) fn rules(&self) -> Result<Rules, Failure> {
        let mut subjects: Vec<Arc<dyn SubjectIssuer>> = vec![];
        for exchange in &self.exchange {
            let issuer = OpenIdIssuer::new(&exchange.issuer, exchange.clients.clone());
            subjects.push(Arc::new(issuer.doing(format!("[tokens] exchange: {}", exchange.issuer))?));
        }
        Ok(Rules {
            refresh: RefreshLife {
                idle_seconds: i64::from(self.refresh_idle_days) * DAY,
                absolute_seconds: i64::from(self.refresh_days) * DAY,
            },
            dpop_nonces: self.dpop_nonces,
            subjects,
        })
    }
}
