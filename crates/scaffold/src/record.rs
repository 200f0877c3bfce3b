//! What does a service remember of how it was made?

use serde::{Deserialize, Serialize};

use crate::{Answers, Asked, Kind};

/// Where the record lies in a service's folder.
pub const RECORD_FILE: &str = ".hansom.toml";

const LONGEST: usize = 64 * 1024;

/// Template, version and answers of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The template's name.
    pub template: String,
    /// The version that the service keeps up with.
    pub version: u32,
    /// What was answered.
    pub answers: Answers,
}

/// Why a record cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{RECORD_FILE} cannot be used: {0}")]
pub struct RecordError(String);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    template: String,
    version: u32,
    name: String,
    title: String,
    owner: String,
    kind: Kind,
    resources: Vec<String>,
    id: String,
}

impl Record {
    /// Reads a record; the answers are checked as if they were given now.
    pub fn read(text: &str) -> Result<Self, RecordError> {
        if text.len() > LONGEST {
            return Err(RecordError("it is longer than 64 KiB".into()));
        }
        let written: Written = toml::from_str(text).map_err(|error| RecordError(error.to_string()))?;
        let asked = Asked {
            name: written.name,
            title: Some(written.title),
            owner: written.owner,
            kind: written.kind,
            resources: written.resources,
            id: written.id,
        };
        let answers = Answers::check(asked)
            .map_err(|faults| RecordError(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))?;
        Ok(Self { template: written.template, version: written.version, answers })
    }

    /// The record as a file.
    pub fn write(&self) -> Result<String, RecordError> {
        let answers = self.answers.clone();
        let written = Written {
            template: self.template.clone(),
            version: self.version,
            name: answers.name,
            title: answers.title,
            owner: answers.owner,
            kind: answers.kind,
            resources: answers.resources.iter().map(ToString::to_string).collect(),
            id: answers.id,
        };
        let text = toml::to_string(&written).map_err(|error| RecordError(error.to_string()))?;
        Ok(format!(
            "# How this service was made. `hansom update` reads it to bring the service up to the newest template.\n{text}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let asked = Asked {
            name: "parking".into(),
            title: Some(r#"Parking "and" \ more"#.into()),
            owner: "parking@hackney.example".into(),
            kind: Kind::Service,
            resources: vec!["permits".into(), "people/person".into()],
            id: "5d1f0a4c-9b7e-48d2-a3c6-e1f08b92d475".into(),
        };
        let record = Record { template: "rust-axum".into(), version: 3, answers: Answers::check(asked).unwrap() };
        let text = record.write().unwrap();
        assert_eq!(Record::read(&text).unwrap(), record);
        let edited = text.replace("name = \"parking\"", "name = \"../x\"");
        assert!(Record::read(&edited).unwrap_err().to_string().contains("the name"));
        assert!(Record::read("template = 1").is_err());
    }
}
