//! How good is a contract by the playbook, once what was accepted in writing is left out?

use std::sync::Arc;

use hansom_domain::{ApiSlug, ReleaseId, Status, Timestamp};
use hansom_standards::{
    Facts, Finding, Level, Outcome, Profile, Sources, Verdict, difference::Difference, document::Limits, lint,
    lint::Answer, scorecard::Scorecard, survey::Neighbour,
};
use hansom_store::{AnswerRow, ApiRow, Change, NewVerdict};
use serde::{Deserialize, Serialize};

use crate::{ChapterScore, Control, Error, Manifest, PublishedContract, Target, promises, waivers::Waived};

/// A verdict on a contract, with the findings that a waiver covers told apart.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Judgement {
    /// The verdict: findings that stand, and what came of each rule.
    pub verdict: Verdict,
    /// The findings that a waiver covered when it was judged.
    pub waived: Vec<Finding>,
}

/// What the manifest says to the rules. The catalogue's other APIs are for whoever has a catalogue to add.
pub fn facts(manifest: &Manifest) -> Facts {
    Facts {
        api: Some(manifest.api.to_string()),
        audience: Some(manifest.audience.to_string()),
        status: Some(manifest.status.to_string()),
        owner: Some(manifest.owner.to_string()),
        kind: Some(manifest.kind.to_string()),
        personal_data: Some(manifest.personal_data),
        sandbox: Some(manifest.environments.iter().any(|(_, target)| *target == Target::Mock)),
        neighbours: Vec::new(),
    }
}

/// What must not be the same twice, of every API but one.
fn neighbours(api: &ApiSlug, catalogue: Vec<ApiRow>) -> Vec<Neighbour> {
    let others = catalogue.into_iter().filter(|other| other.slug != *api);
    others
        .map(|other| Neighbour {
            base_path: format!("/{}", other.slug),
            api: other.slug.to_string(),
            title: other.title,
        })
        .collect()
}

impl Control {
    /// Holds a contract against a profile, with what is accepted in writing left out.
    pub(crate) async fn judge(
        &self,
        manifest: &Manifest,
        contract: &str,
        profile: Arc<Profile>,
        waived: &Waived,
    ) -> Result<Judgement, Error> {
        let catalogue = self.reads.apis().await?;
        let own = catalogue.iter().find(|api| api.slug == manifest.api).map(|api| api.id.clone());
        let neighbours = neighbours(&manifest.api, catalogue);
        let facts = Facts { neighbours, ..facts(manifest) };
        let verdict = judge(facts, manifest.contract.clone(), contract.to_owned(), profile).await?;
        let answers = match own {
            Some(id) => self.reads.answers_of(&id).await?,
            None => vec![],
        };
        Ok(Judgement::of(verdict, answers, waived))
    }

    /// Holds a release against a profile.
    pub(crate) async fn judge_release(
        &self,
        published: &PublishedContract,
        profile: Arc<Profile>,
    ) -> Result<Judgement, Error> {
        let waived = self.waived(&published.manifest.api).await?;
        self.judge(&published.manifest, &published.contract_text, profile, &waived).await
    }
}

/// Judges a contract: on a thread of its own, since a large one takes a while and nobody else may wait for it.
async fn judge(facts: Facts, name: String, contract: String, profile: Arc<Profile>) -> Result<Verdict, Error> {
    let verdict = tokio::task::spawn_blocking(move || {
        // The contract was read before, so that it reads.
        Sources::of_text(&name, &contract, &Limits::default()).map(|sources| lint(&sources, facts, &profile))
    });
    let verdict = verdict.await.map_err(|error| Error::Internal(format!("judging a contract: {error}")))?;
    verdict.map_err(|fault| Error::Internal(format!("a contract does not read: {fault}")))
}

/// What people answered, in the words of the standards.
fn answer(row: AnswerRow) -> Answer {
    match row.answer.as_str() {
        "yes" => Answer::Kept,
        "not-applicable" => Answer::NotApplicable,
        _ => Answer::Broken(vec![format!("{} answered no: {}", row.answered_by, row.note)]),
    }
}

impl Judgement {
    fn of(mut verdict: Verdict, answers: Vec<AnswerRow>, waived: &Waived) -> Judgement {
        for row in answers {
            let item = row.item.clone();
            verdict.answered(&item, answer(row));
        }
        let mut judgement = Judgement { verdict, waived: vec![] };
        judgement.tell_apart(waived);
        judgement
    }

    /// Takes in what holding the release against the one before said.
    pub(crate) fn compared(&mut self, difference: &Difference, status: Status, waived: &Waived) {
        for (rule, answer) in promises::kept(difference, status) {
            self.verdict.answered(rule, answer);
        }
        self.tell_apart(waived);
    }

    /// Moves the findings that a waiver covers out of those that stand.
    fn tell_apart(&mut self, waived: &Waived) {
        let findings = std::mem::take(&mut self.verdict.findings);
        let (covered, standing): (Vec<_>, Vec<_>) = findings.into_iter().partition(|finding| waived.covers(finding));
        self.verdict.findings = standing;
        self.waived.extend(covered);
    }

    /// How many findings of a level stand.
    pub fn standing(&self, level: Level) -> usize {
        self.verdict.count(level)
    }

    /// The rules that are broken by findings that stand.
    pub fn broken(&self) -> impl Iterator<Item = &str> {
        let stands = |rule: &str| self.verdict.findings.iter().any(|finding| &*finding.rule == rule);
        self.verdict
            .coverage
            .iter()
            .filter(move |coverage| coverage.outcome == Outcome::Failed && stands(&coverage.rule))
            .map(|coverage| &*coverage.rule)
    }

    /// How good it is, in one number, and how sure that is.
    pub fn scorecard(&self) -> Scorecard {
        let standing: Vec<&Finding> = self.verdict.findings.iter().collect();
        Scorecard::told_apart(&self.verdict, &standing, &self.waived.iter().collect::<Vec<_>>())
    }

    /// Stores the judgement with its release.
    pub(crate) async fn put(&self, change: &mut Change, release: &ReleaseId, at: Timestamp) -> Result<(), Error> {
        let text = serde_json::to_string(self).map_err(|error| Error::Internal(format!("a verdict: {error}")))?;
        let card = self.scorecard();
        let chapters = serde_json::to_string(&ChapterScore::of(&card));
        let chapters = chapters.map_err(|error| Error::Internal(format!("scores of chapters: {error}")))?;
        let count = |level| i64::try_from(self.standing(level)).unwrap_or(i64::MAX);
        let verdict = NewVerdict {
            release_id: release,
            edition: &self.verdict.edition,
            profile: &self.verdict.profile,
            at,
            score: card.score.map(i64::from),
            errors: count(Level::Error),
            warnings: count(Level::Warning),
            waived: i64::try_from(self.waived.len()).unwrap_or(i64::MAX),
            chapters: &chapters,
            verdict: &text,
        };
        Ok(change.put_verdict(&verdict).await?)
    }
}
