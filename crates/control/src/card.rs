//! What can be found of a version without reading its contract?

use std::collections::{BTreeSet, HashMap};

use hansom_domain::{AccessRules, ApiId, Timestamp};
use hansom_standards::{Contract, Node};
use hansom_store::{ApiRow, VersionRow};
use serde::{Deserialize, Serialize};

use crate::{Control, Error, Manifest};

/// More than this is not found by search; it is on the version's pages all the same.
const MOST_OPERATIONS: usize = 2000;
const MOST_FIELDS: usize = 4000;
const MOST_NODES: usize = 200_000;
const LONGEST_TEXT: usize = 300;

/// A release in short, kept with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Card {
    /// `x-category` of the contract; empty without one.
    pub category: String,
    /// The address, the SPDX id or the name of its licence; empty without one.
    pub license: String,
    /// The tags that the contract declares.
    pub tags: Vec<String>,
    /// The names of the environments.
    pub environments: Vec<String>,
    /// How callers are let in.
    pub access: Access,
    /// The first lines of the description.
    pub description: String,
    /// Its operations, in the order in which they were written.
    pub operations: Vec<CardOperation>,
    /// The names of its schemas and of their fields, each once.
    pub fields: Vec<String>,
}

/// An operation in short.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardOperation {
    /// `operationId`
    pub id: String,
    /// The method.
    pub method: String,
    /// The path template.
    pub path: String,
    /// `summary`
    pub summary: String,
    /// The names of its parameters.
    pub parameters: Vec<String>,
}

/// The easiest way in that a version has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Some operations need no token.
    Open,
    /// Applications ask for a grant.
    Granted,
    /// People in certain groups.
    People,
    /// Nobody is let in.
    #[default]
    Closed,
}

/// A version with what can be found of it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The version.
    pub version: VersionRow,
    /// The contract's own `info.version`.
    pub info_version: String,
    /// When its release in force was published.
    pub published_at: Timestamp,
    /// The release in short.
    pub card: Card,
}

impl Card {
    /// The card of a manifest and its contract.
    pub(crate) fn of(manifest: &Manifest, contract: &Contract) -> Self {
        let root = contract.document().root();
        let category = root.get("info").and_then(|info| info.get("x-category")).and_then(Node::as_str);
        let operations = contract.operations.iter().take(MOST_OPERATIONS).map(|operation| CardOperation {
            id: short(&operation.id),
            method: operation.method.clone(),
            path: short(&operation.path),
            summary: short(operation.summary.as_deref().unwrap_or_default()),
            parameters: operation.parameters.iter().take(100).map(|parameter| short(&parameter.name)).collect(),
        });
        Self {
            category: short(category.unwrap_or_default()),
            license: short(root.get("info").and_then(license).unwrap_or_default()),
            tags: contract.tags.iter().take(200).map(|(name, _)| short(name)).collect(),
            environments: manifest.environments.iter().map(|(name, _)| name.to_string()).collect(),
            access: Access::of(&manifest.access),
            description: short(contract.description.as_deref().unwrap_or_default()),
            operations: operations.collect(),
            fields: fields(contract),
        }
    }

    /// The card as the store keeps it.
    pub(crate) fn write(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(|error| Error::Internal(format!("a card: {error}")))
    }
}

impl Access {
    fn of(rules: &AccessRules) -> Self {
        let rules = rules.all();
        if rules.iter().any(|rule| rule.anyone) {
            Access::Open
        } else if rules.iter().any(|rule| rule.granted_applications) {
            Access::Granted
        } else if rules.iter().any(|rule| !rule.groups.is_empty()) {
            Access::People
        } else {
            Access::Closed
        }
    }
}

impl Control {
    /// Every API with its versions in short, oldest version first; of one API alone, if one is named.
    pub async fn listed(&self, api: Option<&ApiId>) -> Result<Vec<(ApiRow, Vec<Listed>)>, Error> {
        let (apis, versions) = match api {
            None => (self.reads.apis().await?, self.reads.versions().await?),
            Some(id) => (self.reads.api_by_id(id).await?.into_iter().collect(), self.reads.versions_of_api(id).await?),
        };
        let mut cards: HashMap<_, _> =
            self.reads.cards(api).await?.into_iter().map(|row| (row.version_id.clone(), row)).collect();
        let mut by_api: HashMap<ApiId, Vec<Listed>> = HashMap::new();
        for version in versions {
            let Some(row) = cards.remove(&version.id) else {
                continue;
            };
            let card = match serde_json::from_str(&row.card) {
                Ok(card) => card,
                Err(_) => self.card_of(&version).await,
            };
            let listed = Listed { info_version: row.info_version, published_at: row.published_at, card, version };
            by_api.entry(row.api_id).or_default().push(listed);
        }
        Ok(apis
            .into_iter()
            .map(|api| (by_api.remove(&api.id).unwrap_or_default(), api))
            .map(|(listed, api)| (api, listed))
            .collect())
    }

    /// The card of a release that was published without one. A release that cannot be read has an empty card: it can be found by
    /// the name of its API.
    async fn card_of(&self, version: &VersionRow) -> Card {
        match self.contract_of(version).await {
            Ok(published) => Card::of(&published.manifest, &published.contract),
            Err(error) => {
                tracing::error!(api = %version.slug, version = %version.major, why = error.private(),
                    "a release cannot be read; search finds it by its name only");
                Card::default()
            }
        }
    }
}

fn license(info: Node<'_>) -> Option<&str> {
    let license = info.get("license")?;
    ["url", "identifier", "name"].into_iter().find_map(|key| license.get(key)?.as_str())
}

/// The names of schemas, and of every `properties` below them or below the operations.
fn fields(contract: &Contract) -> Vec<String> {
    let mut found: BTreeSet<String> = contract.schemas().map(|(name, _)| short(name)).take(MOST_FIELDS).collect();
    let mut open = vec![contract.document().root()];
    let mut steps = 0;
    while let Some(node) = open.pop() {
        steps += 1;
        if steps > MOST_NODES || found.len() >= MOST_FIELDS {
            break;
        }
        for (key, child) in node.entries() {
            if key.text == "properties" {
                found.extend(child.entries().map(|(name, _)| short(name.text)));
            }
            if !matches!(key.text, "example" | "examples" | "default" | "enum") {
                open.push(child);
            }
        }
        open.extend(node.items());
    }
    found.into_iter().take(MOST_FIELDS).collect()
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').take(LONGEST_TEXT).collect()
}
