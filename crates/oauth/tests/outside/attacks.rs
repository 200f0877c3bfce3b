//! Clients that mean no good, at the endpoints where tokens are issued. Numbers are those of docs/security.md.

use serde_json::{Value, json};

use crate::town::{HUB, Key, NOON, PRODUCTION, SANDBOX, Town, opened, part};

const DAY: i64 = 86_400;

/// The claims of a good assertion, as of a client whose clock differs by so many seconds.
fn at(town: &Town, client: &hansom_domain::ApplicationId, ahead: i64) -> Value {
    let mut claims = town.claims(client);
    claims["iat"] = json!(NOON + ahead);
    claims["exp"] = json!(NOON + ahead + 60);
    claims
}

#[tokio::test]
async fn g87_a_client_whose_clock_is_a_minute_off_is_served_and_one_a_day_off_is_told_why_not() {
    let town = Town::new().await;
    let key = Key::es256();
    let (application, _) = town.with_key(&key).await;
    for ahead in [-60, 0, 60] {
        let answer = town.assert(&key.sign(&at(&town, &application, ahead)), &[]).await;
        assert_eq!(answer.status, 200, "{ahead}: {}", answer.body);
    }
    for ahead in [-DAY, -121, 61, DAY] {
        let answer = town.assert(&key.sign(&at(&town, &application, ahead)), &[]).await;
        assert_eq!((answer.status.as_u16(), &answer.body["error"]), (401, &json!("invalid_client")), "{ahead}");
        assert!(answer.body["detail"].as_str().unwrap().contains("clock"), "{ahead}: {}", answer.body);
    }
}

#[tokio::test]
async fn g87_a_platform_whose_clock_jumps_takes_no_token_that_is_over_or_of_the_future() {
    let town = Town::new().await;
    let (application, _, secret) = town.with_secret().await;
    let id = application.as_str();
    let token = town.token(id, &secret, &[]).await;
    let is_active = async || {
        let seen = town.post_as("/oauth/introspect", id, &secret, &[("token", &token)]).await;
        seen.body["active"].as_bool().unwrap()
    };
    assert!(is_active().await);
    town.wait(DAY);
    assert!(!is_active().await, "a day later it is over");
    town.wait(-2 * DAY);
    assert!(!is_active().await, "a day earlier it is not issued yet");
    town.wait(DAY);
    assert!(is_active().await);
}

#[tokio::test]
async fn g78_the_key_id_of_an_assertion_is_no_way_to_another_key() {
    let town = Town::new().await;
    let (key, other) = (Key::es256(), Key::es256());
    let (application, _) = town.with_key(&key).await;
    let (_, of_other) = town.with_key(&other).await;
    let long = "k".repeat(10_000);
    for kid in [
        "../../../../dev/null",
        "/etc/passwd",
        "' OR '1'='1",
        "x\u{0}y",
        "http://127.0.0.1/keys",
        of_other.as_str(),
        &long,
    ] {
        let head = json!({ "alg": "ES256", "kid": kid }).to_string();
        let forged = other.sign_text(&head, &town.claims(&application).to_string());
        let answer = town.assert(&forged, &[]).await;
        assert_eq!(answer.status, 401, "{kid:.30}: {}", answer.body);
    }
    // What a client calls its own key is its own affair.
    let head = json!({ "alg": "ES256", "kid": "laptop" }).to_string();
    let own = key.sign_text(&head, &town.claims(&application).to_string());
    assert_eq!(town.assert(&own, &[]).await.status, 200);
}

#[tokio::test]
async fn g83_an_encrypted_or_nested_assertion_is_not_even_decoded() {
    let town = Town::new().await;
    let key = Key::es256();
    let (application, _) = town.with_key(&key).await;
    let inner = key.sign(&town.claims(&application));
    let bomb = part(&vec![0; 9000]);
    for forged in [
        format!(
            "{}.{}.{}.{}.{}",
            part(br#"{"alg":"dir","enc":"A256GCM"}"#),
            "",
            part(b"iv"),
            part(inner.as_bytes()),
            part(b"tag")
        ),
        format!(
            "{}..{}.{}.{}",
            part(br#"{"alg":"PBES2-HS512+A256KW","enc":"A256GCM","p2c":1000000000,"p2s":"c2FsdA"}"#),
            part(b"iv"),
            bomb,
            part(b"tag")
        ),
        key.sign_text(r#"{"alg":"ES256","cty":"JWT"}"#, &format!("\"{inner}\"")),
        key.sign_text(r#"{"alg":"ES256","enc":"A256GCM"}"#, &town.claims(&application).to_string()),
        key.sign_text(r#"{"alg":"ES256","zip":"DEF"}"#, &town.claims(&application).to_string()),
    ] {
        let answer = town.assert(&forged, &[]).await;
        assert_eq!((answer.status.as_u16(), &answer.body["error"]), (401, &json!("invalid_client")), "{forged:.60}");
    }
}

#[tokio::test]
async fn g84_a_signature_that_is_none_proves_no_client() {
    let town = Town::new().await;
    let key = Key::es256();
    let (application, _) = town.with_key(&key).await;
    let signed = key.sign(&town.claims(&application));
    let (message, good) = signed.rsplit_once('.').unwrap();
    let der = [0x30, 0x06, 2, 1, 0, 2, 1, 0];
    for signature in [vec![0; 64], vec![0xff; 64], vec![0; 63], vec![0; 65], vec![], der.to_vec()] {
        let answer = town.assert(&format!("{message}.{}", part(&signature)), &[]).await;
        assert_eq!(answer.status, 401, "{} bytes", signature.len());
    }
    for spoiled in [format!("{good}="), format!("{good}A"), good.replace(['-', '_'], "+") + "+"] {
        assert_eq!(town.assert(&format!("{message}.{spoiled}"), &[]).await.status, 401, "{spoiled}");
    }
    assert_eq!(town.assert(&signed, &[]).await.status, 200, "none of that used the good one up");
}

#[tokio::test]
async fn g80_a_proof_for_another_place_is_worth_nothing_here_and_a_token_says_one_place() {
    let town = Town::new().await;
    let key = Key::es256();
    let (application, _) = town.with_key(&key).await;
    for audience in [
        json!(PRODUCTION),
        json!(SANDBOX),
        json!(format!("{HUB}/oauth/token/")),
        json!(format!("{HUB}.evil.example")),
        json!(format!("{HUB}/oauth/introspect")),
        json!(HUB.to_uppercase()),
        json!([PRODUCTION, "https://other.example"]),
    ] {
        let mut claims = town.claims(&application);
        claims["aud"] = audience.clone();
        assert_eq!(town.assert(&key.sign(&claims), &[]).await.status, 401, "{audience}");
    }
    let answer = town.assert(&key.sign(&town.claims(&application)), &[("resource", SANDBOX)]).await;
    let (_, claims) = opened(answer.body["access_token"].as_str().unwrap());
    assert_eq!(claims["aud"], SANDBOX);
    let both = [("resource", SANDBOX), ("resource", PRODUCTION)];
    let answer = town.assert(&key.sign(&town.claims(&application)), &both).await;
    assert_eq!(answer.status, 400, "{}", answer.body);
}
