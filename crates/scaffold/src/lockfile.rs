//! What does cargo expect of a lock file in which a package has got another name?

const HEAD: &str = "[[package]]\n";

/// Its packages in the order of their names, as cargo writes them, or the first build would change the file. `None` where the
/// package got the name of another: code that says the name would mean either.
pub(crate) fn sorted(lock: &str) -> Option<String> {
    let (before, packages) = lock.split_once(HEAD)?;
    let mut packages: Vec<&str> = packages.split(HEAD).map(str::trim_end).collect();
    packages.sort_by_key(|package| name(package));
    // Only packages of a registry may share a name: then the versions tell them apart.
    let ours = packages.iter().find(|package| !package.contains("\nsource = "))?;
    if packages.iter().filter(|package| name(package) == name(ours)).count() > 1 {
        return None;
    }
    Some(format!("{before}{HEAD}{}\n", packages.join(&format!("\n\n{HEAD}"))))
}

fn name(package: &str) -> &str {
    package.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"zebra\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"serde\"\nversion = \
                        \"1.0.0\"\nsource = \"registry\"\n";

    #[test]
    fn packages_are_in_the_order_of_their_names() {
        let sorted = sorted(LOCK).unwrap();
        assert!(sorted.starts_with("version = 4\n\n[[package]]\nname = \"serde\"\n"), "{sorted}");
        assert!(sorted.ends_with("\n\n[[package]]\nname = \"zebra\"\nversion = \"0.1.0\"\n"), "{sorted}");
    }

    #[test]
    fn the_name_of_another_package_is_refused() {
        assert_eq!(sorted(&LOCK.replace("zebra", "serde")), None);
    }
}
