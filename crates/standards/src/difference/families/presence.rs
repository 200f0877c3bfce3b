//! Was a schema added, or taken away, that a keyword holds?

use super::*;

/// Reports a keyword that holds a schema on one side only.
pub(super) fn note_presence<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>, keyword: Keyword, name: &str) {
    let nodes = view.nodes(keyword);
    note_either(view, ledger, nodes, (nodes.0.is_some(), nodes.1.is_some()), keyword, name);
}

/// The same where a schema that accepts everything is as good as none.
pub(super) fn note_demand<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>, keyword: Keyword, name: &str) {
    let nodes = view.nodes(keyword);
    let demands = |node: Option<Node<'d>>| node.is_some_and(|node| !accepts_all(node));
    note_either(view, ledger, nodes, (demands(nodes.0), demands(nodes.1)), keyword, name);
}

fn note_either<'d>(
    view: &View<'_, 'd>,
    ledger: &mut Ledger<'_, 'd>,
    nodes: Nodes<'d>,
    there: (bool, bool),
    keyword: Keyword,
    name: &str,
) {
    match there {
        (false, true) => ledger.note(view, &format!("{name}-added"), nodes, &format!("`{}` was added", keyword.text())),
        (true, false) => {
            ledger.note(view, &format!("{name}-removed"), nodes, &format!("`{}` was taken away", keyword.text()));
        }
        _ => {}
    }
}

/// Reports the names that a map of schemas lost and won.
pub(super) fn note_names<'d>(
    view: &View<'_, 'd>,
    ledger: &mut Ledger<'_, 'd>,
    keyword: Keyword,
    name: &str,
    thing: &str,
) {
    let (old, new) = view.nodes(keyword);
    let entries = |map: Option<Node<'d>>| map.into_iter().flat_map(Node::entries);
    for (key, node) in entries(new).filter(|(key, _)| old.and_then(|map| map.get(key.text)).is_none()) {
        let what = format!("{} was added", thing.replace("{}", key.text));
        ledger.note(view, &format!("{name}-added"), (old, Some(node)), &what);
    }
    for (key, node) in entries(old).filter(|(key, _)| new.and_then(|map| map.get(key.text)).is_none()) {
        let what = format!("{} was taken away", thing.replace("{}", key.text));
        ledger.note(view, &format!("{name}-removed"), (Some(node), new), &what);
    }
}

/// Reports the alternatives that a choice lost and won.
pub(super) fn note_choices<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>, keyword: Keyword, name: &str) {
    let Some(list) = view.list(keyword) else {
        return;
    };
    let nodes = view.nodes(keyword);
    let word = keyword.text();
    if view.reading == Reading::Hansom {
        let many = |list: (Vec<Node<'d>>, Vec<Node<'d>>)| (list.0.is_empty(), list.1.is_empty());
        match many(view.schemas.lists(keyword)) {
            (true, false) => {
                let what = format!("`{word}` demands one of `{}` now", labels(&list.added));
                return ledger.note(view, &format!("{name}-introduced"), nodes, &what);
            }
            (false, true) => {
                let what = format!("`{word}` does not demand one of `{}` any more", labels(&list.removed));
                return ledger.note(view, &format!("{name}-lifted"), nodes, &what);
            }
            _ => {}
        }
    }
    if !list.added.is_empty() {
        let what = format!("`{}` was added to `{word}`", labels(&list.added));
        ledger.note(view, &format!("{name}-added"), nodes, &what);
    }
    if !list.removed.is_empty() {
        let what = format!("`{}` was taken from `{word}`", labels(&list.removed));
        ledger.note(view, &format!("{name}-removed"), nodes, &what);
    }
}
