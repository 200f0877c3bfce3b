//! Tokens: got, shown, lost.

use axum::{
    body::Body,
    http::{Request, header},
};
use hansom_domain::{Actor, EnvironmentName, PersonKey, ProblemCode};
use hansom_oauth::Error;
use serde_json::{Value, json};

use crate::town::{HUB, Key, PRODUCTION, SANDBOX, Town, opened, part};

#[tokio::test]
async fn a_signed_assertion_of_each_algorithm_is_worth_a_token() {
    let town = Town::new().await;
    for key in [Key::es256(), Key::rs256(), Key::ed25519()] {
        let (application, credential) = town.with_key(&key).await;
        let answer = town.assert(&key.sign(&town.claims(&application)), &[]).await;
        assert_eq!(answer.status, 200, "{:?} {}", key.algorithm, answer.body);
        assert_eq!(answer.body["token_type"], "Bearer");
        assert_eq!(answer.body["expires_in"], 3600);
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
        let (head, claims) = opened(answer.body["access_token"].as_str().unwrap());
        assert_eq!((head["typ"].as_str(), head["alg"].as_str()), (Some("at+jwt"), Some("ES256")));
        assert_eq!(claims["iss"], HUB);
        assert_eq!(claims["aud"], PRODUCTION);
        assert_eq!(claims["sub"], json!(application));
        assert_eq!(claims["client_id"], json!(application));
        assert_eq!(claims["credential"], json!(credential));
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
        assert!(claims.get("groups").is_none(), "an application has no groups");
    }
}

#[tokio::test]
async fn the_issuer_alone_or_in_a_list_is_an_audience_too() {
    let town = Town::new().await;
    let key = Key::es256();
    let (application, _) = town.with_key(&key).await;
    for audience in [json!(HUB), json!(["https://other.example", HUB])] {
        let mut claims = town.claims(&application);
        claims["aud"] = audience;
        assert_eq!(town.assert(&key.sign(&claims), &[]).await.status, 200);
    }
}

#[tokio::test]
async fn a_secret_is_taken_by_basic_and_in_the_form() {
    let town = Town::new().await;
    let (application, _, secret) = town.with_secret().await;
    let grant = [("grant_type", "client_credentials")];
    let basic = town.post_as("/oauth/token", application.as_str(), &secret, &grant).await;
    assert_eq!(basic.status, 200, "{}", basic.body);
    let form = [("grant_type", "client_credentials"), ("client_id", application.as_str()), ("client_secret", &secret)];
    assert_eq!(town.post("/oauth/token", &form).await.status, 200);
    let used = town.control.reads().credentials_of(&application).await.unwrap();
    assert!(used[0].last_used_at.is_some(), "the hub shows the last use");
}

#[tokio::test]
async fn resource_and_audience_choose_the_environment() {
    let town = Town::new().await;
    let (application, _, secret) = town.with_secret().await;
    for (more, wanted) in [
        (vec![], PRODUCTION),
        (vec![("resource", "")], PRODUCTION),
        (vec![("resource", SANDBOX)], SANDBOX),
        (vec![("audience", "https://sandbox.example/base/")], SANDBOX),
        (vec![("resource", SANDBOX), ("audience", SANDBOX)], SANDBOX),
        (vec![("resource", HUB)], HUB),
    ] {
        let token = town.token(application.as_str(), &secret, &more).await;
        assert_eq!(opened(&token).1["aud"], wanted, "{more:?}");
    }
    for more in [
        vec![("resource", "https://api.example.evil.example")],
        vec![("resource", "https://api.example/repairs/v1")],
        vec![("resource", "HTTPS://API.EXAMPLE")],
        vec![("resource", SANDBOX), ("audience", PRODUCTION)],
    ] {
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend_from_slice(&more);
        let answer = town.post_as("/oauth/token", application.as_str(), &secret, &form).await;
        assert_eq!(answer.status, 400, "{more:?}");
        assert_eq!(answer.body["error"], "invalid_target", "{more:?}");
    }
}

