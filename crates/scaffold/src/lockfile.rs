//! What does cargo expect of a lock file in which the package has got another name?

const HEAD: &str = "[[package]]\n";

/// Its packages in the order of their names, as cargo writes them, or the first build would change the file. A package somewhere
/// below that happens to have our name is called by its version, too. `None` where we use that package ourselves: code that says
/// the name would mean either.
pub(crate) fn renamed(lock: &str) -> Option<String> {
    let (before, packages) = lock.split_once(HEAD)?;
    let mut packages: Vec<String> = packages.split(HEAD).map(|package| package.trim_end().to_owned()).collect();
    // Only what comes from a registry says from where.
    let ours = packages.iter().find(|package| !package.contains("\nsource = "))?;
    let (name, dependency) = (value(ours, "name")?.to_owned(), format!("\n \"{}\",", value(ours, "name")?));
    if ours.contains(&dependency) {
        return None;
    }
    let other =
        packages.iter().find(|package| value(package, "name") == Some(&name) && package.contains("\nsource = "));
    if let Some(version) = other.and_then(|other| value(other, "version")).map(str::to_owned) {
        for package in &mut packages {
            *package = package.replace(&dependency, &format!("\n \"{name} {version}\","));
        }
    }
    packages.sort_by(|one, other| value(one, "name").cmp(&value(other, "name")));
    Some(format!("{before}{HEAD}{}\n", packages.join(&format!("\n\n{HEAD}"))))
}

fn value<'a>(package: &'a str, key: &str) -> Option<&'a str> {
    let line = package.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))?;
    line.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ours, which uses `serde`, which uses `parking`.
    fn lock(ours: &str) -> String {
        let package = |name: &str, version: &str, rest: &str| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{rest}")
        };
        let registry = "source = \"registry\"\n";
        [
            "version = 4\n".to_owned(),
            package(ours, "0.1.0", "dependencies = [\n \"serde\",\n]\n"),
            package("parking", "2.2.1", registry),
            package("serde", "1.0.0", &format!("{registry}dependencies = [\n \"parking\",\n]\n")),
        ]
        .join("\n")
    }

    #[test]
    fn packages_are_in_the_order_of_their_names() {
        let renamed = renamed(&lock("zebra")).unwrap();
        assert!(renamed.starts_with("version = 4\n\n[[package]]\nname = \"parking\"\n"), "{renamed}");
        assert!(
            renamed.ends_with(
                "\n\n[[package]]\nname = \"zebra\"\nversion = \"0.1.0\"\ndependencies = [\n \"serde\",\n]\n"
            )
        );
        assert!(renamed.contains("\n \"parking\",\n"), "{renamed}");
    }

    #[test]
    fn a_package_below_that_has_our_name_is_called_by_its_version() {
        let renamed = renamed(&lock("parking")).unwrap();
        assert!(renamed.contains("\n \"parking 2.2.1\",\n"), "{renamed}");
    }

    #[test]
    fn the_name_of_a_package_that_we_use_is_refused() {
        assert_eq!(renamed(&lock("serde")), None);
    }
}
