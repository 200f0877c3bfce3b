//! How is free text written into a file so that it stays text?

/// Writes `text` as it may stand in a file of this name: within double quotes in code and data, between other text in Markdown.
/// `None` where no way is known; then only harmless text may stand there.
pub(crate) fn escaped(file: &str, text: &str) -> Option<String> {
    let name = file.rsplit('/').next().unwrap_or(file);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending {
        "json" | "yaml" | "yml" | "toml" | "rs" | "ts" | "js" | "mjs" | "py" => Some(quoted(text)),
        // Terraform's strings take expressions.
        "tf" | "tfvars" | "hcl" => Some(quoted(text).replace("${", "$${").replace("%{", "%%{")),
        "md" => Some(markdown(text)),
        _ if is_harmless(text) => Some(text.to_owned()),
        _ => None,
    }
}

/// The escapes that JSON, YAML's and TOML's double quotes, Rust, JavaScript and Python have in common.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

fn markdown(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '{' | '}' | '~' | '!' | '$' => {
                written.push('\\');
                written.push(c);
            }
            _ => written.push(c),
        }
    }
    written
}

fn is_harmless(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | ',' | '.' | '-' | '(' | ')'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = r#"Bins "by day" \ {{x}} ${y} %{z} #1: <b>`id`</b> 'q' & *"#;

    #[test]
    fn hostile_text_is_the_same_text_again_when_it_is_read() {
        let inside = |file: &str| escaped(file, HOSTILE).unwrap();
        let json: String = serde_json::from_str(&format!("\"{}\"", inside("a.json"))).unwrap();
        let toml: toml::Table = format!("a = \"{}\"", inside("a.toml")).parse().unwrap();
        assert_eq!(json, HOSTILE);
        assert_eq!(toml["a"].as_str(), Some(HOSTILE));
        assert!(inside("main.tf").contains("$${y} %%{z}"));
        assert!(!inside("README.md").contains("<b>"));
    }

    #[test]
    fn where_no_escape_is_known_only_harmless_text_is_written() {
        assert_eq!(escaped("Dockerfile", HOSTILE), None);
        assert_eq!(escaped("scripts/run", "$(id)"), None);
        assert_eq!(escaped("Dockerfile", "Street lights (all)"), Some("Street lights (all)".into()));
    }
}
