//! How do they lie in the database? All SQL of this resource; values are apart from it, names are from here.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, PgPool, QueryBuilder};
use tracing::instrument;
use uuid::Uuid;

use super::rules::{Contact, Details, Record, Status, Wanted};
use crate::{
    pages::{Column, Moment, Plan},
    problem::Problem,
    united_kingdom::{PhoneNumber, Postcode, Uprn},
};

/// The columns of a row, and no others: a later migration may add some.
macro_rules! columns {
    () => {
        "id, reference, name, status, postcode, uprn, contact_name, contact_phone, version, created_at, updated_at"
    };
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    reference: String,
    name: String,
    status: Status,
    postcode: Option<Postcode>,
    uprn: Option<Uprn>,
    contact_name: Option<String>,
    contact_phone: Option<PhoneNumber>,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// Those of a page, and one more if there is another page.
#[instrument(name = "query", skip_all)]
pub async fn list(database: &PgPool, plan: &Plan, wanted: &Wanted) -> Result<Vec<Record>, Problem> {
    let all = concat!("SELECT ", columns!(), " FROM street_lights WHERE TRUE");
    let mut sql = QueryBuilder::new(all);
    if let Some(status) = &wanted.status {
        sql.push(" AND status = ANY (").push_bind(status).push(")");
    }
    if let Some(postcode) = &wanted.postcode {
        sql.push(" AND postcode = ").push_bind(postcode);
    }
    if let Some(uprn) = &wanted.uprn {
        sql.push(" AND uprn = ").push_bind(uprn);
    }
    if let Some(Moment(from)) = wanted.created_at_from {
        sql.push(" AND created_at >= ").push_bind(from);
    }
    if let Some(Moment(to)) = wanted.created_at_to {
        sql.push(" AND created_at < ").push_bind(to);
    }
    plan.push_to(&mut sql, sorted_by(&plan.sort.key))?;
    let rows: Vec<Row> = sql.build_query_as().fetch_all(database).await?;
    Ok(rows.into_iter().map(Record::from).collect())
}

/// The one with this identifier.
#[instrument(name = "query", skip_all)]
pub async fn get(database: &PgPool, id: Uuid) -> Result<Option<Record>, Problem> {
    let sql = concat!("SELECT ", columns!(), " FROM street_lights WHERE id = $1");
    let row: Option<Row> = sqlx::query_as(sql).bind(id).fetch_optional(database).await?;
    Ok(row.map(Record::from))
}

/// As `get`, and nobody else can change it until the transaction ends.
#[instrument(name = "query", skip_all)]
pub async fn lock(transaction: &mut PgConnection, id: Uuid) -> Result<Option<Record>, Problem> {
    let sql = concat!("SELECT ", columns!(), " FROM street_lights WHERE id = $1 FOR UPDATE");
    let row: Option<Row> = sqlx::query_as(sql).bind(id).fetch_optional(transaction).await?;
    Ok(row.map(Record::from))
}

/// A new one; none where another has the reference.
#[instrument(name = "query", skip_all)]
pub async fn insert(transaction: &mut PgConnection, details: &Details) -> Result<Option<Record>, Problem> {
    let sql = concat!(
        "INSERT INTO street_lights ",
        "(reference, name, status, postcode, uprn, contact_name, contact_phone) VALUES ($1, $2, $3, $4, $5, $6, $7) ",
        "ON CONFLICT (reference) DO NOTHING RETURNING ",
        columns!(),
    );
    let row: Option<Row> = with_details(sqlx::query_as(sql), details).fetch_optional(transaction).await?;
    Ok(row.map(Record::from))
}

/// The one with this identifier, as it is from now on.
#[instrument(name = "query", skip_all)]
pub async fn update(transaction: &mut PgConnection, id: Uuid, details: &Details) -> Result<Record, Problem> {
    let sql = concat!(
        "UPDATE street_lights ",
        "SET reference = $1, name = $2, status = $3, postcode = $4, uprn = $5, contact_name = $6, contact_phone = $7, ",
        "version = version + 1, updated_at = now() WHERE id = $8 RETURNING ",
        columns!(),
    );
    let row: Row = with_details(sqlx::query_as(sql), details).bind(id).fetch_one(transaction).await?;
    Ok(row.into())
}

/// None with this identifier.
#[instrument(name = "query", skip_all)]
pub async fn remove(transaction: &mut PgConnection, id: Uuid) -> Result<(), Problem> {
    let sql = "DELETE FROM street_lights WHERE id = $1";
    sqlx::query(sql).bind(id).execute(transaction).await?;
    Ok(())
}

/// What can be sorted by: each has an index.
fn sorted_by(key: &str) -> Column {
    match key {
        "name" => Column::Text("name"),
        "reference" => Column::Text("reference"),
        _ => Column::Time("created_at"),
    }
}

type Query<'q> = sqlx::query::QueryAs<'q, sqlx::Postgres, Row, sqlx::postgres::PgArguments>;

fn with_details<'q>(query: Query<'q>, details: &'q Details) -> Query<'q> {
    let Details { reference, name, status, postcode, uprn, contact } = details;
    let query = query.bind(reference).bind(name).bind(status).bind(postcode).bind(uprn);
    query.bind(contact.as_ref().map(|contact| &contact.name)).bind(contact.as_ref().map(|contact| &contact.phone))
}

impl From<Row> for Record {
    fn from(row: Row) -> Self {
        let Row { id, reference, name, status, postcode, uprn, version, created_at, updated_at, .. } = row;
        let contact = row.contact_name.zip(row.contact_phone).map(|(name, phone)| Contact { name, phone });
        let details = Details { reference, name, status, postcode, uprn, contact };
        Self { id, details, version, created_at, updated_at }
    }
}
