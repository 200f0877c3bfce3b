//! What does the hub send to gateways, in a town that has none?

use std::sync::Mutex;

use hansom_hub::{GatewayAnswer, GatewayCall, Gateways, Later, Unreached};

/// Gateways that remember what they were sent, and answer what they were told to.
#[derive(Default)]
pub struct Remembering {
    calls: Mutex<Vec<GatewayCall>>,
    answer: Mutex<Option<GatewayAnswer>>,
}

impl Remembering {
    /// What came since the last time.
    pub fn calls(&self) -> Vec<GatewayCall> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }

    /// What every call is answered with from now on.
    pub fn answers(&self, status: u16, fields: &[(&str, &str)], body: &[u8]) {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        *self.answer.lock().unwrap() = Some(GatewayAnswer { status, fields, body: body.to_vec(), is_cut: false });
    }
}

impl Gateways for Remembering {
    fn call(&self, call: GatewayCall) -> Later<'_, Result<GatewayAnswer, Unreached>> {
        self.calls.lock().unwrap().push(call);
        let answer = self.answer.lock().unwrap().clone();
        Box::pin(async move { answer.ok_or_else(|| Unreached::Broken("nobody listens there".into())) })
    }
}
