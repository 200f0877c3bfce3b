//! Does the reference say all that a contract says, to everybody, and let nothing of it act on the page?

use std::{collections::BTreeSet, fmt::Write, io::Read};

use http::StatusCode;
use serde_json::{Value, json};

use crate::town::{Answer, HUB, Someone, Town};

const DIGITAL: &str = "digital@hackney.example";
const REPAIRS: &str = "housing-repairs@hackney.example";

fn manifest(slug: &str, title: &str, access: &str) -> String {
    json!({
        "api": slug, "title": title, "owner": "streets@hackney.example", "kind": "service", "audience": "public",
        "status": "beta", "personal_data": false, "contract": "openapi.yaml", "environments": { "sandbox": { "mock": true } },
        "access": [serde_json::from_str::<Value>(access).unwrap()],
    })
    .to_string()
}

const ANYONE: &str = r#"{ "operations": ["*"], "anyone": true }"#;
const GRANTED: &str = r#"{ "operations": ["*"], "applications": "granted" }"#;

/// Every payload in every construct of Markdown.
fn corpus() -> String {
    let payloads = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\"><svg/onload=alert(1)>",
        "' onmouseover='alert(1)' x='",
        "javascript:alert(1)",
        "&#106;avascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "</textarea></title></style></main><script>alert(1)</script>",
        "//evil.example",
        "<a href=javascript:alert(1)>",
        "<iframe srcdoc='<script>alert(1)</script>'>",
        "<form action=https://evil.example><button>",
        "<style>@import 'https://evil.example'</style>",
        "<base href=https://evil.example>",
    ];
    let constructs = [
        "{}",
        "# {}",
        "> {}",
        "- {}",
        "1. {}",
        "`{}`",
        "```{}\n{}\n```",
        "    {}",
        "**{}**",
        "~~{}~~",
        "[{}]({})",
        "[a](<{}>)",
        "[a](/b \"{}\")",
        "![{}]({})",
        "![a](b '{}')",
        "<{}>",
        "[{}]: {} '{}'",
        "| {} |\n|---|\n| {} |",
        "<div>\n{}\n</div>",
        "<!-- {} -->",
        "<![CDATA[{}]]>",
        "&lt;{}&gt;",
    ];
    let mut text = String::new();
    for construct in constructs {
        for payload in payloads {
            let _ = write!(text, "{}\n\n", construct.replace("{}", payload));
        }
    }
    text
}

/// A contract whose every text is hostile.
fn hostile_contract() -> String {
    let text = corpus();
    let word = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
    let schema = json!({
        "type": "object", "title": word, "description": text, "default": { "a": text }, "examples": [text],
        "properties": {
            word: { "type": "string", "description": text, "enum": [text, word], "default": word, "pattern": "<b>" },
            "const": { "const": word, "description": text },
            "either": { "oneOf": [{ "title": word, "type": "object", "properties": { word: {} } }, { "type": "string", "description": text }] },
        },
        "patternProperties": { "^<script>": { "description": text } },
        "dependentRequired": { word: [word] },
    });
    let media = json!({
        "schema": { "$ref": "#/components/schemas/Thing" },
        "examples": { "one": { "summary": word, "description": text, "value": { "text": text } } },
    });
    json!({
        "openapi": "3.1.0",
        "info": { "title": word, "version": "1.0.0", "summary": word, "description": text, "termsOfService": "javascript:alert(1)",
            "contact": { "name": word, "url": "javascript:alert(1)" }, "license": { "name": word } },
        "tags": [{ "name": word, "description": text }],
        "paths": { "/things/{id}": { "post": {
            "operationId": "readIt", "summary": word, "description": text, "tags": [word], "deprecated": true,
            "parameters": [
                { "name": "id", "in": "path", "required": true, "description": text, "schema": schema, "example": text },
                { "name": "q", "in": "query", "required": true, "description": text, "schema": { "type": "string" }, "example": text },
                { "name": "X-It", "in": "header", "required": true, "description": text, "schema": { "type": "string" }, "example": text },
            ],
            "requestBody": { "description": text, "content": { "application/json": media } },
            "responses": {
                "200": { "description": text, "content": { "application/json": media },
                    "headers": { "X-Back": { "description": text, "schema": { "type": "string" }, "example": text } } },
                "4XX": { "description": text },
            },
        } } },
        "components": { "schemas": { "Thing": schema } },
    })
    .to_string()
}

