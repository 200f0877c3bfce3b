//! What can a rule ask of a value?
//!
//! Each function is a file: it reads its options when the ruleset is read, so that a mistake in them is told with its
//! place and before any contract is looked at, and it answers with remarks. Those of `oas_…` know OpenAPI; the others
//! know nothing but values.

mod alphabetical;
mod casing;
mod enumeration;
mod length;
mod oas_discriminator;
mod oas_document_schema;
mod oas_example;
mod oas_form_data;
mod oas_operation_id_unique;
mod oas_parameters;
mod oas_path_parameters;
mod oas_ref_siblings;
mod oas_schema;
mod oas_security_defined;
mod oas_server_variables;
mod oas_success_response;
mod oas_tag_defined;
mod oas_tags_unique;
mod oas_typed_enum;
mod oas_unused_component;
mod options;
mod pattern;
mod properties;
mod schema;
mod unreferenced;

pub(crate) use options::{Mistake, Options};

use super::{
    ecmascript::Subject, expression::Expressions, format::Formats, locating::Step, reference::References,
    schema::Soundness, view::View,
};
use crate::document::Node;

/// A function with its options.
#[derive(Debug)]
pub(crate) enum Function {
    Alphabetical(alphabetical::Alphabetical),
    Casing(casing::Casing),
    Defined,
    Enumeration(enumeration::Enumeration),
    Falsy,
    Length(length::Length),
    Or(properties::Properties),
    Pattern(pattern::PatternFunction),
    Schema(schema::SchemaFunction),
    Truthy,
    Undefined,
    Unreferenced(unreferenced::Unreferenced),
    Xor(properties::Properties),
    OasDiscriminator,
    OasDocumentSchema,
    OasExample(oas_example::OasExample),
    OasFormData,
    OasOperationIdUnique,
    OasParameters,
    OasPathParameters,
    OasRefSiblings,
    OasSchema(schema::SchemaFunction),
    OasSecurityDefined { swagger: bool },
    OasServerVariables(oas_server_variables::ServerVariables),
    OasSuccessResponse,
    OasTagDefined,
    OasTagsUnique,
    OasTypedEnum,
    OasUnusedComponent,
}

/// What a function is asked.
pub(crate) struct Call<'a, 'd> {
    /// The value.
    pub(crate) subject: Subject<'d>,
    /// Tells the path of the value in the contract.
    pub(crate) path: &'a dyn Fn() -> Vec<Step<'d>>,
    /// How the rule looks at the contract.
    pub(crate) view: View<'d>,
    /// What every function may use.
    pub(crate) about: &'a About<'a, 'd>,
}

/// What all functions know about a contract.
pub(crate) struct About<'a, 'd> {
    /// The contract as it was written.
    pub(crate) root: Node<'d>,
    /// What the contract is; none if it is nothing that is known.
    pub(crate) formats: Option<Formats>,
    /// What its references name.
    pub(crate) references: &'a References<'d>,
    /// The patterns that were read.
    pub(crate) expressions: &'a Expressions,
    /// What is known about its schemas.
    pub(crate) soundness: &'a Soundness,
}

impl About<'_, '_> {
    /// Whether the contract is of a format.
    pub(crate) fn is(&self, format: super::format::Format) -> bool {
        self.formats.is_some_and(|formats| formats.has(format))
    }
}

/// Something that a function has to say.
#[derive(Clone, Debug)]
pub(crate) struct Remark<'d> {
    /// What is wrong, with placeholders.
    pub(crate) message: String,
    /// Where.
    pub(crate) at: At<'d>,
}

