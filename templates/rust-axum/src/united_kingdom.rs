//! What is a postcode, a property number, a telephone number, a National Insurance number?
//!
//! Each is a type of its own that can only be made from a text that is one. The contract bounds what comes in from callers; these
//! hold for whatever comes from elsewhere, too. They are personal data, or lead to some, so logs never show them.

use std::{fmt, sync::LazyLock};

use regex::Regex;
use serde::{Deserialize, Serialize};

/// A text that is none of what it should be, and what would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(&'static str);

/// A type around a text of one form.
macro_rules! text {
    ($(#[$about:meta])* $name:ident, $form:literal, $advice:literal) => {
        $(#[$about])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type)]
        #[serde(try_from = "String")]
        #[sqlx(transparent)]
        pub struct $name(String);

        impl $name {
            /// What a caller is told who wrote something else.
            pub const ADVICE: &str = $advice;

            /// As it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Malformed;

            fn try_from(text: String) -> Result<Self, Malformed> {
                static FORM: LazyLock<Regex> = LazyLock::new(|| form($form));
                if FORM.is_match(&text) { Ok(Self(text)) } else { Err(Malformed(Self::ADVICE)) }
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(masked)"))
            }
        }
    };
}

text! {
    /// A postcode, in capital letters with one space.
    Postcode,
    "([A-Z]{1,2}[0-9][A-Z0-9]? [0-9][ABD-HJLNP-UW-Z]{2}|GIR 0AA)",
    "Must be a postcode in capital letters with one space, such as E8 4QZ."
}

text! {
    /// A unique property reference number, without a zero in front.
    Uprn,
    "[1-9][0-9]{0,11}",
    "Must be one to twelve digits without a zero in front."
}

text! {
    /// A telephone number of the United Kingdom in the international form (E.164).
    PhoneNumber,
    r"\+44[1-9][0-9]{8,9}",
    "Must be a telephone number in the international form, such as +447700900142."
}

text! {
    /// A National Insurance number, in capital letters without spaces. Some pairs of letters are never given out.
    NationalInsuranceNumber,
    "(?x) (
        [ACEHJLMOPRSWXY][ABCEGHJ-NPRSTW-Z] | B[ABCEHJ-NPRSTW-Z] | G[ACEGHJ-NPRSTW-Z]
        | [KT][ABCEGHJ-MPRSTW-Z] | N[ABCEGHJLMNPRSW-Z] | Z[ABCEGHJ-NPRSTW-Y]
    ) [0-9]{6} [A-D]",
    "Must be two letters, six digits and a letter from A to D, such as AB123456C."
}

#[expect(clippy::expect_used, reason = "the forms are constants, and a test makes each of them")]
fn form(text: &str) -> Regex {
    Regex::new(&format!("^(?:{text})$")).expect("the form is a regular expression")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes<T: TryFrom<String>>(good: &[&str], bad: &[&str]) {
        let reads = |text: &&&str| T::try_from((**text).to_owned()).is_ok();
        assert_eq!(good.iter().filter(|text| !reads(text)).count(), 0, "one of {good:?} is refused");
        assert_eq!(bad.iter().filter(reads).count(), 0, "one of {bad:?} is taken");
    }

    #[test]
    fn each_takes_what_it_is_and_nothing_else() {
        takes::<Postcode>(
            &["E8 4QZ", "M1 1AE", "B33 8TH", "CR2 6XH", "EC1A 1BB", "W1A 0AX", "GIR 0AA"],
            &["", "E84QZ", "e8 4qz", "E8  4QZ", "E8 4CZ", " E8 4QZ", "E8 4QZ\n", "QQQ 1AA"],
        );
        takes::<Uprn>(&["1", "10008230114", "123456789012"], &["", "0", "012", "1234567890123", "12a", "１２"]);
        takes::<PhoneNumber>(
            &["+447700900142", "+442083563000"],
            &["", "07700900142", "+4477009001420", "+440770090014"],
        );
        takes::<NationalInsuranceNumber>(
            &["AB123456C", "CE000000A"],
            &[
                "",
                "AB123456E",
                "ab123456c",
                "AB 12 34 56 C",
                "QQ123456C",
                "BG123456A",
                "GB123456A",
                "NK123456A",
                "KN123456A",
                "TN123456A",
                "NT123456A",
                "ZZ123456A",
                "DA123456A",
                "AO123456A",
                "AB12345C",
            ],
        );
    }

    #[test]
    fn none_of_them_shows_itself_in_a_log() {
        let postcode = Postcode::try_from("E8 4QZ".to_owned()).unwrap();
        assert_eq!(format!("{postcode:?}"), "Postcode(masked)");
    }
}
