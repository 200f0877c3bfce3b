//! Does anybody come in who should not, or end up where they should not, with what is signed or by the way in for people?
#![expect(clippy::disallowed_methods, reason = "an end-to-end test is the outside: it reads files")]

#[expect(dead_code, reason = "the platform's tests use more of the town")]
mod town;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use town::{Answer, Demo, Scratch};

const AMINA: &str = "amina.yusuf@hackney.example";
const SESSION: &str = "__Host-hansom-session";

/// Opens a page of the hub with these cookies.
async fn get(demo: &Demo, address: &str, cookies: &[&str]) -> Answer {
    let request = demo.http.get(format!("{}{address}", demo.url("hub"))).header("accept", "text/html");
    Answer::of(request.header("cookie", cookies.join("; ")).send().await.unwrap()).await
}

/// `name=value` of each cookie that an answer sets.
fn cookies(answer: &Answer) -> Vec<String> {
    let lines = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    lines.map(|line| line.split(';').next().unwrap().to_owned()).collect()
}

/// A sign-in that is begun: the provider's page, and the cookie of the browser.
async fn begun(demo: &Demo, return_to: &str) -> (String, String) {
    let encoded: String = url::form_urlencoded::byte_serialize(return_to.as_bytes()).collect();
    let answer = get(demo, &format!("/sign-in?return_to={encoded}"), &[]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    (answer.header("location"), cookies(&answer).pop().expect("a cookie that binds the sign-in"))
}

/// The provider's answer as a path of the hub.
async fn agreed(demo: &Demo, screen: &str) -> String {
    let callback = demo.agree(screen, AMINA).await;
    callback.strip_prefix(&demo.url("hub")).expect("back to the hub").to_owned()
}

async fn is_signed_in(demo: &Demo, cookies: &[&str]) -> bool {
    get(demo, "/account", cookies).await.status == 200
}

#[tokio::test]
async fn h91_an_answer_of_the_provider_works_once_in_its_own_browser_and_is_never_shown_as_html() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let (screen, cookie) = begun(&demo, "/").await;
    let callback = agreed(&demo, &screen).await;
    let refused = async |address: &str, cookies: &[&str]| {
        let answer = get(&demo, address, cookies).await;
        assert!(matches!(answer.status, 400 | 403), "{address}: {} {}", answer.status, answer.text);
        assert!(!self::cookies(&answer).iter().any(|cookie| cookie.starts_with(SESSION)), "{address}");
        answer
    };
    for address in ["/sign-in/callback", "/sign-in/callback?code=x", "/sign-in/callback?state=x&code=y"] {
        refused(address, &[&cookie]).await;
    }
    for markup in ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>"] {
        let encoded: String = url::form_urlencoded::byte_serialize(markup.as_bytes()).collect();
        let address = format!("/sign-in/callback?error={encoded}&error_description={encoded}&state={encoded}");
        let told = refused(&address, &[&cookie]).await;
        assert!(!told.text.contains("alert(1)"), "{}", told.text);
    }
    let (_, another) = begun(&demo, "/").await;
    refused(&callback, &[]).await;
    refused(&callback, &[&another]).await;
    // Whoever tries elsewhere takes nothing from the person whom the answer is for, and gets nothing by it.
    assert_eq!(get(&demo, &callback, &[&cookie]).await.status, 303, "the browser that began goes on");
    refused(&callback, &[&cookie]).await;

    let (screen, cookie) = begun(&demo, "/").await;
    let callback = agreed(&demo, &screen).await;
    let mixed_up = callback.split('&').filter(|part| !part.starts_with("iss=")).collect::<Vec<_>>().join("&");
    refused(&format!("{mixed_up}&iss=https%3A%2F%2Fevil.example"), &[&cookie]).await;
    let (screen, cookie) = begun(&demo, "/").await;
    let callback = agreed(&demo, &screen).await;
    assert_eq!(get(&demo, &callback, &[&cookie]).await.status, 303, "and the good one works");
    refused(&callback, &[&cookie]).await;
}

