//! Which pipelines elsewhere may publish which API?

use hansom_domain::{ApiSlug, GroupAddress, PipelineId, Timestamp};

use crate::{Change, Error, Reads, column::row, database::on};

/// Of one API, or of one repository, so many are read.
const MOST: i64 = 1000;

row! {
    /// A pipeline that an API trusts.
    pub struct PipelineRow {
        /// Its id.
        pub id: PipelineId,
        /// The API that it may publish, which may not be there yet.
        pub api: ApiSlug,
        /// The group that trusts it.
        pub owner: GroupAddress,
        /// `github` or `gitlab`.
        pub provider: String,
        /// The `iss` of its tokens.
        pub issuer: String,
        /// The repository, as the issuer writes it.
        pub repository: String,
        /// The ref in full, perhaps with a star at its end.
        pub git_ref: String,
        /// The file of the workflow, if it must be that one.
        pub workflow: Option<String>,
        /// The environment, if it must run in that one.
        pub environment: Option<String>,
        /// The issuer's own id of the repository, from the first run on.
        pub repository_id: Option<String>,
        /// The issuer's own id of who has the repository, from the first run on.
        pub namespace_id: Option<String>,
        /// When the first run told them.
        pub pinned_at: Option<Timestamp>,
        /// Since when it is trusted.
        pub trusted_at: Timestamp,
        /// Who said so, by name.
        pub trusted_by: String,
    }
}

impl Reads {
    /// One pipeline.
    pub async fn pipeline(&self, id: &PipelineId) -> Result<Option<PipelineRow>, Error> {
        let sql = "SELECT * FROM pipeline WHERE id = $1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(id.as_str()).fetch_optional(pool).await)?)
    }

    /// The pipelines that an API trusts, the newest first.
    pub async fn pipelines_of(&self, api: &ApiSlug) -> Result<Vec<PipelineRow>, Error> {
        let sql = "SELECT * FROM pipeline WHERE api = $1 ORDER BY trusted_at DESC, id LIMIT $2";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(api.as_str()).bind(MOST).fetch_all(pool).await)?)
    }

    /// Whether any API trusts a pipeline of this issuer.
    pub async fn is_pipeline_issuer(&self, issuer: &str) -> Result<bool, Error> {
        let sql = "SELECT count(*) FROM (SELECT id FROM pipeline WHERE issuer = $1 LIMIT 1) AS one";
        let found: i64 = on!(&self.pool, pool => sqlx::query_scalar(sql).bind(issuer).fetch_one(pool).await)?;
        Ok(found > 0)
    }

    /// The pipelines of a repository that any API trusts.
    pub async fn pipelines_in(&self, issuer: &str, repository: &str) -> Result<Vec<PipelineRow>, Error> {
        let sql = "SELECT * FROM pipeline WHERE issuer = $1 AND repository = $2 ORDER BY api, id LIMIT $3";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(issuer).bind(repository).bind(MOST).fetch_all(pool).await)?)
    }
}

impl Change {
    /// The pipelines that an API trusts, as this change sees them.
    pub async fn pipelines_of(&mut self, api: &ApiSlug) -> Result<Vec<PipelineRow>, Error> {
        let sql = "SELECT * FROM pipeline WHERE api = $1 ORDER BY trusted_at DESC, id LIMIT $2";
        Ok(on!(&mut self.transaction, tx => sqlx::query_as(sql).bind(api.as_str()).bind(MOST)
            .fetch_all(&mut **tx).await)?)
    }

    /// Stores that an API trusts a pipeline. Its ids are not known yet.
    pub async fn insert_pipeline(&mut self, pipeline: &PipelineRow) -> Result<(), Error> {
        let sql = "INSERT INTO pipeline (id, api, owner, provider, issuer, repository, git_ref, workflow, environment, \
                   trusted_at, trusted_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(pipeline.id.as_str()).bind(pipeline.api.as_str())
            .bind(pipeline.owner.as_str()).bind(&pipeline.provider).bind(&pipeline.issuer).bind(&pipeline.repository)
            .bind(&pipeline.git_ref).bind(pipeline.workflow.as_deref()).bind(pipeline.environment.as_deref())
            .bind(pipeline.trusted_at.millis()).bind(&pipeline.trusted_by).execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Notes the issuer's own ids of repository and namespace; `false` if they are known already or the trust has ended.
    pub async fn pin_pipeline(
        &mut self,
        id: &PipelineId,
        (repository_id, namespace_id): (&str, &str),
        at: Timestamp,
    ) -> Result<bool, Error> {
        let sql = "UPDATE pipeline SET repository_id = $2, namespace_id = $3, pinned_at = $4 \
                   WHERE id = $1 AND repository_id IS NULL";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).bind(repository_id)
            .bind(namespace_id).bind(at.millis()).execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Ends the trust in a pipeline; `false` if there is none.
    pub async fn delete_pipeline(&mut self, id: &PipelineId) -> Result<bool, Error> {
        let sql = "DELETE FROM pipeline WHERE id = $1";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).execute(&mut **tx).await
            .map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }
}
