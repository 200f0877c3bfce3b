//! Groups: asked of a server on a loopback port that speaks as Google's directory does. Bad input 90.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Form, Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use hansom_domain::PersonKey;
use hansom_oauth::{Directory, DirectoryError, GoogleApi, GoogleDirectory, GoogleSetup, ServiceAccount};
use serde_json::{Value, json};

use crate::town::{Town, opened, rsa_pem};

const ADA: &str = "104417250038861920042";
const ADMIN: &str = "admin@hackney.example";

/// What Google does next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    Well,
    /// 429 so often, then well.
    Busy(u32),
    /// 403 for too many questions so often, then well.
    Quota(u32),
    Broken,
    Forbidden,
    /// An answer that stops in the middle.
    Truncated,
    /// Never answers.
    Slow,
    /// JSON that is something else.
    Strange,
}

struct Inside {
    mood: Mood,
    /// Group ids by the id of who is in them.
    memberships: HashMap<String, Vec<String>>,
    users: HashMap<String, Value>,
    token: String,
    questions: u32,
    tokens: u32,
    assertion: String,
    page: usize,
}

#[derive(Clone)]
struct Google(Arc<Mutex<Inside>>, String);

impl Google {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let user = json!({ "id": ADA, "primaryEmail": "o'ada@hackney.example", "suspended": false });
        let inside = Inside {
            mood: Mood::Well,
            memberships: HashMap::new(),
            users: HashMap::from([(ADA.to_owned(), user)]),
            token: "first".into(),
            questions: 0,
            tokens: 0,
            assertion: String::new(),
            page: 2,
        };
        let google = Self(Arc::new(Mutex::new(inside)), address);
        let router = Router::new()
            .route("/token", post(token))
            .route("/admin/directory/v1/users/{key}", get(user_of))
            .route("/admin/directory/v1/groups", get(groups))
            .route("/v1/groups/-/memberships:searchTransitiveGroups", get(search))
            .with_state(google.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        google
    }