#[tokio::test]
async fn h92_a_sign_in_leads_to_a_page_of_the_hub_or_to_its_first_page() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    for (wanted, led_to) in [
        ("/inbox", "/inbox"),
        ("//evil.example", "/"),
        ("///evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\/evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/%09/evil.example", "/"),
        ("/%5cevil.example", "/"),
        ("/%2f%2fevil.example", "/"),
        ("https:evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/x\r\nLocation: https://evil.example", "/"),
        ("/%0d%0aset-cookie:%20a=b", "/"),
        ("/@evil.example", "/"),
        ("@evil.example", "/"),
        ("/..;/evil", "/"),
        ("/a/../../evil", "/"),
        ("/\u{ff0f}evil.example", "/"),
    ] {
        let (screen, cookie) = begun(&demo, wanted).await;
        let callback = agreed(&demo, &screen).await;
        let answer = get(&demo, &callback, &[&cookie]).await;
        assert_eq!((answer.status, answer.header("location").as_str()), (303, led_to), "{wanted:?}");
        // Whoever is signed in already is sent on at once, by the same rule.
        let session = cookies(&answer).into_iter().find(|cookie| cookie.starts_with(SESSION)).unwrap();
        let encoded: String = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
        let answer = get(&demo, &format!("/sign-in?return_to={encoded}"), &[&session]).await;
        assert_eq!((answer.status, answer.header("location").as_str()), (303, led_to), "{wanted:?}");
    }
    let twice = get(&demo, "/sign-in?return_to=/inbox&return_to=//evil.example", &[]).await;
    let cookie = cookies(&twice).pop().unwrap();
    let callback = agreed(&demo, &twice.header("location")).await;
    assert_eq!(get(&demo, &callback, &[&cookie]).await.header("location"), "/inbox");
}

#[tokio::test]
async fn h93_a_session_is_made_at_the_sign_in_and_a_planted_one_is_none() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let planted = format!("{SESSION}={}", "a".repeat(64));
    assert!(!is_signed_in(&demo, &[&planted]).await);
    let (screen, cookie) = begun(&demo, "/").await;
    let callback = agreed(&demo, &screen).await;
    let answer = get(&demo, &callback, &[&planted, &cookie]).await;
    let session = cookies(&answer).into_iter().find(|cookie| cookie.starts_with(SESSION)).unwrap();
    assert_ne!(session, planted);
    assert!(is_signed_in(&demo, &[&session]).await && !is_signed_in(&demo, &[&planted]).await);
    let line = answer.headers.get_all("set-cookie").iter().find(|line| line.to_str().unwrap().starts_with(SESSION));
    let line = line.unwrap().to_str().unwrap();
    for attribute in ["Path=/", "HttpOnly", "Secure", "SameSite=Lax"] {
        assert!(line.split("; ").any(|part| part == attribute), "{line}");
    }
    assert!(!line.to_lowercase().contains("domain="), "{line}");

    let value = session.split_once('=').unwrap().1;
    for (name, value) in [
        ("hansom-session", value.to_owned()),
        ("__host-hansom-session", value.to_owned()),
        (SESSION, value.to_uppercase()),
        (SESSION, format!("{value}{}", "x".repeat(5000))),
        (SESSION, String::new()),
        (SESSION, format!("{value}%00")),
    ] {
        assert!(!is_signed_in(&demo, &[&format!("{name}={value}")]).await, "{name}");
    }

    // A second sign-in in the same browser ends the session before it.
    let (screen, cookie) = begun(&demo, "/").await;
    let callback = agreed(&demo, &screen).await;
    let answer = get(&demo, &callback, &[&session, &cookie]).await;
    let second = cookies(&answer).into_iter().find(|cookie| cookie.starts_with(SESSION)).unwrap();
    assert!(is_signed_in(&demo, &[&second]).await && !is_signed_in(&demo, &[&session]).await);
}