/// Elements of a page: name, attributes with their values.
fn elements(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut found = vec![];
    for rest in html.split('<').skip(1) {
        let name: String = rest.chars().take_while(|it| !it.is_whitespace() && *it != '>').collect();
        let mut attributes = vec![];
        let mut rest = &rest[name.len()..];
        loop {
            rest = rest.trim_start();
            if rest.is_empty() || rest.starts_with('>') || rest.starts_with("/>") {
                break;
            }
            let key: String = rest.chars().take_while(|it| !it.is_whitespace() && !matches!(it, '=' | '>')).collect();
            rest = &rest[key.len()..];
            let value = match rest.strip_prefix("=\"") {
                Some(after) => {
                    let value = after.split('"').next().unwrap_or_default();
                    rest = &after[(value.len() + 1).min(after.len())..];
                    value
                }
                None => "",
            };
            if key.is_empty() {
                break;
            }
            attributes.push((key.to_ascii_lowercase(), value.to_owned()));
        }
        found.push((name.to_ascii_lowercase(), attributes));
    }
    found
}

#[track_caller]
fn is_harmless(address: &str, html: &str) {
    let forbidden = ["iframe", "object", "embed", "img", "style", "base", "meta http-equiv"];
    for (name, attributes) in elements(html) {
        assert!(!forbidden.contains(&name.as_str()), "{address}: <{name} {attributes:?}>");
        let value =
            |key: &str| attributes.iter().find(|(known, _)| known == key).map_or("", |(_, value)| value.as_str());
        match name.as_str() {
            "script" => {
                assert!(value("type") == "module" && value("src").starts_with("/static/"), "{address}: {attributes:?}")
            }
            // The bodies of the form that tries a call are ours; what a contract's text opens is none of these.
            "textarea" => {
                assert!(
                    value("id").starts_with("try-body-") && value("class") == "govuk-textarea app-body",
                    "{address}"
                )
            }
            "form" => assert!(value("action").starts_with('/') && !value("action").starts_with("//"), "{address}"),
            "svg" | "path" => assert!(value("xmlns").is_empty() || value("xmlns") == "http://www.w3.org/2000/svg"),
            _ => {}
        }
        for (key, value) in &attributes {
            assert!(!key.starts_with("on") && key != "srcdoc" && key != "formaction", "{address}: <{name} {key}>");
            if matches!(key.as_str(), "href" | "src" | "action") {
                let value = value.trim().to_ascii_lowercase();
                let is_known =
                    ["/", "#", "http://", "https://", "mailto:", "?"].iter().any(|start| value.starts_with(start));
                let is_relative = !value.split(['/', '?', '#']).next().unwrap_or_default().contains(':');
                assert!(is_known || is_relative, "{address}: {key}={value}");
                assert!(!value.starts_with("//"), "{address}: {key}={value}");
            }
        }
    }
}

#[tokio::test]
async fn no_text_of_a_contract_acts_on_a_page() {
    let town = Town::new().await;
    town.publish(&manifest("hostile", "\"><script>alert(1)</script>", GRANTED), &hostile_contract()).await;
    let ada = town.person("Ada", &[DIGITAL]).await;
    for address in [
        "/",
        "/?q=things",
        "/apis/hostile",
        "/apis/hostile/v1",
        "/apis/hostile/v1/operations/readIt",
        "/apis/hostile/v1/schemas/Thing",
        "/apis/hostile/v1/changes",
        "/apis/hostile/v1/access",
    ] {
        let answer = ada.get(address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.text);
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{address}");
        is_harmless(address, &answer.text);
        assert_eq!(answer.text.matches("<h1").count(), 1, "{address}");
        assert_eq!(answer.text.matches("</main>").count(), 1, "{address}");
    }
    for twin in ["/apis/hostile/v1.md", "/apis/hostile/v1/operations/readIt.md", "/apis/hostile/v1/schemas/Thing.md"] {
        let answer = ada.get(twin).await;
        assert_eq!(answer.status, StatusCode::OK, "{twin}");
        assert!(answer.header("content-type").starts_with("text/markdown"), "{twin}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{twin}");
    }
}

