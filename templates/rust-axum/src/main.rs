//! How is the service started and stopped? `serve`, or `migrate` and `seed` to prepare the database.

use std::process::ExitCode;

use service::{app, database, journal, settings::Settings, traces};
use tokio::signal::unix::{SignalKind, signal};

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> ExitCode {
    let command = std::env::args().nth(1);
    let done = match command.as_deref() {
        None | Some("serve") => serve().await,
        Some("migrate") => migrate().await,
        Some("seed") => seed().await,
        Some(other) => {
            eprintln!("{other} is none of serve, migrate, seed");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Outcome {
    let settings = Settings::read(variable)?;
    let traces = traces::start(settings.traces_url.as_ref())?;
    journal::begin(settings.log_level, &settings.environment, traces.as_ref());
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    let patience = settings.stop_timeout;
    let running = app::start(settings).await?;
    tracing::info!(address = %running.address, "listening");
    tokio::select! {
        _ = terminated.recv() => {}
        _ = interrupted.recv() => {}
    }
    // What does not end in time is ended.
    let stopped = tokio::time::timeout(patience, running.stop()).await;
    traces::end(traces).await;
    stopped.map_err(|_| "requests were still running when it stopped".into())
}

async fn migrate() -> Outcome {
    let mut connection = database::connect(&database_url()?).await?;
    database::MIGRATIONS.run(&mut connection).await?;
    eprintln!("the database is up to date");
    Ok(())
}

async fn seed() -> Outcome {
    let mut connection = database::connect(&database_url()?).await?;
    sqlx::raw_sql(include_str!("../seed.sql")).execute(&mut connection).await?;
    eprintln!("the invented records are there");
    Ok(())
}

fn database_url() -> Result<String, &'static str> {
    variable("DATABASE_URL").ok_or("DATABASE_URL is missing")
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
