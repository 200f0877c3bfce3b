//! In which of its two formats are metrics told?
//!
//! OpenMetrics to whoever asks for it, as Prometheus does; the older text to everybody else. The two differ in what a counter's
//! lines of help and type name, and in the end.

/// The media type of OpenMetrics.
pub(crate) const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The media type of Prometheus's own text.
pub(crate) const CLASSIC: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Whether one item of `Accept` asks for OpenMetrics.
pub(crate) fn is_openmetrics(item: &str) -> bool {
    let mut parts = item.split(';').map(str::trim);
    let is_named = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/openmetrics-text"));
    is_named && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
}

/// OpenMetrics as Prometheus's own text.
pub(crate) fn classic(text: &str) -> String {
    let mut classic = String::with_capacity(text.len() + 1024);
    // The help comes before the type that says whether it is a counter's.
    let mut help: Option<(&str, &str)> = None;
    for line in text.lines() {
        if let Some((name, rest)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) {
            help = Some((name, rest));
        } else if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            let (suffix, kind) = match kind {
                "counter" => ("_total", "counter"),
                "unknown" => ("", "untyped"),
                "info" => ("_info", "gauge"),
                other => ("", other),
            };
            if let Some((_, rest)) = help.take().filter(|(known, _)| *known == name) {
                classic.push_str(&format!("# HELP {name}{suffix} {rest}\n"));
            }
            classic.push_str(&format!("# TYPE {name}{suffix} {kind}\n"));
        } else if !line.starts_with('#') {
            classic.push_str(line);
            classic.push('\n');
        }
    }
    classic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_named_as_its_samples_in_the_older_text() {
        let open = "# HELP a_b What it counts.\n# TYPE a_b counter\na_b_total{x=\"1\"} 2\n# HELP g How.\n# TYPE g gauge\ng 1\n# EOF\n";
        let older = "# HELP a_b_total What it counts.\n# TYPE a_b_total counter\na_b_total{x=\"1\"} 2\n# HELP g How.\n# TYPE g gauge\ng 1\n";
        assert_eq!(classic(open), older);
    }

    #[test]
    fn openmetrics_is_told_to_those_who_ask_for_it() {
        assert!(is_openmetrics("application/openmetrics-text;version=1.0.0;q=0.6"));
        assert!(is_openmetrics(" Application/OpenMetrics-Text"));
        assert!(!is_openmetrics("text/plain") && !is_openmetrics("*/*"));
        assert!(!is_openmetrics("application/openmetrics-text; q=0"));
    }
}
