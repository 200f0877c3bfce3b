//! Does access that was tightened count as breaking?

use std::collections::{BTreeMap, BTreeSet};

use hansom_standards::{
    difference::{self, Access, Admission, Audience, Question},
    finding::Level,
};

use crate::contract::{around_operation, ids, read, today};

fn access(audience: Audience, admission: Admission) -> Access {
    Access { audience, operations: BTreeMap::from([("things".to_owned(), admission)]) }
}

fn admission(groups: &[&str], applications: bool, anyone: bool) -> Admission {
    Admission { anyone, applications, groups: groups.iter().map(|group| (*group).to_owned()).collect() }
}

#[test]
fn who_got_in_must_still_get_in() {
    let all = |admission| access(Audience::Public, admission);
    let cases = [
        (all(admission(&["a"], false, false)), all(admission(&["a"], false, false)), ""),
        (all(admission(&["a", "b"], false, false)), all(admission(&["a"], false, false)), "access-group-removed"),
        (all(admission(&["a"], false, false)), all(admission(&["a", "b"], false, false)), "access-group-added"),
        (all(admission(&["a"], true, false)), all(admission(&["a"], false, false)), "access-applications-removed"),
        (all(admission(&["a"], false, false)), all(admission(&["a"], true, false)), "access-applications-added"),
        (all(admission(&[], false, true)), all(admission(&["a"], false, false)), "access-closed"),
        (all(admission(&["a"], false, false)), all(admission(&[], false, true)), "access-opened"),
        (all(admission(&["a"], false, false)), all(Admission::default()), "access-operation-closed"),
        (
            access(Audience::Public, admission(&["a"], false, false)),
            access(Audience::Internal, admission(&["a"], false, false)),
            "access-audience-tightened",
        ),
        (
            access(Audience::Internal, admission(&["a"], false, false)),
            access(Audience::Controlled, admission(&["a"], false, false)),
            "access-audience-widened",
        ),
    ];
    let contract = around_operation("operationId: things\nresponses: { '200': { description: fine } }");
    for (old, new, expected) in cases {
        let question = Question { access: Some((&old, &new)), ..Question::on(today()) };
        let found = difference::compare(&read("old", &contract), &read("new", &contract), &question);
        let expected: BTreeSet<&str> = expected.split_whitespace().collect();
        assert_eq!(ids(&found), expected, "{old:?} → {new:?}");
        let tightened =
            expected.iter().any(|id| ["removed", "closed", "tightened"].iter().any(|word| id.ends_with(word)));
        let breaks = found.changes.iter().any(|change| change.level == Level::Error && expected.contains(change.id));
        assert_eq!(breaks, tightened, "{expected:?}");
    }
}
