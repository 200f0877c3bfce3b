//! Which groups is somebody in, whom the demo's provider has signed in?

use std::collections::HashMap;

use hansom_domain::{GroupAddress, Invalid, PersonKey};
use hansom_oauth::{BoxFuture, Directory, DirectoryError};
use serde_json::Value;

use crate::demo::people::DemoPerson;

/// The demo's directory: knows its own people by issuer and subject, whatever e-mail address they come with.
#[derive(Clone, Debug)]
pub struct DemoDirectory {
    issuer: String,
    groups: HashMap<&'static str, Vec<GroupAddress>>,
}

impl DemoDirectory {
    /// A directory of `people` as `issuer` names them.
    pub fn new(issuer: impl Into<String>, people: &[DemoPerson]) -> Result<Self, Invalid> {
        let groups = people
            .iter()
            .map(|person| {
                let groups = person.groups.iter().map(|group| group.parse());
                Ok((person.subject, groups.collect::<Result<_, Invalid>>()?))
            })
            .collect::<Result<_, Invalid>>()?;
        Ok(Self { issuer: issuer.into(), groups })
    }

    /// A stranger, and anybody of another issuer, is in no group.
    fn groups(&self, key: &PersonKey) -> Vec<GroupAddress> {
        if key.issuer != self.issuer {
            return vec![];
        }
        self.groups.get(key.subject.as_str()).cloned().unwrap_or_default()
    }
}

impl Directory for DemoDirectory {
    fn groups_of<'a>(
        &'a self,
        key: &'a PersonKey,
        _email: &'a str,
        _claims: &'a Value,
    ) -> BoxFuture<'a, Result<Vec<GroupAddress>, DirectoryError>> {
        Box::pin(async move { Ok(self.groups(key)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::people::people;

    #[tokio::test]
    async fn groups_go_by_issuer_and_subject_and_never_by_address() {
        let directory = DemoDirectory::new("http://127.0.0.1:9400", &people()).unwrap();
        let groups = async |issuer: &str, subject: &str| {
            let key = PersonKey { issuer: issuer.into(), subject: subject.into() };
            let found = directory.groups_of(&key, "grace.obi@hackney.example", &Value::Null);
            let found = found.await.unwrap();
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(
            groups("http://127.0.0.1:9400", "104417250038861920042").await,
            ["income-services@hackney.example", "revenues-officers@hackney.example"]
        );
        let none: [&str; 0] = [];
        assert_eq!(groups("https://other.example", "104417250038861920042").await, none);
        assert_eq!(groups("http://127.0.0.1:9400", "0").await, none);
    }
}
