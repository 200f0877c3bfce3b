//! How do all APIs stand by the playbook?

use hansom_domain::Actor;
use hansom_standards::scorecard::Scorecard;
use hansom_store::{EditionScoreRow, ScoreRow};
use serde::{Deserialize, Serialize};

use crate::{Control, Error, Judgement};

/// The score of a release in one chapter of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChapterScore {
    /// `URL` of `URL-01`.
    pub chapter: String,
    /// The score, of 1,000; none where no rule of it counts.
    pub score: Option<u32>,
}

impl ChapterScore {
    /// Those of a scorecard, in the order of the catalogue.
    pub(crate) fn of(card: &Scorecard) -> Vec<Self> {
        let chapters = card.chapters.iter();
        chapters.map(|one| Self { chapter: one.chapter.clone(), score: one.score }).collect()
    }
}

impl Control {
    /// The scores by an edition, or by the one in force, of those versions that the actor may see. Each version is told by
    /// its newest release that the edition judged.
    pub async fn scores(&self, actor: &Actor, edition: Option<&str>) -> Result<Vec<ScoreRow>, Error> {
        let mut scores = match edition {
            Some(edition) => self.reads.scores(edition).await?,
            None => self.reads.scores(&self.profile_in_force().await?.edition).await?,
        };
        scores.retain(|score| self.may_see(Some(actor), score.audience, &score.owner));
        Ok(scores)
    }

    /// The scores of a release by chapter, in the order of the catalogue.
    pub async fn chapter_scores(&self, score: &ScoreRow) -> Result<Vec<ChapterScore>, Error> {
        if let Ok(chapters) = serde_json::from_str(&score.chapters) {
            return Ok(chapters);
        }
        // An older Hansom judged: it is all in the verdict.
        let text = self.reads.verdict_by(&score.release_id, &score.edition).await?;
        let judgement: Option<Judgement> = text.and_then(|text| serde_json::from_str(&text).ok());
        Ok(judgement.map(|judgement| ChapterScore::of(&judgement.scorecard())).unwrap_or_default())
    }

    /// How all versions stand together by each edition that judged any, the newest first: for people.
    pub async fn scores_by_edition(&self, actor: &Actor) -> Result<Vec<EditionScoreRow>, Error> {
        // Programs do not see every API, and so not what they add up to.
        if !matches!(actor, Actor::Person { .. } | Actor::Platform) {
            return Err(Error::NotAllowed(
                "people see how all APIs stand together; programs see those of their own".into(),
            ));
        }
        Ok(self.reads.scores_by_edition().await?)
    }
}
