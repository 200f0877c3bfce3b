//! Which programs of the platform itself do people use?

/// The hub, as a client of its own authorisation server.
pub const HUB_CLIENT: &str = "hansom-hub";
/// The command line, which signs people in by the device flow and holds no secret.
pub const COMMAND_LINE_CLIENT: &str = "hansom-cli";

/// Whether a `client_id` is one of the platform's own programs, which no application has and nobody revokes.
pub fn is_built_in_client(id: &str) -> bool {
    [HUB_CLIENT, COMMAND_LINE_CLIENT].contains(&id)
}