/// Where a remark belongs.
#[derive(Clone, Debug)]
pub(crate) enum At<'d> {
    /// At the value that was asked about.
    Here,
    /// Below it.
    Below(Vec<Step<'d>>),
    /// At a path from the top of the contract.
    Path(Vec<Step<'d>>),
}

impl<'d> Remark<'d> {
    fn here(message: impl Into<String>) -> Remark<'d> {
        Remark { message: message.into(), at: At::Here }
    }

    fn below(steps: impl IntoIterator<Item = Step<'d>>, message: impl Into<String>) -> Remark<'d> {
        Remark { message: message.into(), at: At::Below(steps.into_iter().collect()) }
    }

    fn at(path: impl IntoIterator<Item = Step<'d>>, message: impl Into<String>) -> Remark<'d> {
        Remark { message: message.into(), at: At::Path(path.into_iter().collect()) }
    }
}

impl Function {
    /// The function of a name with its options; none if there is no such function.
    pub(crate) fn read(name: &str, options: &Options, native: bool) -> Option<Result<Function, Vec<Mistake>>> {
        let generic = match name {
            "alphabetical" => alphabetical::Alphabetical::read(options).map(Function::Alphabetical),
            "casing" => casing::Casing::read(options).map(Function::Casing),
            "defined" => options.none(name).map(|()| Function::Defined),
            "enumeration" => enumeration::Enumeration::read(options).map(Function::Enumeration),
            "falsy" => options.none(name).map(|()| Function::Falsy),
            "length" => length::Length::read(options).map(Function::Length),
            "or" => properties::Properties::read(name, options).map(Function::Or),
            "pattern" => pattern::PatternFunction::read(options).map(Function::Pattern),
            "schema" => schema::SchemaFunction::read(options).map(Function::Schema),
            "truthy" => options.none(name).map(|()| Function::Truthy),
            "undefined" => options.none(name).map(|()| Function::Undefined),
            "unreferencedReusableObject" => unreferenced::Unreferenced::read(options).map(Function::Unreferenced),
            "xor" => properties::Properties::read(name, options).map(Function::Xor),
            _ => return if native { Function::read_native(name, options) } else { None },
        };
        Some(generic)
    }

    /// A function that the rules for OpenAPI alone can name.
    fn read_native(name: &str, options: &Options) -> Option<Result<Function, Vec<Mistake>>> {
        let plain = |function: Function| options.none(name).map(|()| function);
        let native = match name {
            "oasDiscriminator" => plain(Function::OasDiscriminator),
            "oasDocumentSchema" => plain(Function::OasDocumentSchema),
            "oasExample" => oas_example::OasExample::read(options).map(Function::OasExample),
            "oasOpFormDataConsumeCheck" => plain(Function::OasFormData),
            "oasOpIdUnique" => plain(Function::OasOperationIdUnique),
            "oasOpParams" => plain(Function::OasParameters),
            "oasPathParam" => plain(Function::OasPathParameters),
            "refSiblings" => plain(Function::OasRefSiblings),
            "oasSchema" => schema::SchemaFunction::read_for_openapi(options).map(Function::OasSchema),
            "oasSecurityDefined" | "oasOpSecurityDefined" => {
                options.version().map(|swagger| Function::OasSecurityDefined { swagger })
            }
            "serverVariables" => oas_server_variables::ServerVariables::read(options).map(Function::OasServerVariables),
            "oasOpSuccessResponse" => plain(Function::OasSuccessResponse),
            "oasTagDefined" => plain(Function::OasTagDefined),
            "uniquenessTags" => plain(Function::OasTagsUnique),
            "typedEnum" => plain(Function::OasTypedEnum),
            "oasUnusedComponent" => plain(Function::OasUnusedComponent),
            _ => return None,
        };
        Some(native)
    }

    /// What the function has to say about a value.
    pub(crate) fn run<'d>(&self, call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
        let plain = |wrong: bool, what: &str| {
            if wrong { vec![Remark::here(format!("#{{{{print(\"property\")}}}}must be {what}"))] } else { Vec::new() }
        };
        match self {
            Function::Alphabetical(function) => function.run(call),
            Function::Casing(function) => function.run(call),
            Function::Defined => plain(call.subject.kind().is_none(), "defined"),
            Function::Enumeration(function) => function.run(call),
            Function::Falsy => plain(call.subject.is_truthy(), "falsy"),
            Function::Length(function) => function.run(call),
            Function::Or(function) => function.at_least_one(call),
            Function::Pattern(function) => function.run(call),
            Function::Schema(function) => function.run(call),
            Function::Truthy => plain(!call.subject.is_truthy(), "truthy"),
            Function::Undefined => plain(call.subject.kind().is_some(), "undefined"),
            Function::Unreferenced(function) => function.run(call),
            Function::Xor(function) => function.exactly_one(call),
            native => native.run_native(call),
        }
    }

    fn run_native<'d>(&self, call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
        match self {
            Function::OasDiscriminator => oas_discriminator::run(call),
            Function::OasDocumentSchema => oas_document_schema::run(call),
            Function::OasExample(function) => function.run(call),
            Function::OasFormData => oas_form_data::run(call),
            Function::OasOperationIdUnique => oas_operation_id_unique::run(call),
            Function::OasParameters => oas_parameters::run(call),
            Function::OasPathParameters => oas_path_parameters::run(call),
            Function::OasRefSiblings => oas_ref_siblings::run(call),
            Function::OasSchema(function) => oas_schema::run(function, call),
            Function::OasSecurityDefined { swagger } => oas_security_defined::run(*swagger, call),
            Function::OasServerVariables(function) => function.run(call),
            Function::OasSuccessResponse => oas_success_response::run(call),
            Function::OasTagDefined => oas_tag_defined::run(call),
            Function::OasTagsUnique => oas_tags_unique::run(call),
            Function::OasTypedEnum => oas_typed_enum::run(call),
            Function::OasUnusedComponent => oas_unused_component::run(call),
            _ => Vec::new(),
        }
    }
}
