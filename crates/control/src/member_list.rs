//! Who stands in a list of members that somebody sent as CSV?

use std::collections::BTreeSet;

use crate::NewMember;

/// The longest list.
pub const MOST_LINES: usize = 2000;
/// More faults than that are not told.
const MOST_FAULTS: usize = 50;

/// A line of a list that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListFault {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub what: String,
}

/// Reads a list: an e-mail address in each line, after a comma maybe the name of a provider in the configuration, and maybe
/// `email,provider` at its head. `issuer` knows the providers by name; an empty name is the only one there is.
pub fn read_member_list(text: &str, issuer: impl Fn(&str) -> Option<String>) -> Result<Vec<NewMember>, Vec<ListFault>> {
    let (mut members, mut faults) = (BTreeSet::new(), vec![]);
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let number = number + 1;
        if members.len() >= MOST_LINES {
            faults.push(ListFault {
                line: number,
                what: format!("the list is longer than {MOST_LINES} lines; send it in pieces"),
            });
            break;
        }
        let fields: Vec<&str> = line.split(',').map(|field| field.trim().trim_matches('"').trim()).collect();
        let (email, provider) = match fields.as_slice() {
            [""] => continue,
            [head, ..] if number == 1 && head.eq_ignore_ascii_case("email") => continue,
            [email] => (*email, ""),
            [email, provider] => (*email, *provider),
            _ => {
                faults.push(ListFault { line: number, what: "more than two fields; write email,provider".into() });
                continue;
            }
        };
        let member = match issuer(provider) {
            Some(issuer) => NewMember::awaited(&issuer, email).map_err(|error| error.to_string()),
            None if provider.is_empty() => Err("there are several providers; write email,provider".into()),
            None => Err("there is no provider of that name in the configuration".into()),
        };
        match member {
            Ok(member) => {
                members.insert(member);
            }
            Err(what) => faults.push(ListFault { line: number, what }),
        }
        if faults.len() >= MOST_FAULTS {
            break;
        }
    }
    if members.is_empty() && faults.is_empty() {
        faults.push(ListFault { line: 1, what: "the list is empty; write an e-mail address in each line".into() });
    }
    if faults.is_empty() { Ok(members.into_iter().collect()) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<NewMember>, Vec<usize>> {
        let issuer = |name: &str| matches!(name, "" | "google").then(|| "https://accounts.hackney.example".to_owned());
        read_member_list(text, issuer).map_err(|faults| faults.into_iter().map(|fault| fault.line).collect())
    }

    #[test]
    fn a_list_is_read_whole_or_its_bad_lines_are_named() {
        let ada = NewMember::awaited("https://accounts.hackney.example", "ada@hackney.example").unwrap();
        assert_eq!(
            read("\u{feff}email,provider\r\nAda@Hackney.example,google\r\n\r\nada@hackney.example\n"),
            Ok(vec![ada])
        );
        assert_eq!(read("ada@hackney.example\nada\n<b@c.example>\na@b.example,entra\na,b,c"), Err(vec![2, 3, 4, 5]));
        assert_eq!(read(" \n"), Err(vec![1]));
        let long: String = (0..2001).map(|number| format!("a{number}@b.example\n")).collect();
        assert_eq!(read(&long), Err(vec![2001]));
    }
}