#[tokio::test]
async fn markdown_of_a_contract_is_laid_out() {
    let town = Town::new().await;
    let contract = json!({
        "openapi": "3.1.0",
        "info": { "title": "T", "version": "1.0.0", "description": "# Trees\n\nA *list*:\n\n- [oak](https://trees.example)\n- <b>elm</b>" },
        "paths": { "/trees": { "get": { "operationId": "listTrees", "description": "| a | b |\n|---|---|\n| 1 | 2 |",
            "responses": { "200": { "description": "All `trees`." } } } } },
    });
    town.publish(&manifest("trees", "Trees", ANYONE), &contract.to_string()).await;
    let page = town.stranger().get("/apis/trees/v1").await.text;
    for part in [
        "<h2 class=\"govuk-heading-s\">Trees</h2>",
        "<em>list</em>",
        "href=\"https://trees.example\">oak</a>",
        "<li>elm</li>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let page = town.stranger().get("/apis/trees/v1/operations/listTrees").await.text;
    assert!(page.contains("<th scope=\"col\" class=\"govuk-table__header\">a</th>"), "{page}");
    assert!(page.contains("All <code class=\"app-name\">trees</code>."), "{page}");
}

#[tokio::test]
async fn an_operation_has_samples_in_six_languages_with_its_own_address() {
    let town = Town::with_council().await;
    let page = town.stranger().get("/apis/bulky-waste/v1/operations/bookCollection").await.text;
    for language in ["curl", "javascript", "python", "csharp", "rust", "java"] {
        let panel = page.split(&format!("id=\"call-{language}\"")).nth(1).unwrap_or_else(|| panic!("no {language}"));
        let panel = panel.split("</div>").next().unwrap();
        assert!(panel.contains("https://sandbox.hackney.example/bulky-waste/v1/collections"), "{language}: {panel}");
        assert!(panel.contains("TOKEN"), "{language}: {panel}");
        assert!(page.contains(&format!("href=\"#call-{language}\"")), "{language} has no tab");
    }
    assert!(page.contains("https://production.hackney.example/bulky-waste/v1"));
    for problem in
        ["token-missing", "grant-missing", "group-missing", "limit-reached", "invalid-request", "body-too-large"]
    {
        assert!(page.contains(&format!("href=\"/problems/{problem}\"")), "{problem}");
    }
    let open = town.stranger().get("/apis/bulky-waste/v1/operations/listPrices").await.text;
    assert!(!open.contains("token-missing") && !open.contains("Bearer"), "anyone may call it");
}

#[tokio::test]
async fn operations_lead_to_each_other_in_the_order_of_the_contract() {
    let town = Town::with_council().await;
    let ada = town.person("Ada", &[DIGITAL]).await;
    let version = ada.get("/apis/repairs/v1").await.text;
    let listed: BTreeSet<&str> =
        version.split("href=\"/apis/repairs/v1/operations/").skip(1).map(|it| it.split('"').next().unwrap()).collect();
    let mut id = "listRepairs".to_owned();
    let mut walked = BTreeSet::new();
    // Back to the first, then on to the last.
    for relation in ["prev", "next"] {
        for _ in 0..100 {
            walked.insert(id.clone());
            let page = ada.get(&format!("/apis/repairs/v1/operations/{id}")).await.text;
            let Some(before) =
                page.split(&format!("\" rel=\"{relation}\"")).next().filter(|part| part.len() < page.len())
            else {
                break;
            };
            id = before.rsplit('/').next().unwrap().to_owned();
        }
    }
    assert_eq!(walked.iter().map(String::as_str).collect::<BTreeSet<_>>(), listed);
}

#[tokio::test]
async fn a_name_that_ends_like_a_twin_has_a_page_and_a_twin() {
    let town = Town::new().await;
    let contract = json!({
        "openapi": "3.1.0", "info": { "title": "T", "version": "1.0.0" },
        "paths": { "/a": { "get": { "operationId": "read.md", "responses": { "200": { "description": "Fine." } } } } },
        "components": { "schemas": { "A.md": { "type": "string" }, "A": { "type": "integer" } } },
    });
    town.publish(&manifest("trees", "Trees", ANYONE), &contract.to_string()).await;
    let stranger = town.stranger();
    for (address, media_type) in [
        ("/apis/trees/v1/operations/read.md", "text/html"),
        ("/apis/trees/v1/operations/read.md.md", "text/markdown"),
        ("/apis/trees/v1/schemas/A", "text/html"),
        ("/apis/trees/v1/schemas/A.md", "text/html"),
        ("/apis/trees/v1/schemas/A.md.md", "text/markdown"),
    ] {
        let answer = stranger.get(address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        assert!(answer.header("content-type").starts_with(media_type), "{address}");
    }
}

#[tokio::test]
async fn a_discriminator_says_which_alternative_is_which() {
    let town = Town::new().await;
    let contract = json!({
        "openapi": "3.1.0", "info": { "title": "T", "version": "1.0.0" },
        "paths": { "/a": { "get": { "operationId": "a", "responses": { "200": { "description": "Fine." } } } } },
        "components": { "schemas": {
            "Pet": { "oneOf": [{ "$ref": "#/components/schemas/Cat" }, { "type": "object", "properties": { "kind": {} } }],
                "discriminator": { "propertyName": "kind", "mapping": { "cat": "#/components/schemas/Cat", "gone": "Nothing" } } },
            "Cat": { "type": "object", "properties": { "kind": { "const": "cat" } } },
        } },
    });
    town.publish(&manifest("pets", "Pets", ANYONE), &contract.to_string()).await;
    let page = town.stranger().get("/apis/pets/v1/schemas/Pet").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("stands in <span class=\"app-name\">kind</span>"), "{}", page.text);
    assert!(page.text.contains(
        "<span class=\"app-name\">cat</span>: <a class=\"govuk-link app-name\" href=\"/apis/pets/v1/schemas/Cat\">"
    ));
}

fn json_of(answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    serde_json::from_str(&answer.text).unwrap()
}

#[tokio::test]
async fn a_contract_is_taken_away_as_released_and_bundled() {
    let town = Town::with_council().await;
    let stranger = town.stranger();
    let released = stranger.get("/apis/bulky-waste/v1/openapi.yaml").await.text;
    assert_eq!(released, include_str!("../../../../examples/council/bulky-waste/openapi.yaml"));
    let bundle = json_of(&stranger.get("/apis/bulky-waste/v1/bundle.json").await);
    assert_eq!(bundle["servers"][1]["url"], "https://production.hackney.example/bulky-waste/v1");
    let yaml = stranger.get("/apis/bulky-waste/v1/bundle.yaml").await;
    assert!(yaml.header("content-disposition").contains("bulky-waste-v1.bundle.openapi.yaml"));
    for text in [&bundle.to_string(), &yaml.text] {
        let read = hansom_standards::Contract::read(text).unwrap_or_else(|faults| panic!("{faults:?}"));
        assert_eq!(read.document().root().to_json(), bundle);
    }
}

/// The requests of a Postman collection.
fn requests(collection: &Value) -> Vec<&Value> {
    collection["item"].as_array().unwrap().iter().flat_map(|folder| folder["item"].as_array().unwrap()).collect()
}

#[tokio::test]
async fn a_postman_collection_has_every_operation_and_gets_its_tokens() {
    let town = Town::with_council().await;
    let collection = json_of(&town.stranger().get("/apis/bulky-waste/v1/postman.json").await);
    assert_eq!(collection["info"]["schema"], "https://schema.getpostman.com/json/collection/v2.1.0/collection.json");
    let settings = collection["auth"]["oauth2"].as_array().unwrap();
    let setting = |key: &str| settings.iter().find(|it| it["key"] == key).map(|it| it["value"].clone()).unwrap();
    assert_eq!(setting("accessTokenUrl"), format!("{HUB}/oauth/token"));
    assert_eq!(setting("tokenRequestParams")[0]["key"], "resource");
    assert_eq!(collection["variable"][0]["value"], "https://sandbox.hackney.example/bulky-waste/v1");
    let requests = requests(&collection);
    let published =
        hansom_standards::Contract::read(include_str!("../../../../examples/council/bulky-waste/openapi.yaml"))
            .unwrap();
    assert_eq!(requests.len(), published.operations.len());
    for item in &requests {
        let url = &item["request"]["url"];
        assert!(
            url["raw"].as_str().unwrap().starts_with("{{baseUrl}}/") && !url["raw"].as_str().unwrap().contains("/{"),
            "{url}"
        );
        for variable in url["variable"].as_array().unwrap() {
            let hole = format!(":{}", variable["key"].as_str().unwrap());
            assert!(url["path"].as_array().unwrap().contains(&json!(hole)), "{url}");
        }
    }
    assert!(
        requests.iter().any(|item| item["request"]["auth"]["type"] == "noauth"),
        "what anyone may call needs no token"
    );
    assert!(requests.iter().any(|item| item["request"]["body"]["options"]["raw"]["language"] == "json"));
}

fn files(archive: &[u8]) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    names
        .into_iter()
        .map(|name| {
            let mut text = String::new();
            archive.by_name(&name).unwrap().read_to_string(&mut text).unwrap();
            (name, text)
        })
        .collect()
}

