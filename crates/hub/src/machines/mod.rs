//! What do programs read to know what there is?
//!
//! Each document is of what its reader may see. What strangers may see is made once for each state of the store and kept; whoever
//! proves more gets a document of their own, which nobody may keep.

mod api_catalog;
mod atom;
mod calendar;
mod dcat;
mod incidents;
mod kept;
mod llms;
mod uk_csv;

use std::sync::Arc;

use axum::{Router, middleware, routing::get};
use hansom_control::Listed;
use hansom_domain::{Actor, EnvironmentName, Status, Timestamp};

use crate::{
    Hub,
    api::{Viewer, tell},
    catalogue::{Entry, Shelf},
    urls,
    urls::route,
};

pub(crate) use kept::Kept;

/// Every document for programs.
pub(crate) fn router(hub: Hub) -> Router<Hub> {
    Router::new()
        .route(urls::API_CATALOG, get(api_catalog::show))
        .route(urls::DCAT, get(dcat::negotiate))
        .route(urls::DCAT_JSON, get(dcat::show))
        .route(urls::CATALOGUE_CSV, get(uk_csv::show))
        .route(urls::RELEASES, get(atom::show))
        .route(route::API_RELEASES, get(atom::show_api))
        .route(urls::STATUS_FEED, get(incidents::show))
        .route(urls::MEETUPS_CALENDAR, get(calendar::show))
        .route(urls::LLMS, get(llms::show))
        .layer(middleware::from_fn_with_state(hub, tell))
}

/// What there is, for one reader.
struct View {
    hub: Hub,
    shelf: Arc<Shelf>,
    actor: Option<Actor>,
}

impl View {
    async fn new(hub: Hub, Viewer(actor): Viewer) -> Result<Self, hansom_control::Error> {
        let shelf = hub.catalogue.current(&hub.control).await?;
        Ok(Self { hub, shelf, actor })
    }

    /// Every version that the reader may see and that is not retired, by the title of its API.
    fn versions(&self) -> impl Iterator<Item = (&Entry, &Listed)> {
        let may_see =
            |entry: &&Arc<Entry>| self.hub.control.may_see(self.actor.as_ref(), entry.api.audience, &entry.api.owner);
        self.shelf.all().iter().filter(may_see).flat_map(|entry| {
            let in_use = entry.versions().iter().filter(|listed| listed.version.status != Status::Retired);
            in_use.map(|listed| (entry.as_ref(), listed))
        })
    }

    /// A page of the hub as others write its address.
    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.hub.hub)
    }

    /// Where a version answers: environments and base URLs, in the platform's order.
    fn served<'v>(&'v self, listed: &'v Listed) -> impl Iterator<Item = (&'v EnvironmentName, String)> {
        let version = &listed.version;
        let named = |name: &EnvironmentName| listed.card.environments.iter().any(|known| known == name.as_str());
        let environments = self.hub.environments.iter().filter(move |(name, _)| named(name));
        environments.map(|(name, base)| (name, urls::served(base, &version.slug, version.major)))
    }

    /// Where a version answers in earnest; in the last of its environments, if none is called production.
    fn endpoint(&self, listed: &Listed) -> Option<String> {
        let mut found = None;
        for (name, address) in self.served(listed) {
            let is_production = *name == EnvironmentName::production();
            found = Some(address);
            if is_production {
                break;
            }
        }
        found
    }
}

/// `2026-11-23`
fn date(moment: Timestamp) -> String {
    chrono::DateTime::from_timestamp_millis(moment.millis())
        .map_or_else(String::new, |moment| moment.format("%Y-%m-%d").to_string())
}
