//! Neither secrets nor people's identifiers stand in addresses.
//!
//! No parameter in path or query is named after a credential (`token`, `api_key`), after what identifies a person
//! (National Insurance number, NHS number, mail address), and no query has a property's number (`uprn`) together with a
//! name.
//!
//! # Why
//!
//! Addresses are kept everywhere: in logs of every proxy on the way, in histories of browsers, in mails. What stands
//! in them is no secret any more.
//!
//! # What to do
//!
//! Send credentials in the `Authorization` header. Search by personal identifiers with `POST` and a body, and use a
//! meaningless identifier in the path.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /people/{nhsNumber}:
//!     get:
//!       parameters:
//!         - name: nhsNumber # wrong
//!           in: path
//!         - name: api_key # wrong
//!           in: query
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /people/{personId}:
//!     get:
//!       parameters:
//!         - name: personId
//!           in: path
//!         - name: page_token
//!           in: query
//! ```
//!
//! # Sources
//!
//! - Logius, API Design Rules: `transport/no-sensitive-uris`
//! - AgID (Italy), OpenAPI rules: `sec-credentials-parameters`
//! - Belgif, REST guide: `sens-dat`

use crate::{
    casing,
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "URL-10",
    name: "no-secrets-in-addresses",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter {
            name: "credentials",
            default: r#"["apikey", "subscriptionkey", "token", "accesstoken", "authtoken", "idtoken", "refreshtoken", "bearer", "jwt", "secret", "clientsecret", "password", "passwd", "pwd", "passphrase", "pin", "authorization", "credentials", "sessionid", "sid", "otp"]"#,
            about: "names of credentials, without what joins their words",
        },
        Parameter {
            name: "identifiers",
            default: r#"["nino", "ninumber", "nationalinsurance", "nationalinsurancenumber", "nhs", "nhsnumber", "nhsno", "email", "emailaddress", "mail", "phone", "phonenumber", "telephone", "mobile", "passport", "passportnumber", "drivinglicence", "drivinglicencenumber", "ssn", "socialsecuritynumber", "dateofbirth", "birthdate", "dob", "bankaccount", "bankaccountnumber", "iban", "cardnumber"]"#,
            about: "names of what identifies a person, without what joins their words",
        },
        Parameter {
            name: "names",
            default: r#"["name", "surname", "familyname", "lastname", "forename", "givenname", "firstname", "fullname"]"#,
            about: "names of a person's name, which stand in no query together with `uprn`",
        },
    ],
    check: Some(check),
    text: include_str!("no_secrets_in_addresses.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    for parameter in &survey.parameters {
        if parameter.answers || !matches!(parameter.location, "path" | "query") {
            continue;
        }
        let name = casing::plain(parameter.name);
        let kinds = [("credentials", "a credential"), ("identifiers", "what identifies a person")];
        let wrong = kinds.iter().find(|(list, _)| settings.list(list).any(|known| known == name));
        found.expect(wrong.is_none(), || {
            let place = parameter.node.get("name").unwrap_or(parameter.node);
            let (_, is) = wrong.copied().unwrap_or_default();
            Complaint::at(place, format!("{} in the {} is {is}", quoted(parameter.name), parameter.location))
        });
    }
    for operation in &survey.operations {
        let in_address = || operation.parameters.iter().filter(|known| matches!(known.location, "path" | "query"));
        let of_home = in_address().any(|known| casing::plain(known.name) == "uprn");
        let names = |name: &str| settings.list("names").any(|known| known == casing::plain(name));
        if let Some(person) = in_address().find(|known| of_home && names(known.name)) {
            let place = person.node.get("name").unwrap_or(person.node);
            let what = format!("{} and the property's number together tell where a person lives", quoted(person.name));
            found.complain(Complaint::at(place, what));
        }
    }
}
