//! How are the members of stored JSON named for callers?

use serde_json::Value;

/// The value with every member's name in camelCase, as all names of the control API are. Values stay as they are.
pub(crate) fn camel_cased(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, value)| (camel(&name), camel_cased(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(camel_cased).collect()),
        plain => plain,
    }
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut camel, word| {
        let mut letters = word.chars();
        camel.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        camel.push_str(letters.as_str());
        camel
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_change_and_values_do_not() {
        let stored = json!({"old_version": "a_b", "changes": [{"operationId": "x", "new_one": null}]});
        let told = json!({"oldVersion": "a_b", "changes": [{"operationId": "x", "newOne": null}]});
        assert_eq!(camel_cased(stored), told);
    }
}
