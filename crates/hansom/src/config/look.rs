//! What may `[hub.look]` say?

use std::path::{Path, PathBuf};

use hansom_hub::{Colour, Colours, Contact, Logo};
use serde::Deserialize;

/// More is no logo, and is not even read.
const MOST_LOGO_BYTES: u64 = 1_000_000;

/// `[hub.look]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Look {
    /// What the hub is called; `Hansom`, if nothing is said.
    name: Option<String>,
    /// Whose it is.
    #[serde(default)]
    organisation: String,
    /// A file with an SVG or a PNG that stands before the name.
    logo: Option<PathBuf>,
    /// Its colours.
    #[serde(default)]
    colours: Named,
    /// Whom people turn to.
    #[serde(default)]
    contact: Ways,
}

/// `[hub.look] colours`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    /// Behind the name at the top of every page.
    brand: Option<String>,
    /// Of links.
    link: Option<String>,
    /// Of buttons.
    button: Option<String>,
}

/// `[hub.look.contact]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Ways {
    email: String,
    page: String,
    telephone: String,
    hours: String,
    security: String,
    data_protection: String,
    privacy_page: String,
    terms_page: String,
}

impl Look {
    /// Paths in it, from the folder of the configuration file.
    pub(crate) fn take_from(&mut self, folder: &Path) {
        if let Some(logo) = &mut self.logo {
            *logo = folder.join(&*logo);
        }
    }

    /// The look of the hub; what is wrong with it, with the name of the setting.
    pub(crate) fn read(&self) -> Result<hansom_hub::Look, String> {
        let default = hansom_hub::Look::default();
        let name = self.name.clone().unwrap_or(default.name);
        short("name", &name, 1, 60)?;
        short("organisation", &self.organisation, 0, 100)?;
        Ok(hansom_hub::Look {
            name,
            organisation: self.organisation.clone(),
            logo: self.logo.as_deref().map(logo).transpose()?,
            colours: self.colours.read().map_err(|why| format!("colours: {why}"))?,
            contact: self.contact.read().map_err(|why| format!("contact: {why}"))?,
        })
    }
}

impl Named {
    fn read(&self) -> Result<Colours, String> {
        let colour = |name: &str, text: &Option<String>| {
            let read: Option<Result<Colour, String>> = text.as_deref().map(str::parse);
            read.transpose().map_err(|why| format!("{name}: {why}"))
        };
        Colours::new(colour("brand", &self.brand)?, colour("link", &self.link)?, colour("button", &self.button)?)
    }
}

impl Ways {
    fn read(&self) -> Result<Contact, String> {
        for (name, text) in
            [("email", &self.email), ("security", &self.security), ("data_protection", &self.data_protection)]
        {
            let is_address = text.parse::<lettre::Address>().is_ok() && !text.contains(['"', '(', ')', '<', '>', '?']);
            if !text.is_empty() && !is_address {
                return Err(format!("{name} is no mail address like apis@hackney.example"));
            }
        }
        for (name, text) in
            [("page", &self.page), ("privacy_page", &self.privacy_page), ("terms_page", &self.terms_page)]
        {
            let is_page = url::Url::parse(text).is_ok_and(|url| url.scheme() == "https");
            if !text.is_empty() && (!is_page || text.contains(['(', ')', '<', '>', ' ', '\\', '"'])) {
                return Err(format!("{name} is no address that begins with https://, without brackets and spaces"));
            }
        }
        short("telephone", &self.telephone, 0, 60)?;
        short("hours", &self.hours, 0, 200)?;
        Ok(Contact {
            email: self.email.clone(),
            page: self.page.clone(),
            telephone: self.telephone.clone(),
            hours: self.hours.clone(),
            security: self.security.clone(),
            data_protection: self.data_protection.clone(),
            privacy_page: self.privacy_page.clone(),
            terms_page: self.terms_page.clone(),
        })
    }
}

fn short(name: &str, text: &str, least: usize, most: usize) -> Result<(), String> {
    let length = text.chars().count();
    let fits = (least..=most).contains(&length) && !text.chars().any(char::is_control) && text.trim() == text;
    if fits {
        Ok(())
    } else {
        Err(format!("{name} is no line of {least} to {most} characters without space around it"))
    }
}

fn logo(file: &Path) -> Result<Logo, String> {
    let shown = file.display();
    let size = std::fs::metadata(file).map_err(|error| format!("logo: {shown} cannot be read: {error}"))?.len();
    if size > MOST_LOGO_BYTES {
        return Err(format!("logo: {shown} has {size} bytes; every page loads it"));
    }
    let bytes = std::fs::read(file).map_err(|error| format!("logo: {shown} cannot be read: {error}"))?;
    Logo::new(bytes).map_err(|why| format!("logo: {shown}: {why}"))
}
