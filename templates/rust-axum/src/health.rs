//! Does it work? `/live` for whoever restarts the process, `/ready` for whoever sends it requests, `/health` for callers.

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use serde_json::{Value, json};

use crate::{
    api::{Answer, Api, Call},
    app::App,
    contract,
    problem::Problem,
};

/// The operation of the contract.
pub fn operations(api: &mut Api) {
    api.operation("getHealth", health);
}

/// Outside the contract's path, where the gateway passes nothing on. They say nothing of any record, so they need no caller.
pub fn routes(app: App) -> Router {
    Router::new()
        .route("/live", get(live))
        .route("/ready", get(ready))
        .route("/openapi.yaml", get(released))
        .with_state(app)
}

/// One slow database must not restart every process, so it is not asked.
async fn live() -> Json<Value> {
    Json(passed())
}

async fn ready(State(app): State<App>) -> Result<Json<Value>, Problem> {
    works(&app).await.map(Json)
}

async fn health(app: App, _: Call) -> Result<Answer, Problem> {
    Ok(Answer::new(StatusCode::OK, &works(&app).await?)?.with(header::CACHE_CONTROL, "no-store"))
}

async fn released() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/yaml")], contract::TEXT)
}

async fn works(app: &App) -> Result<Value, Problem> {
    sqlx::query("SELECT 1").execute(&app.database).await.map_err(Problem::unavailable)?;
    Ok(passed())
}

fn passed() -> Value {
    json!({ "status": "pass" })
}