/// What an upstream is told of who calls, in the field `Hansom-Identity`.
async fn told_to_an_upstream(demo: &Demo) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let manifest = format!(
        "api: vans\nowner: housing-repairs@hackney.example\nkind: service\naudience: internal\nstatus: alpha\n\
         personal_data: false\ncontract: openapi.yaml\nenvironments:\n  production: {{ upstreams: [\"http://{}\"] }}\n\
         access:\n  - operations: [listVans]\n    groups: [housing-officers@hackney.example]\n",
        listener.local_addr().unwrap()
    );
    let contract = "openapi: 3.1.0\ninfo: { title: Vans, version: 1.0.0 }\npaths:\n  /vans:\n    get:\n      \
         operationId: listVans\n      responses: { '200': { description: All. } }\n";
    let mut chloe = demo.sign_in("chloe.martin@hackney.example").await;
    let made = chloe.api("POST", "/releases", &json!({ "manifest": manifest, "contract": contract })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = vec![];
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await.unwrap();
        String::from_utf8(head).unwrap()
    });
    let token = demo.sign_in(AMINA).await.token("production").await;
    let url = format!("{}/vans/v1/vans", demo.url("production"));
    town::until("the new API answers", async || demo.get(&url, Some(&token)).await.status == 200).await;
    let head = heard.await.unwrap();
    assert!(!head.to_lowercase().contains("authorization:"), "the caller's token goes no further: {head}");
    let field =
        head.lines().find_map(|line| line.strip_prefix("Hansom-Identity: ").or(line.strip_prefix("hansom-identity: ")));
    field.expect("who calls").trim().to_owned()
}

#[tokio::test]
async fn g81_nothing_else_that_is_signed_or_secret_is_an_access_token() {
    let scratch = Scratch::new();
    let demo = Demo::without_standards(&scratch.0).await;
    let identity = told_to_an_upstream(&demo).await;
    let (production, hub) = (demo.url("production"), demo.url("hub"));
    let application = &demo.ready["application"];
    let id = application["client_id"].as_str().unwrap();
    let key = std::fs::read(application["private_key_file"].as_str().unwrap()).unwrap();
    let key = jsonwebtoken::EncodingKey::from_ec_pem(&key).unwrap();
    let signed = |typ: &str, claims: &Value| {
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256);
        header.typ = Some(typ.into());
        header.kid = Some(kid_of(&identity));
        jsonwebtoken::encode(&header, claims, &key).unwrap()
    };
    let assertion =
        json!({ "iss": id, "sub": id, "aud": format!("{hub}/oauth/token"), "exp": town::now() + 60, "jti": "j" });
    let of_its_own = json!({ "iss": hub, "sub": id, "client_id": id, "aud": production, "iat": town::now(),
        "exp": town::now() + 60, "jti": "0123456789abcdef0123456789abcdef", "credential": "0123456789abcdef0123456789abcdef" });
    let good = demo.printed_token();
    let (good_head, good_rest) = good.split_once('.').unwrap();
    let (identity_head, identity_rest) = identity.split_once('.').unwrap();
    for (what, token) in [
        ("who calls, as an upstream is told", identity.clone()),
        ("the same with the head of an access token", format!("{good_head}.{identity_rest}")),
        ("an access token with the head of who calls", format!("{identity_head}.{good_rest}")),
        ("a client's assertion", signed("JWT", &assertion)),
        ("a client's own access token", signed("at+jwt", &of_its_own)),
        ("a client id", id.to_owned()),
    ] {
        demo.get(&format!("{production}/repairs/v1/repairs"), Some(&token)).await.is_problem(401, "token-invalid");
        demo.get(&format!("{hub}/api/v1/me"), Some(&token)).await.is_problem(401, "token-invalid");
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &token),
        ];
        if what != "a client's assertion" {
            let answer = demo.http.post(format!("{hub}/oauth/token")).form(&form).send().await.unwrap();
            assert_eq!(answer.status(), 401, "{what} as a client's proof");
        }
    }
    // And each of the good ones at its own place alone.
    let at_hub = demo.token(&hub).await.access_token();
    demo.get(&format!("{production}/repairs/v1/repairs"), Some(&at_hub)).await.is_problem(401, "token-audience");
    demo.get(&format!("{hub}/api/v1/me"), Some(&good)).await.is_problem(401, "token-audience");
    let of_person = demo.sign_in(AMINA).await.token("production").await;
    demo.get(&format!("{hub}/api/v1/me"), Some(&of_person)).await.is_problem(401, "token-audience");
}

fn kid_of(token: &str) -> String {
    let head =
        base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, token.split('.').next().unwrap());
    let head: Value = serde_json::from_slice(&head.unwrap()).unwrap();
    head["kid"].as_str().unwrap().to_owned()
}