#[tokio::test]
async fn a_bruno_collection_has_a_file_for_each_operation_and_environment() {
    let town = Town::with_council().await;
    let answer = town.stranger().get("/apis/bulky-waste/v1/bruno.zip").await;
    assert_eq!(answer.header("content-type"), "application/zip");
    assert_eq!(answer.bytes, town.stranger().get("/apis/bulky-waste/v1/bruno.zip").await.bytes, "the same each time");
    let files = files(&answer.bytes);
    let text = |name: &str| &files.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}")).1;
    assert_eq!(serde_json::from_str::<Value>(text("bulky-waste-v1/bruno.json")).unwrap()["type"], "collection");
    assert!(
        text("bulky-waste-v1/environments/production.bru")
            .contains("baseUrl: https://production.hackney.example/bulky-waste/v1")
    );
    assert!(text("bulky-waste-v1/collection.bru").contains("grant_type: client_credentials"));
    let book = files.iter().find(|(name, _)| name.ends_with("/bookCollection.bru")).unwrap();
    assert!(book.1.contains("post {\n  url: {{baseUrl}}/collections\n  body: json\n  auth: inherit\n}"), "{}", book.1);
    let prices = files.iter().find(|(name, _)| name.ends_with("/listPrices.bru")).unwrap();
    assert!(prices.1.contains("auth: none"), "{}", prices.1);
}