    fn change<T>(&self, change: impl FnOnce(&mut Inside) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    fn put(&self, member: &str, groups: &[&str]) {
        self.change(|inside| {
            inside.memberships.insert(member.into(), groups.iter().map(ToString::to_string).collect())
        });
    }

    fn directory(&self, town: &Town, api: GoogleApi) -> GoogleDirectory {
        self.directory_of(town, api, Duration::from_secs(60))
    }

    fn directory_of(&self, town: &Town, api: GoogleApi, patience: Duration) -> GoogleDirectory {
        let file = json!({ "type": "service_account", "client_email": "hansom@project.iam.gserviceaccount.com",
            "private_key_id": "k1", "private_key": rsa_pem(), "token_uri": format!("{}/token", self.1) });
        let mut setup = GoogleSetup::new(ServiceAccount::read(&file.to_string()).unwrap());
        setup.api = api;
        setup.administrator = Some(ADMIN.into());
        setup.directory.clone_from(&self.1);
        setup.cloud_identity.clone_from(&self.1);
        setup.pause = Duration::from_millis(1);
        setup.patience = patience;
        GoogleDirectory::new(setup, town.control.clock().clone()).unwrap()
    }
}

fn refuse(status: StatusCode, reason: &str) -> Response {
    let error =
        json!({ "error": { "code": status.as_u16(), "message": "it is so", "errors": [{ "reason": reason }] } });
    (status, Json(error)).into_response()
}

/// What comes of the mood, before anything is looked at.
async fn moody(google: &Google, headers: &HeaderMap) -> Option<Response> {
    let (mood, fits) = google.change(|inside| {
        inside.questions += 1;
        let mood = inside.mood;
        match mood {
            Mood::Busy(left) | Mood::Quota(left) if left <= 1 => inside.mood = Mood::Well,
            Mood::Busy(left) => inside.mood = Mood::Busy(left - 1),
            Mood::Quota(left) => inside.mood = Mood::Quota(left - 1),
            _ => {}
        }
        let bearer = format!("Bearer {}", inside.token);
        (mood, headers.get(header::AUTHORIZATION).is_some_and(|value| value == bearer.as_str()))
    });
    match mood {
        _ if !fits => Some(refuse(StatusCode::UNAUTHORIZED, "authError")),
        Mood::Well => None,
        Mood::Busy(_) => {
            Some(([(header::RETRY_AFTER, "0")], refuse(StatusCode::TOO_MANY_REQUESTS, "x")).into_response())
        }
        Mood::Quota(_) => Some(refuse(StatusCode::FORBIDDEN, "userRateLimitExceeded")),
        Mood::Broken => Some(refuse(StatusCode::SERVICE_UNAVAILABLE, "backendError")),
        Mood::Forbidden => Some(refuse(StatusCode::FORBIDDEN, "forbidden")),
        Mood::Truncated => Some("{\"kind\":\"admin#directory#gro".into_response()),
        Mood::Slow => std::future::pending().await,
        Mood::Strange => Some(Json(json!({ "kind": "admin#directory#chromeosdevices" })).into_response()),
    }
}

async fn token(State(google): State<Google>, Form(form): Form<HashMap<String, String>>) -> Response {
    assert_eq!(form["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let token = google.change(|inside| {
        inside.tokens += 1;
        inside.assertion.clone_from(&form["assertion"]);
        inside.token.clone()
    });
    Json(json!({ "access_token": token, "expires_in": 3599, "token_type": "Bearer" })).into_response()
}

async fn user_of(State(google): State<Google>, headers: HeaderMap, Path(key): Path<String>) -> Response {
    if let Some(response) = moody(&google, &headers).await {
        return response;
    }
    match google.change(|inside| inside.users.get(&key).cloned()) {
        Some(user) => Json(user).into_response(),
        None => refuse(StatusCode::NOT_FOUND, "notFound"),
    }
}

/// One page of what somebody is in, and the token of the next.
fn piece(google: &Google, all: &[String], query: &HashMap<String, String>) -> (Vec<String>, Option<String>) {
    let from: usize = query.get("pageToken").map_or(0, |page| page.parse().unwrap());
    let to = (from + google.change(|inside| inside.page)).min(all.len());
    (all[from..to].to_vec(), (to < all.len()).then(|| to.to_string()))
}

async fn groups(
    State(google): State<Google>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    if let Some(response) = moody(&google, &headers).await {
        return response;
    }
    let all = google.change(|inside| inside.memberships.get(&query["userKey"]).cloned().unwrap_or_default());
    let (piece, next) = piece(&google, &all, &query);
    let groups: Vec<_> = piece.iter().map(|id| json!({ "id": id, "email": format!("{id}@hackney.example") })).collect();
    let mut answer = json!({ "kind": "admin#directory#groups" });
    if !groups.is_empty() {
        answer["groups"] = groups.into();
    }
    if let Some(next) = next {
        answer["nextPageToken"] = next.into();
    }
    Json(answer).into_response()
}

async fn search(
    State(google): State<Google>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    if let Some(response) = moody(&google, &headers).await {
        return response;
    }
    let wanted = "member_key_id == 'o\\'ada@hackney.example' && 'cloudidentity.googleapis.com/groups.discussion_forum' in labels";
    assert_eq!(query["query"], wanted);
    let all = google.change(|inside| inside.memberships.get(ADA).cloned().unwrap_or_default());
    let (piece, next) = piece(&google, &all, &query);
    if piece.is_empty() {
        return Json(json!({})).into_response();
    }
    let memberships: Vec<_> = piece
        .iter()
        .map(|id| json!({ "group": format!("groups/{id}"), "groupKey": { "id": format!("{id}@hackney.example") } }))
        .collect();
    Json(json!({ "memberships": memberships, "nextPageToken": next })).into_response()
}

async fn ask(directory: &GoogleDirectory) -> Result<Vec<String>, DirectoryError> {
    let key = PersonKey { issuer: "https://accounts.google.com".into(), subject: ADA.into() };
    // The address is somebody else's by now; nobody asks for it.
    let told = directory.groups_of(&key, "reused@hackney.example", &Value::Null).await?;
    Ok(told.iter().map(|group| group.as_str().split('@').next().unwrap_or_default().to_owned()).collect())
}

#[tokio::test]
async fn nested_groups_are_found_page_by_page_and_in_circles() {
    let (town, google) = (Town::new().await, Google::start().await);
    google.put(ADA, &["officers", "readers", "writers", "team"]);
    google.put("officers", &["housing"]);
    google.put("housing", &["council", "officers"]);
    google.put("council", &["housing"]);
    let directory = google.directory(&town, GoogleApi::Directory);
    assert_eq!(ask(&directory).await.unwrap(), ["council", "housing", "officers", "readers", "team", "writers"]);
    let (head, claims) = opened(&google.change(|inside| inside.assertion.clone()));
    assert_eq!((&head["alg"], &head["kid"]), (&json!("RS256"), &json!("k1")));
    assert_eq!((&claims["sub"], &claims["iss"]), (&json!(ADMIN), &json!("hansom@project.iam.gserviceaccount.com")));
    assert_eq!(claims["aud"], format!("{}/token", google.1));
    assert!(claims["scope"].as_str().unwrap().split(' ').all(|scope| scope.ends_with(".readonly")), "{claims}");
    google.put(ADA, &["readers"]);
    assert_eq!(ask(&directory).await.unwrap(), ["readers"]);
    assert_eq!(google.change(|inside| inside.tokens), 1, "one token does for an hour");
}

#[tokio::test]
async fn who_left_a_group_that_is_within_another_is_found_out_within_half_a_minute_or_at_once_when_asked_for() {
    let (town, google) = (Town::new().await, Google::start().await);
    google.put(ADA, &["officers"]);
    google.put("officers", &["housing"]);
    let directory = google.directory(&town, GoogleApi::Directory);
    assert_eq!(ask(&directory).await.unwrap(), ["housing", "officers"]);
    google.put("officers", &[]);
    directory.forget();
    assert_eq!(ask(&directory).await.unwrap(), ["officers"]);
    google.put("officers", &["housing"]);
    town.wait(31);
    assert_eq!(ask(&directory).await.unwrap(), ["housing", "officers"]);
}

#[tokio::test]
async fn cloud_identity_tells_all_groups_in_one_question_with_pages() {
    let (town, google) = (Town::new().await, Google::start().await);
    let directory = google.directory(&town, GoogleApi::CloudIdentity);
    assert!(ask(&directory).await.unwrap().is_empty());
    google.put(ADA, &["officers", "housing", "council"]);
    assert_eq!(ask(&directory).await.unwrap(), ["council", "housing", "officers"]);
}

#[tokio::test]
async fn a_directory_that_is_pressed_is_asked_again_and_one_that_fails_is_silent() {
    let (town, google) = (Town::new().await, Google::start().await);
    google.put(ADA, &["officers"]);
    for api in [GoogleApi::Directory, GoogleApi::CloudIdentity] {
        let directory = google.directory(&town, api);
        for mood in [Mood::Busy(3), Mood::Quota(3)] {
            google.change(|inside| inside.mood = mood);
            assert_eq!(ask(&directory).await.unwrap(), ["officers"]);
        }
        for mood in [Mood::Broken, Mood::Forbidden, Mood::Truncated] {
            google.change(|inside| inside.mood = mood);
            let told = ask(&directory).await;
            assert!(matches!(told, Err(DirectoryError::Silent(_))), "{told:?}");
        }
        google.change(|inside| inside.mood = Mood::Slow);
        let told = ask(&google.directory_of(&town, api, Duration::from_millis(50))).await;
        assert!(matches!(told, Err(DirectoryError::Silent(_))), "{told:?}");
        google.change(|inside| inside.mood = Mood::Strange);
        assert!(ask(&directory).await.is_err());
        google.change(|inside| inside.mood = Mood::Well);
        assert_eq!(ask(&directory).await.unwrap(), ["officers"], "it recovers by itself");
    }
}

#[tokio::test]
async fn questions_are_bounded() {
    let (town, google) = (Town::new().await, Google::start().await);
    google.change(|inside| inside.mood = Mood::Broken);
    let directory = google.directory(&town, GoogleApi::Directory);
    assert!(ask(&directory).await.is_err());
    assert_eq!(google.change(|inside| inside.questions), 4, "a question is asked four times");
    google.change(|inside| {
        (inside.mood, inside.page) = (Mood::Well, 500);
    });
    let many: Vec<String> = (0..2001).map(|number| format!("g{number}")).collect();
    google.put(ADA, &many.iter().map(String::as_str).collect::<Vec<_>>());
    let told = ask(&directory).await;
    assert!(matches!(told, Err(DirectoryError::Nonsense(_))), "too many are never some of them: {told:?}");
    assert!(google.change(|inside| inside.questions) < 1100);
}

#[tokio::test]
async fn a_token_that_was_revoked_is_renewed_once() {
    let (town, google) = (Town::new().await, Google::start().await);
    google.put(ADA, &["officers"]);
    let directory = google.directory(&town, GoogleApi::Directory);
    assert!(ask(&directory).await.is_ok());
    google.change(|inside| inside.token = "second".into());
    assert_eq!(ask(&directory).await.unwrap(), ["officers"]);
    assert_eq!(google.change(|inside| inside.tokens), 2);
}

#[tokio::test]
async fn who_was_deleted_or_suspended_is_in_no_group_and_nobody_is_taken_for_somebody_else() {
    let (town, google) = (Town::new().await, Google::start().await);
    google.put(ADA, &["officers"]);
    let directory = google.directory(&town, GoogleApi::Directory);
    google.change(|inside| inside.users.get_mut(ADA).unwrap()["suspended"] = true.into());
    assert!(ask(&directory).await.unwrap().is_empty());
    google.change(|inside| inside.users.get_mut(ADA).unwrap()["id"] = "1".into());
    assert!(ask(&directory).await.is_err());
    google.change(|inside| inside.users.clear());
    assert!(ask(&directory).await.unwrap().is_empty());
}

#[test]
fn a_key_file_that_is_none_is_refused_without_telling_of_it() {
    for text in ["", "{}", "{\"type\":\"authorized_user\",\"private_key\":\"s3cret\"}"] {
        let refused = ServiceAccount::read(text).unwrap_err();
        assert!(!refused.contains("s3cret"), "{refused}");
    }
}
