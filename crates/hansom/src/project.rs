//! How are the files of a service read and written, inside its folder and nowhere else?

use std::{
    fs,
    io::{Error, ErrorKind, Result},
    path::{Component, Path, PathBuf},
};

/// Larger files than this are not made by a template.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// Writes a file of a service; one that begins with `#!` can be run.
pub(crate) fn write_file(folder: &Path, path: &str, text: &str) -> Result<()> {
    let file = place(folder, path)?;
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(&file, text)?;
    if text.starts_with("#!") {
        make_runnable(&file)?;
    }
    Ok(())
}

/// The text of a file of a service; `None` if it is not there.
pub(crate) fn read_file(folder: &Path, path: &str) -> Result<Option<String>> {
    let file = place(folder, path)?;
    match fs::metadata(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
        Ok(about) if about.len() > MOST_BYTES => {
            return Err(Error::other(format!("{} is larger than 16 MB", file.display())));
        }
        Ok(_) => {}
    }
    fs::read_to_string(&file)
        .map(Some)
        .map_err(|error| Error::new(error.kind(), format!("{}: {error}", file.display())))
}

/// Takes a file of a service away.
pub(crate) fn remove_file(folder: &Path, path: &str) -> Result<()> {
    fs::remove_file(place(folder, path)?)
}

/// Where a path lies, if nothing on the way to it leads out of the folder.
fn place(folder: &Path, path: &str) -> Result<PathBuf> {
    let refused = |why: &str| Error::new(ErrorKind::InvalidInput, format!("{path} {why}"));
    let mut place = folder.to_owned();
    for part in Path::new(path).components() {
        let Component::Normal(part) = part else {
            return Err(refused("leads out of the service's folder"));
        };
        place.push(part);
        if fs::symlink_metadata(&place).is_ok_and(|about| about.is_symlink()) {
            return Err(refused("is, or lies behind, a symbolic link; put the file itself there"));
        }
    }
    Ok(place)
}

#[cfg(unix)]
fn make_runnable(file: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_runnable(_: &Path) -> Result<()> {
    Ok(())
}
