//! What a person can ask for on the command line: one file a command.

mod audit;
mod certs;
mod check;
mod completions;
pub mod demo;
mod explain;
mod failure;
mod keygen;
mod kinds;
mod load;
mod note;
mod options;
mod redact;
mod reveal;
mod schema;
mod serve;

pub use failure::Failure;

use clap::{CommandFactory, Parser, Subcommand};

/// A TLS-terminating reverse proxy that keeps visitors' addresses and personal data from chat backends.
#[derive(Debug, Parser)]
#[command(name = "cloakroom", version = env!("CLOAKROOM_VERSION"), arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve: accept visitors, rewrite, forward. SIGHUP reloads, SIGTERM drains.
    Serve(serve::Serve),
    /// Check a configuration with its certificates and keys; exits with 0 or 64.
    Check(check::Check),
    /// Show what would happen to a request: whose it is, who asks, what the backend gets.
    Explain(explain::Explain),
    /// Take personal data out of a file or of standard input.
    Redact(redact::Redact),
    /// Attack a running proxy, and tell what reaches its backend; exits with 0, 1 (leaks) or 2.
    Audit(Box<audit::Audit>),
    /// List the kinds of personal data that can be taken out.
    Kinds(kinds::Kinds),
    /// Try it: a chat page, a backend that shows what it receives, and the proxy between.
    Demo(demo::Demo),
    /// Make a key for sealed addresses, or a master secret for pseudonyms.
    Keygen(keygen::Keygen),
    /// Open sealed addresses with their key.
    Reveal(reveal::Reveal),
    /// Make certificates for development: an authority and a server, for tests only.
    Certs(certs::Certs),
    /// Print the JSON Schema of the configuration file, or a reference of its keys.
    Schema(schema::Schema),
    /// Print completions for a shell.
    Completions(completions::Completions),
}

/// Does what was asked for.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Serve(serve) => serve.run(),
        Command::Check(check) => check.run(),
        Command::Explain(explain) => explain.run(),
        Command::Redact(redact) => redact.run(),
        Command::Audit(audit) => audit.run(),
        Command::Kinds(kinds) => kinds.run(),
        Command::Demo(demo) => demo.run(),
        Command::Keygen(keygen) => keygen.run(),
        Command::Reveal(reveal) => reveal.run(),
        Command::Certs(certs) => certs.run(),
        Command::Schema(schema) => schema.run(),
        Command::Completions(completions) => completions.run(Arguments::command()),
    }
}
