//! Bad input 92: nobody is sent away from the hub after sign-in.

use hansom_oauth::safe_return_path;

#[test]
fn paths_of_the_hub_are_kept() {
    for path in [
        "/",
        "/apis/repairs/v1",
        "/applications/0f?tab=credentials#new",
        "/search?q=caf%C3%A9+%2F+bar&to=https://example.org//x",
        "/groups/housing-officers@hackney.example",
        "/apis/repairs/v1.2..3",
        "/caf%C3%A9",
    ] {
        assert_eq!(safe_return_path(path), path);
    }
}

#[test]
fn everything_that_could_lead_elsewhere_becomes_the_first_page() {
    let long = format!("/{}", "a".repeat(2000));
    for text in [
        "",
        "evil.example",
        "https://evil.example/",
        "https:evil.example",
        "https:/evil.example",
        "javascript:alert(1)",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        " //evil.example",
        "/ /evil.example",
        "/%09/evil.example",
        "/%0d%0aLocation:%20https://evil.example",
        "/%2f/evil.example",
        "/%2F%2Fevil.example",
        "/%5cevil.example",
        "/%5Cevil.example",
        "/%252f%252fevil.example",
        "/.//evil.example",
        "/..//evil.example",
        "/apis/../admin",
        "/apis/%2e%2e/admin",
        "/apis/..;/admin",
        "/./evil",
        "/@evil.example",
        "/a//evil.example",
        "/a\u{0}b",
        "/café",
        "/\u{2028}evil",
        "@evil.example",
        "?x=1",
        "#x",
        long.as_str(),
    ] {
        assert_eq!(safe_return_path(text), "/", "{text:?}");
    }
}
