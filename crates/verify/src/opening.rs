//! Which call shows at once that an API answers?

use hansom_domain::Chance;
use hansom_standards::{Contract, contract::Location};

use crate::{
    dice::Dice,
    draft::Draft,
    making::{Maker, Shape},
    report::{Recipe, curl},
    subject::{Parameter, Subject},
};

/// A command that reads something of a contract's API: of its operations that read, the one that needs least.
pub fn opening(contract: &Contract, url: &str, chance: Chance) -> Option<String> {
    let dice = Dice::new(chance);
    let mut readings: Vec<_> = contract.operations.iter().filter(|operation| operation.method == "GET").collect();
    readings.sort_by_key(|operation| operation.parameters.iter().filter(|parameter| parameter.required).count());
    let recipe = Recipe { url: url.to_owned(), headers: Vec::new(), seed: 0 };
    readings.into_iter().find_map(|operation| {
        let subject = Subject::of(contract, operation).ok()?;
        let mut draft = Draft::default();
        for parameter in &subject.parameters {
            let is_needed = parameter.said.required || parameter.said.location == Location::Path;
            if is_needed && !set(&mut draft, parameter, &dice) {
                return None;
            }
        }
        Some(curl(&draft.call(&subject), &recipe))
    })
}

fn set(draft: &mut Draft, parameter: &Parameter<'_>, dice: &Dice) -> bool {
    let example = parameter.examples().into_iter().next().map(|(_, value)| value);
    let maker = Maker::new(&parameter.validity.schema, dice);
    let value = example.or_else(|| maker.fitting(Shape::Any, &parameter.validity));
    value.is_some_and(|value| draft.set(parameter.said, &value))
}
