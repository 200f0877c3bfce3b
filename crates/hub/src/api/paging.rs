//! How does a long list come in pieces?

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansom_domain::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::Failure;

/// The most that one piece holds.
const MOST: u16 = 200;
const USUAL: u16 = 50;
const LONGEST_CURSOR: usize = 2000;
/// The most characters of a text that a list is searched for.
pub(crate) const LONGEST_TEXT: usize = 254;

/// A piece of a list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page<T> {
    /// The things themselves.
    #[schema(max_items = 10_000)]
    pub(crate) items: Vec<T>,
    /// To be sent as `cursor` for the next piece; absent at the end of the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, max_length = 2000, example = "cmVwYWlycw")]
    pub(crate) next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// The same piece with each thing made into another.
    pub(crate) fn map<U>(self, make: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(make).collect(), next_cursor: self.next_cursor }
    }
}

/// The query of a list that is asked for in pieces and by nothing else.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PieceQuery {
    /// How many at most; 50 if absent.
    #[param(minimum = 1, maximum = 200, default = 50, example = 20)]
    limit: Option<u16>,
    /// `nextCursor` of the piece before.
    #[param(max_length = 2000, example = "cmVwYWlycw")]
    cursor: Option<String>,
}

impl PieceQuery {
    /// Which piece that is.
    pub(crate) fn piece(&self) -> Result<Piece, Failure> {
        Piece::asked(self.limit, self.cursor.as_deref())
    }
}

/// Which piece is asked for.
#[derive(Debug)]
pub(crate) struct Piece {
    limit: usize,
    after: Option<String>,
}

impl Piece {
    /// Reads `limit` and `cursor` of a query.
    pub(crate) fn asked(limit: Option<u16>, cursor: Option<&str>) -> Result<Self, Failure> {
        Self::asked_up_to(MOST, limit, cursor)
    }

    /// The same for a list whose pieces hold at most `most`.
    pub(crate) fn asked_up_to(most: u16, limit: Option<u16>, cursor: Option<&str>) -> Result<Self, Failure> {
        let limit = limit.unwrap_or(USUAL);
        if !(1..=most).contains(&limit) {
            return Err(Failure::malformed(format!("The query's limit is {limit}; write 1 to {most}.")));
        }
        let after = match cursor {
            None => None,
            Some(cursor) => Some(decode(cursor).ok_or_else(|| {
                Failure::malformed(
                    "The query's cursor is none of this list; send the nextCursor of the piece before, or none to begin.",
                )
            })?),
        };
        Ok(Self { limit: usize::from(limit), after })
    }

    /// The key after which the piece begins.
    pub(crate) fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// How many things have to be read after the cursor to know the piece, and whether there are more.
    pub(crate) fn needed(&self) -> usize {
        self.limit + 1
    }

    /// Cuts the piece out of what comes after its cursor, in the order of the store.
    pub(crate) fn next<T>(&self, mut following: Vec<T>, key: impl Fn(&T) -> String) -> Page<T> {
        let more = following.len() > self.limit;
        following.truncate(self.limit);
        let next_cursor = following.last().filter(|_| more).map(|last| URL_SAFE_NO_PAD.encode(key(last)));
        Page { items: following, next_cursor }
    }

    /// Cuts the piece out of all things, ordered by `key`, which no two things share. A key and not a place is remembered,
    /// so that things which come or go between two pieces neither hide others nor show them twice.
    pub(crate) fn of<T>(&self, all: Vec<T>, key: impl Fn(&T) -> String) -> Page<T> {
        let mut keyed: Vec<(String, T)> = all
            .into_iter()
            .map(|thing| (key(&thing), thing))
            .filter(|(key, _)| self.after.as_ref().is_none_or(|after| key > after))
            .collect();
        keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
        let more = keyed.len() > self.limit;
        keyed.truncate(self.limit);
        Page {
            next_cursor: keyed.last().filter(|_| more).map(|(key, _)| URL_SAFE_NO_PAD.encode(key)),
            items: keyed.into_iter().map(|(_, thing)| thing).collect(),
        }
    }
}

/// A key that puts the newest first and tells things of the same moment apart by their id.
pub(crate) fn newest_first(at: Timestamp, id: &str) -> String {
    format!("{:020} {id}", i64::MAX.saturating_sub(at.millis()))
}

/// The moment in a key of [`newest_first`].
pub(crate) fn moment_of(key: &str) -> Option<Timestamp> {
    place_of(key).map(|(moment, _)| moment)
}

/// Moment and id in a key of [`newest_first`].
pub(crate) fn place_of(key: &str) -> Option<(Timestamp, &str)> {
    let (age, id) = key.split_once(' ')?;
    let age: i64 = age.parse().ok()?;
    Some((Timestamp::from_millis(i64::MAX.saturating_sub(age)), id))
}

fn decode(cursor: &str) -> Option<String> {
    if cursor.len() > LONGEST_CURSOR {
        return None;
    }
    String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()
}