#[tokio::test]
async fn no_text_of_a_contract_leaves_its_place_in_a_collection() {
    let town = Town::new().await;
    town.publish(&manifest("hostile", "../../x", GRANTED), &hostile_contract()).await;
    let stranger = town.stranger();
    json_of(&stranger.get("/apis/hostile/v1/postman.json").await);
    for (name, text) in files(&stranger.get("/apis/hostile/v1/bruno.zip").await.bytes) {
        assert!(name.starts_with("hostile-v1/") && !name.contains("..") && !name.contains('\\'), "{name}");
        if name.ends_with(".bru") {
            let blocks = text.lines().filter(|line| line.ends_with('{') && !line.starts_with(' ')).count();
            assert_eq!(text.lines().filter(|line| *line == "}").count(), blocks, "{name}: {text}");
        }
    }
}

async fn approved(town: &Town, ada: &Someone) -> String {
    let application = town.application(ada).await;
    let grant = town.grant(ada, &application).await;
    let owner = town.person("Olu", &[REPAIRS]).await;
    let yes = [("decision", "approve"), ("reason", "Needed for the tracker.")];
    assert_eq!(owner.post(&format!("{grant}/decision"), &yes).await.status, StatusCode::SEE_OTHER);
    grant
}

#[tokio::test]
async fn everybody_sees_how_many_use_an_api_and_its_owners_see_who() {
    let town = Town::with_council().await;
    let ada = town.person("Ada", &[DIGITAL]).await;
    assert!(ada.get("/apis/repairs/v1").await.text.contains("No application has access yet"));
    let grant = approved(&town, &ada).await;
    let page = ada.get("/apis/repairs/v1").await.text;
    assert!(page.contains("1 application has access") && !page.contains("Tracker"), "{page}");
    let owner = town.person("Olu", &[REPAIRS]).await;
    let page = owner.get("/apis/repairs/v1").await.text;
    assert!(page.contains(&format!("href=\"{grant}\">Tracker</a>")), "{page}");
    assert!(!ada.get("/apis/repairs/v1.md").await.text.contains("Tracker"));
}

