//! Which flags, which configuration, which jobs run?
#![expect(
    clippy::disallowed_methods,
    reason = "this crate alone touches time, environment and files; the others take them as arguments"
)]

mod access_log;
mod asked_place;
mod assertion;
mod bookkeeper;
mod certificates;
mod commands;
mod config;
mod contract_file;
mod crashes;
mod demo;
mod descriptors;
mod exporter;
mod exposition;
mod facts;
mod failure;
mod figures;
mod handover;
mod heartbeat;
mod hub_asking;
mod hub_proxies;
mod keeper;
mod law;
mod mail;
mod master_key;
mod memory;
mod node;
mod operations;
mod otlp;
mod pipeline_token;
mod platform;
mod project;
mod publisher;
mod quotas;
mod reach;
mod readiness;
mod refreshing;
mod repository;
mod saying;
mod secure;
mod sign_ins;
mod signals;
mod trial_calls;
mod upkeep;
mod world;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;

/// Requests take and give back memory in small pieces on many threads, which is what this allocator is made for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// An API platform in one binary: standards, templates, gateway, tokens by group and developer hub.
#[derive(Parser)]
#[command(name = "hansom", version, propagate_version = true, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run the whole platform on this machine, with four council APIs in it.
    Demo(commands::demo::Demo),
    /// Run the platform from a configuration.
    Serve(commands::serve::Serve),
    /// Let a change go live that the platform holds because it would take most away.
    Confirm(commands::confirm::Confirm),
    /// Look after the keys that the platform signs with.
    Keys(commands::keys::Keys),
    /// Say what is wrong with a configuration.
    Check(commands::check::Check),
    /// Hold contracts against the standards.
    Lint(commands::lint::Lint),
    /// Say what changed between two contracts, and which version it needs.
    Diff(commands::diff::Diff),
    /// Show the playbook's page of a rule.
    Explain(commands::explain::Explain),
    /// Write the playbook as a site of files.
    Playbook(commands::playbook::Playbook),
    /// Serve the standards to an editor.
    Lsp(commands::lsp::Lsp),
    /// Call a running service and hold it against its contract.
    Verify(commands::verify::Verify),
    /// Serve a contract's examples.
    Mock(commands::mock::Mock),
    /// Publish a manifest and its contract as a release.
    Publish(commands::publish::Publish),
    /// Sign in at a hub.
    Login(commands::login::Login),
    /// Sign out at a hub.
    Logout(commands::logout::Logout),
    /// Print a fresh access token of yours.
    Token(commands::token::Token),
    /// Say why a gateway refused a call.
    Why(commands::why::Why),
    /// Start a service from a template.
    New(commands::new::New),
    /// Bring a service up to the newest version of its template.
    Update(commands::update::Update),
}

fn main() -> ExitCode {
    saying::tell_panics();
    let arguments = Arguments::parse();
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        return Failure::broke("the TLS library could not be set up").report();
    }
    let done = match arguments.verb {
        Verb::Demo(demo) => demo.run(),
        Verb::Serve(serve) => serve.run(),
        Verb::Confirm(confirm) => confirm.run(),
        Verb::Keys(keys) => keys.run(),
        Verb::Check(check) => check.run(),
        Verb::Lint(lint) => lint.run(),
        Verb::Diff(diff) => diff.run(),
        Verb::Explain(explain) => explain.run(),
        Verb::Playbook(playbook) => playbook.run(),
        Verb::Lsp(lsp) => lsp.run(),
        Verb::Verify(verify) => verify.run(),
        Verb::Mock(mock) => mock.run(),
        Verb::Publish(publish) => publish.run(),
        Verb::Login(login) => login.run(),
        Verb::Logout(logout) => logout.run(),
        Verb::Token(token) => token.run(),
        Verb::Why(why) => why.run(),
        Verb::New(new) => new.run(),
        Verb::Update(update) => update.run(),
    };
    let code = match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    };
    saying::Log::end();
    code
}
