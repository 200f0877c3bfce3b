//! When is the service built anew? Also when a migration was added, which no Rust file names.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
