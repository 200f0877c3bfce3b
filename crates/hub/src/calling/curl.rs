//! Which command calls an operation?

use std::fmt::Write;

use hansom_domain::{ApplicationId, EnvironmentName, SigningAlgorithm};

use super::{Call, one_line};
use crate::Hub;

/// A text as one word of a POSIX shell.
fn word(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', r"'\''"))
}

pub(super) fn write(call: &Call, token: Option<&str>) -> String {
    let mut command = format!("curl {}", word(&call.address));
    if call.method != "GET" {
        let is_plain = call.method.bytes().all(|byte| byte.is_ascii_uppercase());
        let method = if is_plain { call.method.clone() } else { word(&call.method) };
        let _ = write!(command, " \\\n  -X {method}");
    }
    if let Some(token) = token {
        let _ = write!(command, " \\\n  -H \"Authorization: Bearer {token}\"");
    }
    for (name, value) in &call.fields {
        let _ = write!(command, " \\\n  -H {}", word(&one_line(&format!("{name}: {value}"))));
    }
    if let Some(body) = &call.body {
        let _ = write!(command, " \\\n  -H {}", word(&format!("Content-Type: {}", body.media_type)));
        // A text that begins with @ would be taken for the name of a file by --data.
        let option = if body.text.starts_with('@') { "--data-raw" } else { "--data" };
        if !body.text.is_empty() {
            let _ = write!(command, " \\\n  {option} {}", word(&body.text));
        }
    }
    command
}

/// The command that gets a token for an application by its secret, and keeps it in `$TOKEN`.
pub(crate) fn token(hub: &Hub, application: &ApplicationId, secret: &str, environment: &EnvironmentName) -> String {
    token_by(hub, environment, &format!("-d client_id={application} \\\n  -d client_secret={secret}"))
}

/// The commands that get one by a private key in the file `$KEY` (RFC 7523), with nothing but openssl and perl. `None` for keys
/// that they cannot sign with.
pub(crate) fn token_by_key(
    hub: &Hub,
    application: &ApplicationId,
    (algorithm, kid): (SigningAlgorithm, Option<&str>),
    environment: &EnvironmentName,
) -> Option<String> {
    // openssl writes the two numbers of an ECDSA signature in DER; a JWT wants them side by side, 32 bytes each.
    let sign = match algorithm {
        SigningAlgorithm::Es256 => {
            "openssl dgst -sha256 -sign \"$KEY\" |\n  openssl asn1parse -inform DER | sed -n 's/.*INTEGER *://p' |\n  \
             perl -ne 'chomp; print pack(\"H*\", sprintf(\"%064s\", $_))' | b64"
        }
        SigningAlgorithm::Rs256 => "openssl dgst -sha256 -sign \"$KEY\" | b64",
        SigningAlgorithm::EdDsa => return None,
    };
    let kid = kid.map_or_else(String::new, |kid| format!(",\"kid\":\"{kid}\""));
    let head = word(&format!("{{\"alg\":\"{}\",\"typ\":\"JWT\"{kid}}}", algorithm.as_str()));
    let claims = word("{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"%s\",\"exp\":%s,\"jti\":\"%s\"}");
    let endpoint = word(&format!("{}/oauth/token", hub.hub));
    let proof = "-d client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \\\n  \
                 -d client_assertion=\"$HEAD.$CLAIMS.$SIGNATURE\"";
    Some(format!(
        "CLIENT={application}\n\
         b64() {{ openssl base64 -A | tr '+/' '-_' | tr -d '='; }}\n\
         HEAD=$(printf '%s' {head} | b64)\n\
         CLAIMS=$(printf {claims} \"$CLIENT\" \"$CLIENT\" {endpoint} \\\n  \"$(($(date +%s) + 60))\" \"$(openssl rand -hex 16)\" | b64)\n\
         SIGNATURE=$(printf '%s.%s' \"$HEAD\" \"$CLAIMS\" | {sign})\n{}",
        token_by(hub, environment, proof)
    ))
}

/// The command that gets a token by a proof, and keeps it in `$TOKEN`.
fn token_by(hub: &Hub, environment: &EnvironmentName, proof: &str) -> String {
    let resource = hub.oauth.audience(environment).or_else(|| hub.base(environment)).unwrap_or_default();
    format!(
        "TOKEN=$(curl -s {} \\\n  -d grant_type=client_credentials \\\n  {proof} \\\n  --data-urlencode {} |\n  sed -n 's/.*\"access_token\" *: *\"\\([^\"]*\\)\".*/\\1/p')",
        word(&format!("{}/oauth/token", hub.hub)),
        word(&format!("resource={resource}")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calling::Sent;

    #[test]
    fn a_word_cannot_end_its_own_quotes() {
        assert_eq!(word("it's; rm -rf /"), r"'it'\''s; rm -rf /'");
    }

    #[test]
    fn a_body_is_never_taken_for_the_name_of_a_file_nor_a_method_for_more_than_one() {
        let body = Sent { media_type: "text/plain".into(), text: "@/etc/passwd".into(), json: None };
        let call = Call {
            method: "X;reboot".into(),
            address: "https://a.example".into(),
            fields: vec![("X-It".into(), "a\r\nb: c".into())],
            body: Some(body),
            token: false,
        };
        let command = write(&call, None);
        assert!(command.contains("--data-raw '@/etc/passwd'") && command.contains("-X 'X;reboot'"), "{command}");
        assert!(command.contains("-H 'X-It: a  b: c'"), "{command}");
    }
}
