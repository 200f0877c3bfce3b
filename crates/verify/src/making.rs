//! Which values are sent: what fits a schema, and what has exactly one fault?
//!
//! Nothing made up is trusted: what should fit is held against the schema and dropped if it does not, and so is what should not
//! fit and does.

mod spots;
mod text;
mod valid;

use serde_json::Value;

pub(crate) use valid::{Maker, Shape};

use crate::{dice::Dice, validity::Validity};
use spots::{Change, Spot};

/// Values with one thing about them that are made of one schema.
const MOST_VARIANTS: usize = 80;

/// A value, and what there is about it.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) about: String,
    pub(crate) value: Value,
}

/// Values that fit: what is required alone, everything, some of it; then one bound at a time.
pub(crate) fn fitting(validity: &Validity, examples: &[(String, Value)], dice: &Dice) -> Vec<Made> {
    let maker = Maker::new(&validity.schema, dice);
    let mut made: Vec<Made> = Vec::new();
    let mut add = |about: String, value: Value| {
        if made.len() < MOST_VARIANTS && validity.fits(&value) && !made.iter().any(|known| known.value == value) {
            made.push(Made { about, value });
        }
    };
    for (about, shape) in [("what is required", Shape::Least), ("everything", Shape::Full)] {
        if let Some(value) = maker.fitting(shape, validity) {
            add(about.to_owned(), value);
        }
    }
    for (name, value) in examples {
        add(format!("the example {name}"), value.clone());
    }
    if let Some(whole) = maker.fitting(Shape::Full, validity) {
        for Change { about, value } in spots::all(&validity.schema, &whole).iter().flat_map(|spot| spot.bounds(&maker))
        {
            add(about, value);
        }
    }
    for _ in 0..3 {
        if let Some(value) = maker.fitting(Shape::Any, validity) {
            add("some of it".to_owned(), value);
        }
    }
    made
}

/// Values that do not fit, each with one fault.
pub(crate) fn broken(validity: &Validity, examples: &[(String, Value)], dice: &Dice) -> Vec<Made> {
    let maker = Maker::new(&validity.schema, dice);
    let example = || examples.iter().map(|(_, value)| value).find(|value| validity.fits(value)).cloned();
    let Some(whole) = maker.fitting(Shape::Full, validity).or_else(example) else {
        return Vec::new();
    };
    let mut made: Vec<Made> = Vec::new();
    for Change { about, value } in spots::all(&validity.schema, &whole).iter().flat_map(Spot::faults) {
        if made.len() < MOST_VARIANTS && !validity.fits(&value) && !made.iter().any(|known| known.value == value) {
            made.push(Made { about, value });
        }
    }
    made
}