#[tokio::test]
async fn a_token_for_the_hub_carries_the_scopes_that_its_application_may_have_and_asked_for() {
    let town = Town::new().await;
    let (application, _, secret) = town.with_secret().await;
    for (asked, wanted) in [
        (None, "hub:read"),
        (Some("hub:read"), "hub:read"),
        (Some("hub:write hub:read"), "hub:read"),
        (Some("hub:publish"), ""),
        (Some("HUB:READ <script>"), ""),
    ] {
        let mut form = vec![("grant_type", "client_credentials"), ("resource", HUB)];
        form.extend(asked.map(|asked| ("scope", asked)));
        let answer = town.post_as("/oauth/token", application.as_str(), &secret, &form).await;
        assert_eq!(answer.status, 200, "{asked:?}: {}", answer.body);
        assert_eq!(answer.body["scope"], wanted, "{asked:?}");
        let token = answer.body["access_token"].as_str().unwrap().to_owned();
        assert_eq!(opened(&token).1["scope"], wanted, "{asked:?}");
    }
}

#[tokio::test]
async fn scopes_are_not_echoed() {
    let town = Town::new().await;
    let (application, _, secret) = town.with_secret().await;
    let form = [("grant_type", "client_credentials"), ("scope", "admin <script>")];
    let answer = town.post_as("/oauth/token", application.as_str(), &secret, &form).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["scope"], "", "none was given, and that is said");
}

#[tokio::test]
async fn an_error_is_a_problem_and_an_oauth_error_at_once() {
    let town = Town::new().await;
    let answer = town.post("/oauth/token", &[("grant_type", "password")]).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json", "RFC 6749, section 5.2");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(answer.body["error"], "unsupported_grant_type");
    assert_eq!(answer.body["code"], "bad-request");
    assert_eq!(answer.body["type"], format!("{HUB}/problems/bad-request"));
    for member in ["title", "status", "detail", "instance", "error_description"] {
        assert!(!answer.body[member].is_null(), "{member} in {}", answer.body);
    }
    let id = answer.headers["request-id"].to_str().unwrap();
    assert_eq!(answer.body["instance"], id);
}

#[tokio::test]
async fn requests_that_cannot_be_read_are_refused() {
    let town = Town::new().await;
    let form = "application/x-www-form-urlencoded";
    let grant = "grant_type=client_credentials";
    let long = format!("{grant}&x={}", "a".repeat(65 * 1024));
    let many = format!("{grant}{}", "&".to_owned() + &numbered(60));
    let twice = format!("{grant}&{grant}");
    let binary = format!("{grant}&client_id=%ff%fe");
    for (kind, body, status) in [
        ("application/json", "{}", 415),
        ("", grant, 415),
        (form, "", 400),
        (form, twice.as_str(), 400),
        (form, binary.as_str(), 400),
        (form, many.as_str(), 400),
        (form, long.as_str(), 413),
    ] {
        let request =
            Request::post("/oauth/token").header(header::CONTENT_TYPE, kind).body(Body::from(body.to_owned())).unwrap();
        let answer = town.send(request).await;
        let shown: String = body.chars().take(40).collect();
        assert_eq!(answer.status, status, "{kind} {shown}");
        assert_eq!(answer.body["error"], "invalid_request");
    }
}

fn numbered(count: usize) -> String {
    let parameters: Vec<String> = (0..count).map(|number| format!("p{number}=1")).collect();
    parameters.join("&")
}

#[tokio::test]
async fn other_methods_are_told_which_one_works() {
    let town = Town::new().await;
    for (path, method, allowed) in [
        ("/oauth/token", "GET", "POST"),
        ("/oauth/revoke", "DELETE", "POST"),
        ("/oauth/introspect", "GET", "POST"),
        ("/oauth/jwks", "POST", "GET, HEAD"),
        ("/.well-known/oauth-authorization-server", "PUT", "GET, HEAD"),
    ] {
        let request = Request::builder().method(method).uri(path);
        let answer = town.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 405, "{method} {path}");
        assert_eq!(answer.headers[header::ALLOW], allowed);
        assert_eq!(answer.body["code"], "method-not-allowed");
    }
}

