//! What is done for each operation? From the request to the answer; `rules` says what may be, `storage` where it lies.

use axum::http::{StatusCode, header};

use super::{
    rules::{RESOURCE, Record, Wanted},
    storage,
};
use crate::{
    api::{Answer, Api, Call, body_as},
    app::App,
    events::{self, Change},
    idempotency::Once,
    merge_patch::merged,
    pages::Plan,
    preconditions::{Seen, etag},
    problem::Problem,
};

const CREATE: &str = "createStreetLight";

/// The operations on them.
pub fn operations(api: &mut Api) {
    api.operation("listStreetLights", list);
    api.operation(CREATE, create);
    api.operation("getStreetLight", get);
    api.operation("updateStreetLight", update);
    api.operation("deleteStreetLight", delete);
}

async fn list(app: App, call: Call) -> Result<Answer, Problem> {
    let wanted: Wanted = call.query_as()?;
    let plan = Plan::of(&call, path(&app))?;
    let found = storage::list(&app.database, &plan, &wanted).await?;
    let fields = wanted.fields.as_deref();
    let page = plan.page(found, |record| record.place(&plan.sort.key), |record| record.listed(fields))?;
    Answer::new(StatusCode::OK, &page)
}

async fn create(app: App, call: Call) -> Result<Answer, Problem> {
    let mut work = match Once::begin(&app.database, &call).await? {
        Once::Done(answer) => return Ok(answer),
        Once::ToDo(work) => work,
    };
    let record = storage::insert(work.transaction(), &call.body_as()?).await?.ok_or(Problem::ReferenceTaken)?;
    let change = Change::Created(record.in_event()?);
    events::note(work.transaction(), &app, &call, record.entity(), change).await?;
    let location = format!("{}/{}", path(&app), record.id);
    work.done(answer(StatusCode::CREATED, &record)?.with(header::LOCATION, location)).await
}

async fn get(app: App, call: Call) -> Result<Answer, Problem> {
    let record = storage::get(&app.database, call.id()?).await?.ok_or(Problem::NoSuchRecord)?;
    answer(StatusCode::OK, &record)
}

async fn update(app: App, call: Call) -> Result<Answer, Problem> {
    let seen = Seen::by(&call.headers)?;
    let mut transaction = app.database.begin().await?;
    let before = storage::lock(&mut transaction, call.id()?).await?.ok_or(Problem::NoSuchRecord)?;
    seen.is_still(before.version)?;
    let after = merged(before.changeable()?, call.body());
    // What is whole before and what fits by itself need not fit together.
    app.check_body(CREATE, &after)?;
    let after = storage::update(&mut transaction, before.id, &body_as(after)?).await?;
    let change = Change::Updated { old: before.in_event()?, new: after.in_event()? };
    events::note(&mut transaction, &app, &call, after.entity(), change).await?;
    transaction.commit().await?;
    answer(StatusCode::OK, &after)
}

async fn delete(app: App, call: Call) -> Result<Answer, Problem> {
    let seen = Seen::by(&call.headers)?;
    let mut transaction = app.database.begin().await?;
    let before = storage::lock(&mut transaction, call.id()?).await?.ok_or(Problem::NoSuchRecord)?;
    seen.is_still(before.version)?;
    storage::remove(&mut transaction, before.id).await?;
    let change = Change::Deleted(before.in_event()?);
    events::note(&mut transaction, &app, &call, before.entity(), change).await?;
    transaction.commit().await?;
    Ok(Answer::nothing())
}

fn path(app: &App) -> String {
    format!("{}/{RESOURCE}", app.contract.base_path)
}

fn answer(status: StatusCode, record: &Record) -> Result<Answer, Problem> {
    Ok(Answer::new(status, record)?.with(header::ETAG, etag(record.version)))
}
