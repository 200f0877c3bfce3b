//! What is a contract in one file that can be used as it is?
//!
//! A contract that was published has everything within itself already. The bundle is the same with the addresses at which this platform
//! serves it, instead of those that its author knew of.

mod yaml;

use hansom_standards::Contract;
use serde_json::{Value, json};

pub(crate) use yaml::write as yaml;

/// A contract with its environments: name and base URL of each.
pub(crate) fn bundled(contract: &Contract, served: &[(String, String)]) -> Value {
    let mut document = contract.document().root().to_json();
    let servers: Vec<Value> =
        served.iter().map(|(name, address)| json!({ "url": address, "description": name })).collect();
    let Some(root) = document.as_object_mut() else { return document };
    root.insert("servers".into(), servers.into());
    if let Some(Value::Object(paths)) = root.get_mut("paths") {
        for item in paths.values_mut().filter_map(Value::as_object_mut) {
            // `servers` below the root would lead callers past the gateway.
            item.shift_remove("servers");
            for operation in item.values_mut().filter_map(Value::as_object_mut) {
                operation.shift_remove("servers");
            }
        }
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "
openapi: 3.1.0
info: { title: T, version: 1.0.0, description: \"a: b # c\\n- d\\u0085\" }
servers: [{ url: https://old.example }]
paths:
  /a:
    servers: [{ url: https://old.example }]
    get:
      operationId: a
      servers: [{ url: https://old.example }]
      responses: { '200': { description: 'yes' } }
x-empty: { list: [], map: {}, text: '', no: null, number: 1.5, nested: [[1, [2]], { a: [] }] }
'y': 'null'
";

    #[test]
    fn a_bundle_leads_to_the_platform_alone_and_reads_the_same_in_both_forms() {
        let text = TEXT.replace("'y': 'null'\n", "x-y: 'null'\n");
        let contract = Contract::read(&text).unwrap();
        let served = [("sandbox".to_owned(), "https://sandbox.example/t/v1".to_owned())];
        let bundle = bundled(&contract, &served);
        assert_eq!(bundle["servers"], json!([{ "url": "https://sandbox.example/t/v1", "description": "sandbox" }]));
        assert!(!bundle.to_string().contains("old.example"), "{bundle}");
        let written = yaml(&bundle);
        let again = Contract::read(&written).unwrap_or_else(|faults| panic!("{faults:?}\n{written}"));
        assert_eq!(again.document().root().to_json(), bundle);
    }
}