#[tokio::test]
async fn metadata_announces_only_what_is_there() {
    let town = Town::new().await;
    let document = town.get("/.well-known/oauth-authorization-server").await;
    assert_eq!(document.status, 200);
    assert_eq!(document.body["issuer"], HUB);
    let grants = document.body["grant_types_supported"].as_array().unwrap();
    for grant in ["authorization_code", "refresh_token", "client_credentials"] {
        assert!(grants.contains(&json!(grant)), "{grant}");
    }
    assert_eq!(document.body["response_types_supported"], json!(["code"]));
    assert_eq!(document.body["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(document.body["authorization_response_iss_parameter_supported"], true);
    assert_eq!(document.headers["access-control-allow-origin"], "*");
    for grant in grants {
        let answer = town.post("/oauth/token", &[("grant_type", grant.as_str().unwrap())]).await;
        assert_ne!(answer.body["error"], "unsupported_grant_type", "{grant}");
    }
    for (name, value) in document.body.as_object().unwrap() {
        // The authorisation endpoint shows pages, which are the hub's.
        if name.ends_with("_endpoint") && name != "authorization_endpoint" {
            let path = value.as_str().unwrap().strip_prefix(HUB).unwrap();
            let answer = town.post(path, &[]).await;
            assert_eq!(answer.body["status"], answer.status.as_u16(), "{name}");
            assert_ne!(answer.status, 404, "{name} is there");
        }
    }
    let keys = document.body["jwks_uri"].as_str().unwrap();
    let keys = town.get(keys.strip_prefix(HUB).unwrap()).await;
    assert_eq!(keys.status, 200);
}

#[tokio::test]
async fn the_key_set_verifies_tokens_and_has_no_private_part() {
    let town = Town::new().await;
    let (application, _, secret) = town.with_secret().await;
    let token = town.token(application.as_str(), &secret, &[]).await;
    let answer = town.get("/oauth/jwks").await;
    let keys = answer.body["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 1);
    let public = ["kty", "crv", "x", "y", "kid", "alg", "use"];
    for name in keys[0].as_object().unwrap().keys() {
        assert!(public.contains(&name.as_str()), "{name} must not be shown");
    }
    assert_eq!(keys[0]["kid"], opened(&token).0["kid"]);
    let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(keys[0].clone()).unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let algorithm = jsonwebtoken::Algorithm::ES256;
    assert!(jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, algorithm).unwrap());
}

#[tokio::test]
async fn a_program_may_revoke_and_introspect_its_own_tokens_only() {
    let town = Town::new().await;
    let (one, _, one_secret) = town.with_secret().await;
    let (other, _, other_secret) = town.with_secret().await;
    let (one, other) = (one.as_str(), other.as_str());
    let token = town.token(one, &one_secret, &[]).await;
    let form = [("token", token.as_str())];

    let seen = town.post_as("/oauth/introspect", other, &other_secret, &form).await;
    assert_eq!(seen.body, json!({ "active": false }), "another's token looks like nobody's");
    let refused = town.post_as("/oauth/revoke", other, &other_secret, &form).await;
    assert_eq!((refused.status.as_u16(), refused.body["error"].as_str()), (400, Some("unauthorized_client")));

    let seen = town.post_as("/oauth/introspect", one, &one_secret, &form).await;
    assert_eq!(seen.body["active"], true, "the refused one changed nothing");
    assert_eq!(seen.body["client_id"], one);
    assert_eq!(seen.headers[header::CACHE_CONTROL], "no-store");
    for _ in 0..2 {
        let done = town.post_as("/oauth/revoke", one, &one_secret, &form).await;
        assert_eq!((done.status.as_u16(), done.body), (200, Value::Null));
    }
    let seen = town.post_as("/oauth/introspect", one, &one_secret, &form).await;
    assert_eq!(seen.body, json!({ "active": false }));
}

#[tokio::test]
async fn revoking_what_is_no_token_is_fine_but_not_for_strangers() {
    let town = Town::new().await;
    let (one, _, secret) = town.with_secret().await;
    for nonsense in ["x", "a.b.c", "e30.e30.AA"] {
        let form = [("token", nonsense), ("token_type_hint", "refresh_token")];
        let done = town.post_as("/oauth/revoke", one.as_str(), &secret, &form).await;
        assert_eq!(done.status, 200, "{nonsense}");
        for path in ["/oauth/revoke", "/oauth/introspect"] {
            assert_eq!(town.post(path, &form).await.status, 401, "{path}");
        }
    }
    let missing = town.post_as("/oauth/revoke", one.as_str(), &secret, &[]).await;
    assert_eq!(missing.status, 400);
}

#[tokio::test]
async fn an_expired_token_or_one_of_a_revoked_credential_is_inactive() {
    let town = Town::new().await;
    let (application, credential, secret) = town.with_secret().await;
    let (id, key) = (application.as_str(), Key::es256());
    let token = town.token(id, &secret, &[]).await;
    let jwk = key.jwk.to_string();
    let kept = &Actor::Platform;
    town.control.register_key(kept, &application, &jwk).await.unwrap();
    town.control.revoke_credential(kept, &application, &credential).await.unwrap();
    let ask = async |assertion: String| {
        let form = [
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion.as_str()),
            ("token", token.as_str()),
        ];
        town.post("/oauth/introspect", &form).await.body
    };
    let seen = ask(key.sign(&town.claims(&application))).await;
    assert_eq!(seen, json!({ "active": false }));
}

#[tokio::test]
async fn a_token_for_the_hub_itself_proves_the_application_until_it_ends() {
    let town = Town::new().await;
    let (application, _, secret) = town.with_secret().await;
    let id = application.as_str();
    let token = town.token(id, &secret, &[("resource", HUB)]).await;
    let bearer = town.oauth.authenticate(&token).await.unwrap();
    assert_eq!(bearer.actor.id(), id);
    assert_eq!(bearer.token.as_str(), opened(&token).1["jti"]);

    let elsewhere = town.token(id, &secret, &[]).await;
    let refused = town.oauth.authenticate(&elsewhere).await.unwrap_err();
    assert_eq!(refused.code(), ProblemCode::TokenAudience);

    town.wait(3600);
    let refused = town.oauth.authenticate(&token).await.unwrap_err();
    assert_eq!(refused.code(), ProblemCode::TokenExpired);
}

#[tokio::test]
async fn the_platform_issues_a_token_for_a_credential_in_force_only() {
    let town = Town::new().await;
    let (application, credential, _) = town.with_secret().await;
    let (_, other, _) = town.with_secret().await;
    let sandbox = EnvironmentName::sandbox();
    let oauth = &town.oauth;
    let issued = oauth.issue_application_token(&application, &credential, &sandbox).await.unwrap();
    let (_, claims) = opened(&issued.token);
    assert_eq!((&claims["aud"], &claims["credential"]), (&json!(SANDBOX), &json!(credential)));
    let refused = oauth.issue_application_token(&application, &other, &sandbox).await;
    assert!(matches!(refused, Err(Error::TokenRevoked)));
    let revoked = town.control.revoke_application(&Actor::Platform, &application);
    revoked.await.unwrap();
    let refused = oauth.issue_application_token(&application, &credential, &sandbox).await;
    assert!(matches!(refused, Err(Error::TokenRevoked)));
}

#[tokio::test]
async fn revoking_token_credential_or_application_ends_the_tokens_at_once() {
    let town = Town::new().await;
    for what in ["token", "credential", "application"] {
        let (application, credential, secret) = town.with_secret().await;
        let id = application.as_str();
        let token = town.token(id, &secret, &[("resource", HUB)]).await;
        let actor = &Actor::Platform;
        match what {
            "token" => {
                town.post_as("/oauth/revoke", id, &secret, &[("token", &token)]).await;
            }
            "credential" => town.control.revoke_credential(actor, &application, &credential).await.unwrap(),
            _ => town.control.revoke_application(actor, &application).await.unwrap(),
        }
        let refused = town.oauth.authenticate(&token).await.unwrap_err();
        assert_eq!(refused.code(), ProblemCode::TokenRevoked, "{what}");
    }
}

#[tokio::test]
async fn forged_and_altered_access_tokens_are_refused() {
    let town = Town::new().await;
    let (application, _, secret) = town.with_secret().await;
    let token = town.token(application.as_str(), &secret, &[("resource", HUB)]).await;
    let (head, claims) = opened(&token);
    let (_, signature) = token.rsplit_once('.').unwrap();
    let stranger = Key::es256();
    let with = |name: &str, value: &str| {
        let mut head = head.clone();
        head[name] = json!(value);
        stranger.sign_text(&head.to_string(), &claims.to_string())
    };
    let mut later = claims.clone();
    later["exp"] = json!(NEVER);
    let altered = format!("{}.{}.{signature}", part(head.to_string().as_bytes()), part(later.to_string().as_bytes()));
    let mut none = head.clone();
    none["alg"] = json!("none");
    let unsigned = format!("{}.{}.", part(none.to_string().as_bytes()), part(claims.to_string().as_bytes()));
    for forged in [
        altered,
        unsigned,
        with("typ", "at+jwt"),
        with("kid", "../../etc/passwd"),
        with("typ", "JWT"),
        with("alg", "HS256"),
        format!("{token}A"),
        token.replace('.', ".."),
        "x".repeat(20_000),
        String::new(),
    ] {
        let refused = town.oauth.authenticate(&forged).await.unwrap_err();
        assert_eq!(refused.code(), ProblemCode::TokenInvalid, "{forged}");
    }
}

const NEVER: i64 = 99_999_999_999;

#[tokio::test]
async fn a_person_gets_a_short_token_with_groups_for_one_environment() {
    let town = Town::new().await;
    let key = PersonKey { issuer: "https://id.example".into(), subject: "1".into() };
    let groups = ["housing-officers@hackney.example".parse().unwrap()];
    let signed_in = town.control.sign_in_person(key, "ada@hackney.example", "Ada", &groups).await.unwrap();
    let sandbox = EnvironmentName::sandbox();
    let issued = town.oauth.issue_person_token(&signed_in.person, &groups, &sandbox).await.unwrap();
    assert_eq!(issued.expires_in, 900);
    let (_, claims) = opened(&issued.token);
    assert_eq!(claims["aud"], SANDBOX);
    assert_eq!(claims["sub"], json!(signed_in.person));
    assert_eq!(claims["client_id"], "hansom-hub");
    assert_eq!(claims["groups"], json!(["housing-officers@hackney.example"]));
    assert!(claims.get("credential").is_none());

    let nowhere = "staging".parse().unwrap();
    let refused = town.oauth.issue_person_token(&signed_in.person, &groups, &nowhere).await;
    assert!(matches!(refused, Err(Error::Target(_))));
    let many: Vec<_> = (0..2000).map(|number| format!("group-{number}@hackney.example").parse().unwrap()).collect();
    let refused = town.oauth.issue_person_token(&signed_in.person, &many, &sandbox).await;
    assert!(matches!(refused, Err(Error::TooManyGroups(2000))), "groups are never left out in silence");
}

#[tokio::test]
async fn the_owner_of_an_api_is_told_of_tokens_for_its_environments_and_of_no_others() {
    let town = Town::new().await;
    let manifest = "api: repairs\nowner: repairs@hackney.example\nkind: platform\naudience: internal\nstatus: beta\n\
        personal_data: false\ncontract: openapi.yaml\nenvironments:\n  sandbox: { mock: true }\naccess:\n  \
        - operations: [listRepairs]\n    applications: granted\n";
    let contract = "openapi: 3.1.0\ninfo: { title: Repairs, version: 1.0.0, summary: Repairs. }\npaths:\n  /repairs:\n    \
        get:\n      operationId: listRepairs\n      responses:\n        '200': { description: Them., content: { \
        application/json: { schema: { type: array, items: { type: string } }, example: [tap] } } }\n";
    let publication = hansom_control::Publication { manifest, contract, dry_run: false };
    town.control.publish_release(&Actor::Platform, publication).await.unwrap();
    let (api, _, secret) = town.with_secret().await;
    let others = hansom_control::NewApp {
        name: "Another team's",
        description: "",
        owner: &"rents@hackney.example".parse().unwrap(),
        may_publish: false,
    };
    let others = town.control.register_application(&Actor::Platform, others).await.unwrap();
    let theirs = town.control.issue_secret(&Actor::Platform, &others).await.unwrap().secret.reveal().to_owned();
    for (resource, told) in [(SANDBOX, true), (PRODUCTION, false), (HUB, false)] {
        let token = town.token(others.as_str(), &theirs, &[("resource", resource)]).await;
        let form = [("token", token.as_str())];
        let answer = town.post_as("/oauth/introspect", api.as_str(), &secret, &form).await;
        assert_eq!(answer.body["active"], told, "{resource}: {}", answer.body);
        let own = town.token(api.as_str(), &secret, &[("resource", resource)]).await;
        let answer = town.post_as("/oauth/introspect", others.as_str(), &theirs, &[("token", own.as_str())]).await;
        assert_eq!(answer.body, json!({ "active": false }), "{resource}: who has no API there is told nothing");
    }
}