/// A contract of 900 operations, each with a body, answers and parameters.
fn large_contract() -> String {
    let mut paths = serde_json::Map::new();
    let mut schemas = serde_json::Map::new();
    for number in 0..450 {
        let name = format!("Thing{number}");
        let body = json!({ "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{name}") } } } });
        let operation = |verb: &str| {
            json!({
                "operationId": format!("{verb}Thing{number}"), "summary": format!("{verb} thing {number}"),
                "description": "Says **what** it does.\n\n- one\n- two", "tags": [format!("Tag {}", number % 30)],
                "responses": { "200": { "description": "Fine.", "content": body["content"] }, "404": { "description": "None." } },
            })
        };
        let (get, mut put) = (operation("get"), operation("put"));
        put["requestBody"] = body;
        let parameter = json!([{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }]);
        paths.insert(format!("/things{number}/{{id}}"), json!({ "get": get, "put": put, "parameters": parameter }));
        let next = format!("#/components/schemas/Thing{}", number / 10 * 10 + (number + 1) % 10);
        let properties = json!({ "id": { "type": "string" }, "next": { "$ref": next }, "sizes": { "type": "array", "items": { "type": "integer" } } });
        schemas.insert(name, json!({ "type": "object", "properties": properties }));
    }
    json!({ "openapi": "3.1.0", "info": { "title": "Large", "version": "1.0.0" }, "paths": paths, "components": { "schemas": schemas } })
        .to_string()
}

#[tokio::test]
async fn a_contract_of_nine_hundred_operations_has_pages_of_a_size_that_fits() {
    let town = Town::new().await;
    town.publish(&manifest("large", "Large", ANYONE), &large_contract()).await;
    let stranger = town.stranger();
    let version = stranger.get("/apis/large/v1").await;
    assert!(version.text.contains("900 operations"));
    assert_eq!(version.text.matches("href=\"#tag-").count(), 30);
    assert!(version.text.len() < 1_000_000, "{}", version.text.len());
    for address in [
        "/apis/large/v1/operations/getThing0",
        "/apis/large/v1/operations/putThing449",
        "/apis/large/v1/schemas/Thing7",
    ] {
        let page = stranger.get(address).await;
        assert_eq!(page.status, StatusCode::OK, "{address}");
        assert!(page.text.len() < 200_000, "{address}: {}", page.text.len());
    }
    let one = stranger.get("/apis/large/v1/operations/getThing30").await.text;
    assert!(
        one.contains("id=\"neighbours\">Tag 0<") && one.matches("Thing").count() < 150,
        "{}",
        one.matches("Thing").count()
    );
}
