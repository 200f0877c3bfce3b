//! Which of a contract's answers tell of an error, and in which bodies?

use crate::{
    document::Node,
    media_type,
    once::Once,
    rule::Settings,
    status,
    survey::{Operation, Survey, entries},
};

/// How many examples of a shared schema are looked at, wherever it is used.
const MOST_EXAMPLES: usize = 100;

/// An answer that tells of an error.
#[derive(Debug)]
pub(crate) struct ErrorAnswer<'s, 'd> {
    /// The operation that it is declared at first.
    pub(crate) operation: &'s Operation<'d>,
    /// Its status as it was written.
    pub(crate) status: &'d str,
    /// The response, `$ref` followed.
    pub(crate) response: Node<'d>,
}

/// The answers to calls of the API that tell of an error, each response once. `default` is one of them where a success is
/// declared beside it.
pub(crate) fn error_answers<'s, 'd>(survey: &'s Survey<'d>) -> Vec<ErrorAnswer<'s, 'd>> {
    let mut once = Once::default();
    let mut answers = Vec::new();
    for operation in &survey.operations {
        let succeeds = operation.responses.iter().any(|(status, _)| matches!(status::class(status), Some(1..=3)));
        for (status, response) in &operation.responses {
            let is_error = status::is_error(status) || (*status == "default" && succeeds);
            if is_error && operation.method != "head" && once.is_new(*response) {
                answers.push(ErrorAnswer { operation, status, response: *response });
            }
        }
    }
    answers
}

impl<'d> ErrorAnswer<'_, 'd> {
    /// The bodies in one of the media types that the parameter `media_types` lists.
    pub(crate) fn problems<'a>(&'a self, settings: &'a Settings) -> impl Iterator<Item = Node<'d>> + 'a {
        let listed = |name: &str| media_type::is_among(name, settings.list("media_types"));
        entries(self.response, "content").filter(move |(name, _)| listed(name)).map(|(_, body)| body)
    }

    /// What a finding calls it: `the answer 404 of getRepair`.
    pub(crate) fn called(&self) -> String {
        format!("the answer {} of {}", self.status, self.operation)
    }
}

/// The examples of a body in a media type: values, `$ref` followed.
pub(crate) fn examples<'d>(survey: &Survey<'d>, body: Node<'d>) -> Vec<Node<'d>> {
    let several = entries(body, "examples").filter_map(|(_, example)| survey.follow(example).get("value"));
    let of_schema = body.get("schema").map(|schema| survey.follow(schema)).into_iter().flat_map(|schema| {
        let list = schema.get("examples").into_iter().flat_map(Node::items).take(MOST_EXAMPLES);
        schema.get("example").into_iter().chain(list)
    });
    body.get("example").into_iter().chain(several).chain(of_schema).collect()
}
