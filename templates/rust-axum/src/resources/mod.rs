//! What does the API hold, and what does it do when it hears of a change?

use sqlx::PgConnection;
use tracing::info;

use crate::{
    api::Api,
    events::Envelope,
    listener::{Handler, HandlerFailure},
};

// hansom: for each resource
pub mod street_lights;

// hansom: end
/// The operations of every resource.
pub fn operations(api: &mut Api) {
    // hansom: for each resource
    street_lights::routes::operations(api);
    // hansom: end
}

/// An example: what this service does when it hears of an event. Others may tell it events, too.
pub struct Heard;

impl Handler for Heard {
    fn knows(&self, kind: &str) -> bool {
        let mut knows = false;
        // hansom: for each resource
        knows |= kind == "street-lights.created";
        // hansom: end
        knows
    }

    async fn handle(&self, event: &Envelope, _: &mut PgConnection) -> Result<(), HandlerFailure> {
        info!(event = %event.id, type = event.kind, "heard");
        Ok(())
    }
}
