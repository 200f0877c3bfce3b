//! Can another site make a signed-in person's browser do anything, or show it inside its own pages?

use crate::{
    asking::{Asker, FIELDS, belongings, filled},
    table::TABLE,
    town::{Answer, Demo, Scratch},
};

/// Method and path of each page of the table.
fn pages() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE
        .lines()
        .filter_map(|line| line.strip_prefix("hub ")?.split(" | ").next()?.split_once(' '))
        .filter(|(_, path)| !["/api/", "/oauth/", "/.well-known/"].iter().any(|root| path.starts_with(root)))
}

/// How a form comes that was not sent from the person's own page.
#[derive(Debug)]
enum Forged {
    Origin(&'static str),
    FetchSite(&'static str),
    NoToken,
    AnothersToken,
    Plain,
}

#[tokio::test]
async fn h94_no_form_is_taken_that_did_not_come_from_the_persons_own_page() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let mut own = belongings(&demo).await;
    let token = own.chloe.form_token().await;
    let anothers = demo.sign_in("amina.yusuf@hackney.example").await.form_token().await;
    let cookie = own.chloe.cookie();
    let mut forms = 0;
    for (method, path) in pages().filter(|(method, _)| *method != "GET") {
        for forged in [
            Forged::Origin("https://evil.example"),
            Forged::Origin("null"),
            Forged::FetchSite("cross-site"),
            Forged::FetchSite("same-site"),
            Forged::NoToken,
            Forged::AnothersToken,
            Forged::Plain,
        ] {
            // Forms of those who are not signed in belong to no session, but to the hub's own pages all the same.
            let is_strangers = ["/playbook/editor", "/sign-in/mail", "/sign-in/link"].contains(&path)
                || path.starts_with("/sign-in/back-channel-logout");
            if is_strangers && !matches!(forged, Forged::Origin(_) | Forged::FetchSite(_)) {
                continue;
            }
            let url = format!("{}{}", demo.url("hub"), filled(path, &own));
            let mut request = demo.http.request(method.parse().unwrap(), url);
            request = request.header("cookie", &cookie).header("accept", "text/html");
            let mut form = FIELDS.to_vec();
            form.push(("application", &own.application));
            match forged {
                Forged::Origin(origin) => request = request.header("origin", origin),
                Forged::FetchSite(site) => request = request.header("sec-fetch-site", site),
                Forged::NoToken | Forged::AnothersToken | Forged::Plain => {}
            }
            match forged {
                Forged::NoToken => {}
                Forged::AnothersToken => form.push(("form_token", &anothers)),
                _ => form.push(("form_token", &token)),
            }
            let kind = match forged {
                Forged::Plain => "text/plain",
                _ => "application/x-www-form-urlencoded",
            };
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
            let request = request.header("content-type", kind).body(body);
            let answer = Answer::of(request.send().await.unwrap()).await;
            assert!(
                matches!(answer.status, 403 | 415),
                "{method} {path} by {forged:?}: {} {}",
                answer.status,
                answer.text
            );
            forms += 1;
        }
    }
    assert!(forms > 100, "{forms}");
    let still = own.chloe.get("/applications").await;
    assert_eq!(still.status, 200, "she is still signed in");
    assert_eq!(still.text.matches("/applications/").count() - still.text.matches("/applications/new").count(), 1);
}

#[tokio::test]
async fn h97_no_page_is_shown_inside_another_sites_page_or_runs_what_is_written_into_it() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let own = belongings(&demo).await;
    let mut asker = Asker::Stranger;
    for (method, path) in pages().filter(|(method, _)| *method == "GET") {
        let address = filled(path, &own);
        let mut answers = vec![asker.ask(&demo, &own, ("hub", method, &address)).await];
        let request = demo.http.get(format!("{}{address}", demo.url("hub"))).header("accept", "text/html");
        answers.push(Answer::of(request.header("cookie", own.chloe.cookie()).send().await.unwrap()).await);
        for answer in answers {
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
            assert!(policy.contains("default-src 'none'") && policy.contains("base-uri 'none'"), "{path}: {policy}");
            assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        }
    }
}
