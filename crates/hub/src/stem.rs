//! When do two words mean the same to a search?

/// A word without the ending of its plural.
pub(crate) fn stem(word: &str) -> String {
    let is_plain =
        word.len() < 4 || !word.is_ascii() || word.ends_with("ss") || word.ends_with("us") || word.ends_with("is");
    if is_plain {
        return word.to_owned();
    }
    if let Some(root) = word.strip_suffix("ies") {
        return format!("{root}y");
    }
    for ending in ["sses", "shes", "ches", "xes"] {
        if let Some(root) = word.strip_suffix(ending) {
            return format!("{root}{}", ending.trim_end_matches("es"));
        }
    }
    word.strip_suffix('s').unwrap_or(word).to_owned()
}

/// The words of a text or a name as a search knows them: lower case, without plurals, `listRepairs` and `HTTPCode` taken apart.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut found = vec![];
    for run in text.split(|letter: char| !letter.is_alphanumeric()).filter(|run| !run.is_empty()) {
        let letters: Vec<char> = run.chars().collect();
        let mut word = String::new();
        for (at, letter) in letters.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| letters.get(at));
            let after = letters.get(at + 1);
            let begins = letter.is_uppercase()
                && before
                    .is_some_and(|before| !before.is_uppercase() || after.is_some_and(|after| after.is_lowercase()));
            if begins && !word.is_empty() {
                found.push(stem(&std::mem::take(&mut word)));
            }
            word.extend(letter.to_lowercase());
        }
        found.push(stem(&word));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_and_plurals_are_one_word() {
        assert_eq!(words("listRepairs, /repairs/{repairId}"), ["list", "repair", "repair", "repair", "id"]);
        assert_eq!(words("HTTPCode of Enquiries"), ["http", "code", "of", "enquiry"]);
        assert_eq!(words("council-tax_bands"), ["council", "tax", "band"]);
        assert!(words(" -- ").is_empty());
    }
}
