//! In which forms can a contract be taken away?

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};

use super::Seen;
use crate::{
    answer::Refusal,
    bundle, collections,
    collections::{Material, Place},
    session::Visitor,
    taker::Taker,
};

type Names = Path<(String, String)>;

/// `GET /apis/{slug}/{major}/bundle.json`
pub(crate) async fn bundle_json(Taker(visitor): Taker, Path((slug, major)): Names) -> Result<Response, Refusal> {
    let seen = Seen::find(&visitor, &slug, Some(&major)).await?;
    let text = serde_json::to_string_pretty(&bundled(&visitor, &seen)).unwrap_or_default();
    Ok(file(&seen, "application/json", "openapi.json", text))
}

/// `GET /apis/{slug}/{major}/bundle.yaml`
pub(crate) async fn bundle_yaml(Taker(visitor): Taker, Path((slug, major)): Names) -> Result<Response, Refusal> {
    let seen = Seen::find(&visitor, &slug, Some(&major)).await?;
    let text = bundle::yaml(&bundled(&visitor, &seen));
    Ok(file(&seen, "application/yaml", "bundle.openapi.yaml", text))
}

/// `GET /apis/{slug}/{major}/postman.json`
pub(crate) async fn postman(Taker(visitor): Taker, Path((slug, major)): Names) -> Result<Response, Refusal> {
    let seen = Seen::find(&visitor, &slug, Some(&major)).await?;
    let collection = collections::collection(&material(&visitor, &seen));
    let text = serde_json::to_string_pretty(&collection).unwrap_or_default();
    Ok(file(&seen, "application/json", "postman_collection.json", text))
}

/// `GET /apis/{slug}/{major}/bruno.zip`
pub(crate) async fn bruno(Taker(visitor): Taker, Path((slug, major)): Names) -> Result<Response, Refusal> {
    let seen = Seen::find(&visitor, &slug, Some(&major)).await?;
    let archive = collections::archive(&material(&visitor, &seen));
    let archive = archive.map_err(|error| Refusal::internal(format!("a collection was not packed: {error}")))?;
    Ok(file(&seen, "application/zip", "bruno.zip", archive))
}

fn bundled(visitor: &Visitor, seen: &Seen) -> serde_json::Value {
    let served = seen.served(&visitor.hub).into_iter();
    let served: Vec<_> = served.map(|it| (it.environment.to_string(), it.address)).collect();
    bundle::bundled(&seen.published.contract, &served)
}

fn material<'s>(visitor: &Visitor, seen: &'s Seen) -> Material<'s> {
    let hub = &visitor.hub;
    let places = seen.served(hub).into_iter().map(|it| Place {
        audience: hub
            .oauth
            .audience(&it.environment)
            .or_else(|| hub.base(&it.environment))
            .unwrap_or_default()
            .to_owned(),
        name: it.environment.to_string(),
        base: it.address,
    });
    Material {
        name: seen.name(),
        file: format!("{}-{}", seen.version.slug, seen.version.major),
        published: &seen.published,
        environments: places.collect(),
        token_endpoint: format!("{}/oauth/token", hub.hub),
    }
}

fn file(seen: &Seen, media_type: &str, ending: &str, content: impl IntoResponse) -> Response {
    let name = format!("attachment; filename=\"{}-{}.{ending}\"", seen.version.slug, seen.version.major);
    let headers = [(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, name)];
    (headers, content).into_response()
}
