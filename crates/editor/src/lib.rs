//! What does the hub's editor run in a browser?
//!
//! The standards engine, compiled to WebAssembly: the same rules give the same verdict while somebody types as they
//! give in a terminal and at publication, and the text never leaves the browser. A page calls three functions: it asks
//! for room with [`take`], writes the text there, calls [`lint`], and reads the answer where that says.

use hansom_standards::{Facts, Profile, Sources, document::Limits, lint as hold};
use serde_json::{Value, json};

/// The largest text that is looked at while somebody types.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Lints a contract by a profile that comes with Hansom. The answer is JSON: `{"verdict": …}`, or `{"fault": …}` where
/// the text does not read.
pub fn answer(profile: &str, contract: &str) -> Value {
    let Some(profile) = Profile::bundled(profile) else {
        return json!({ "fault": { "what": "there is no such profile", "mend": "choose one of the list" } });
    };
    let limits = Limits { bytes: MOST_BYTES, ..Limits::default() };
    match Sources::of_text("openapi.yaml", contract, &limits) {
        Ok(sources) => json!({ "verdict": hold(&sources, Facts::default(), &profile) }),
        Err(fault) => json!({ "fault": fault }),
    }
}

/// The page of a rule as JSON, or null.
pub fn page(rule: &str) -> Value {
    hansom_standards::rules::find(rule).map_or(Value::Null, |rule| json!({ "id": rule.id, "page": rule.page() }))
}

/// The functions that a page calls. Texts go in and out as UTF-8 in the module's own memory.
#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "memory is the only thing that a page and the module share")]
mod boundary {
    /// Room for a text of so many bytes. It belongs to the page until it is handed to [`lint`] or [`page`].
    #[unsafe(no_mangle)]
    pub extern "C" fn take(length: usize) -> *mut u8 {
        Box::into_raw(vec![0_u8; length].into_boxed_slice()).cast()
    }

    /// Lints the text in a room. The first line is the profile's name, the rest the contract. Gives the address of the
    /// answer: its length in four bytes, then its text.
    #[unsafe(no_mangle)]
    pub extern "C" fn lint(room: *mut u8, length: usize) -> *mut u8 {
        let text = text_of(room, length);
        let (profile, contract) = text.split_once('\n').unwrap_or((&text, ""));
        told(&super::answer(profile, contract).to_string())
    }

    /// The page of the rule whose id is in a room.
    #[unsafe(no_mangle)]
    pub extern "C" fn page(room: *mut u8, length: usize) -> *mut u8 {
        told(&super::page(&text_of(room, length)).to_string())
    }

    /// Gives an answer's memory back once it was read.
    #[unsafe(no_mangle)]
    pub extern "C" fn give_back(answer: *mut u8) {
        // SAFETY: the address comes from `told`, whose first four bytes are the length of what follows.
        unsafe {
            let length = answer.cast::<[u8; 4]>().read();
            let length = u32::from_le_bytes(length) as usize + 4;
            drop(Box::from_raw(std::ptr::slice_from_raw_parts_mut(answer, length)));
        }
    }

    fn text_of(room: *mut u8, length: usize) -> String {
        // SAFETY: the room comes from `take` with the same length, and is handed over once.
        let bytes = unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(room, length)) };
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn told(text: &str) -> *mut u8 {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let mut bytes = Vec::with_capacity(text.len() + 4);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
        Box::into_raw(bytes.into_boxed_slice()).cast()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_gets_the_verdict_that_it_gets_everywhere() {
        let contract = "openapi: 3.1.0\ninfo: { title: Tenancies, version: 1.0.0 }\npaths:\n  /tenancyList: {}\n";
        let told = answer("uk-council", contract);
        let sources = Sources::of_text("openapi.yaml", contract, &Limits::default()).unwrap();
        let verdict = hold(&sources, Facts::default(), &Profile::bundled("uk-council").unwrap());
        assert_eq!(told["verdict"], serde_json::to_value(verdict).unwrap());
        assert!(told["verdict"]["findings"].as_array().is_some_and(|findings| !findings.is_empty()));
    }

    #[test]
    fn what_does_not_read_is_a_fault_with_its_place() {
        let told = answer("uk-council", "openapi: [");
        assert!(told["fault"]["place"]["line"].as_u64().is_some_and(|line| line > 0), "{told}");
        assert!(answer("none-such", "")["fault"]["what"].is_string());
    }
}
