//! What does a manifest say of pages of other origins?

use hansom_domain::CrossOrigin;
use hansom_standards::{Node, Place};

use super::Reader;

const MOST_ORIGINS: usize = 100;
const USUAL_SECONDS: u32 = 600;
const LONGEST_SECONDS: u32 = 86_400;

impl Reader {
    pub(super) fn cross_origin(&mut self, root: Node<'_>) -> Option<CrossOrigin> {
        let node = root.get("cors")?;
        self.known_keys(node, &["origins", "credentials", "max_age"])?;
        let list = self.needed(node, "origins")?;
        let credentials = self.flag(node, "credentials");
        let max_age_seconds = self.max_age(node);
        let found: Vec<(String, Place)> = list.items().filter_map(|item| self.origin(item)).collect();
        if list.items().next().is_none() || found.len() > MOST_ORIGINS {
            self.complain(
                list.place(),
                format!("`origins` is no list of 1 to {MOST_ORIGINS} origins"),
                "write a list such as [\"https://www.hackney.example\"], or leave `cors` out",
            );
            return None;
        }
        let any = found.iter().find(|(origin, _)| origin == "*");
        let mut mistake = any.filter(|_| found.len() > 1).map(|(_, place)| {
            (
                *place,
                "\"*\" allows every origin, so that others beside it say nothing",
                "write [\"*\"] alone, or a list without it",
            )
        });
        let anybody = found.iter().find(|(origin, _)| matches!(origin.as_str(), "*" | "null"));
        if credentials && let Some((_, place)) = anybody {
            mistake = Some((
                *place,
                "with credentials, this would let any page act as the user whose browser shows it",
                "name the origins, or write credentials: false",
            ));
        }
        if let Some((place, what, mend)) = mistake {
            self.complain(place, what, mend);
            return None;
        }
        Some(CrossOrigin {
            origins: found.into_iter().map(|(origin, _)| origin).collect(),
            credentials,
            max_age_seconds,
        })
    }

    /// An origin as a browser sends it, since it is compared byte for byte.
    fn origin(&mut self, node: Node<'_>) -> Option<(String, Place)> {
        let text = node.as_str().unwrap_or_default();
        let is_as_sent = || {
            let url = url::Url::parse(text).ok()?;
            let is_web = matches!(url.scheme(), "http" | "https");
            (is_web && !text.contains('*') && url.origin().ascii_serialization() == text).then_some(())
        };
        if matches!(text, "*" | "null") || is_as_sent().is_some() {
            return Some((text.to_owned(), node.place()));
        }
        self.complain(
            node.place(),
            "this is no origin as browsers send it",
            "write http:// or https:// and a host in lower case, with a port only if it is not the usual one, and no slash at the end",
        );
        None
    }

    fn max_age(&mut self, node: Node<'_>) -> u32 {
        let Some(found) = node.get("max_age") else {
            return USUAL_SECONDS;
        };
        let seconds = found.as_str().and_then(|text| {
            let units = [("s", 1), ("m", 60), ("h", 3600)];
            let (number, unit) = units.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)))?;
            let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
            is_number.then_some(number)?.parse::<u32>().ok()?.checked_mul(unit)
        });
        seconds.filter(|seconds| *seconds <= LONGEST_SECONDS).unwrap_or_else(|| {
            self.complain(found.place(), "`max_age` is no duration", "write 0s to 24h, such as 10m");
            USUAL_SECONDS
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::read_manifest;
    use super::*;

    fn read(cors: &str) -> Result<Option<CrossOrigin>, String> {
        let text = format!(
            "api: repairs\nowner: a@b.example\nkind: platform\naudience: internal\nstatus: beta\n\
             contract: openapi.yaml\nenvironments: {{ sandbox: {{ mock: true }} }}\n\
             access: [{{ operations: [\"*\"], applications: granted }}]\n{cors}"
        );
        let read = read_manifest(&text).map(|manifest| manifest.cross_origin);
        read.map_err(|faults| faults.iter().map(|fault| format!("{}: {}", fault.line, fault.what)).collect())
    }

    #[test]
    fn origins_are_read_as_browsers_send_them() {
        let page = "https://www.hackney.example";
        let read = |cors: &str| read(cors).unwrap();
        assert_eq!(read(""), None);
        let usual = |origins: &[&str]| {
            let origins = origins.iter().map(ToString::to_string).collect();
            Some(CrossOrigin { origins, credentials: false, max_age_seconds: 600 })
        };
        assert_eq!(read(&format!("cors: {{ origins: [\"{page}\"] }}")), usual(&[page]));
        assert_eq!(read("cors: { origins: [\"*\"] }"), usual(&["*"]));
        assert_eq!(
            read("cors: { origins: [\"null\", \"http://localhost:3000\"] }"),
            usual(&["null", "http://localhost:3000"])
        );
        let whole = read(&format!("cors: {{ origins: [\"{page}\"], credentials: true, max_age: 2h }}"));
        assert_eq!(whole, Some(CrossOrigin { origins: vec![page.into()], credentials: true, max_age_seconds: 7200 }));
    }

    #[test]
    fn what_browsers_never_send_or_must_not_be_allowed_is_refused_at_its_line() {
        let no_origin = "this is no origin as browsers send it";
        for (cors, what) in [
            ("cors: { origins: [\"*\"], credentials: true }", "with credentials"),
            ("cors: { origins: [\"null\"], credentials: true }", "with credentials"),
            ("cors: { origins: [\"*\", \"https://a.example\"] }", "allows every origin"),
            ("cors: { origins: [] }", "`origins` is no list"),
            ("cors: { credentials: true }", "`origins` is missing"),
            ("cors: { origins: [\"https://a.example/\"] }", no_origin),
            ("cors: { origins: [\"https://A.example\"] }", no_origin),
            ("cors: { origins: [\"https://a.example:443\"] }", no_origin),
            ("cors: { origins: [\"https://*.a.example\"] }", no_origin),
            ("cors: { origins: [\"a.example\"] }", no_origin),
            ("cors: { origins: [\"ftp://a.example\"] }", no_origin),
            ("cors: { origins: [\"https://me@a.example\"] }", no_origin),
            ("cors: { origins: [\"https://a.example\"], max_age: 2d }", "`max_age` is no duration"),
            ("cors: { origins: [\"https://a.example\"], max_age: 25h }", "`max_age` is no duration"),
            ("cors: { origins: [\"https://a.example\"], methods: [GET] }", "`methods` is no key"),
        ] {
            let told = read(cors).unwrap_err();
            assert!(told.starts_with("9: ") && told.contains(what), "{cors}: {told}");
        }
    }
}
