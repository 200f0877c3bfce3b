//! Which keywords does a schema have, and what does each hold?

use crate::document::{Key, Kind, Node};

/// What a keyword holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Words for people, which say nothing about which values are valid.
    Words,
    /// A plain value.
    Value,
    /// One schema (or true, or false).
    Schema,
    /// Schemas in a list.
    List,
    /// Schemas by name.
    Map,
    /// Nothing that counts by itself: a name that others refer to.
    Name,
}

macro_rules! keywords {
    ($($name:ident $text:literal $holds:ident,)*) => {
        /// A keyword of schemas, in any version of OpenAPI that is read here.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(super) enum Keyword {
            $(#[doc = $text] $name,)*
        }

        impl Keyword {
            /// The keyword that a text is.
            pub(super) fn of(text: &str) -> Option<Keyword> {
                match text {
                    $($text => Some(Keyword::$name),)*
                    _ => None,
                }
            }

            /// How it is written.
            pub(super) fn text(self) -> &'static str {
                match self {
                    $(Keyword::$name => $text,)*
                }
            }

            /// What it holds.
            pub(super) fn holds(self) -> Holds {
                match self {
                    $(Keyword::$name => Holds::$holds,)*
                }
            }
        }
    };
}

keywords! {
    Type "type" Value,
    Format "format" Value,
    Nullable "nullable" Value,
    Enum "enum" Value,
    Const "const" Value,
    Default "default" Value,
    Maximum "maximum" Value,
    ExclusiveMaximum "exclusiveMaximum" Value,
    Minimum "minimum" Value,
    ExclusiveMinimum "exclusiveMinimum" Value,
    MultipleOf "multipleOf" Value,
    MaxLength "maxLength" Value,
    MinLength "minLength" Value,
    Pattern "pattern" Value,
    MaxItems "maxItems" Value,
    MinItems "minItems" Value,
    UniqueItems "uniqueItems" Value,
    MaxContains "maxContains" Value,
    MinContains "minContains" Value,
    MaxProperties "maxProperties" Value,
    MinProperties "minProperties" Value,
    Required "required" Value,
    DependentRequired "dependentRequired" Value,
    ReadOnly "readOnly" Value,
    WriteOnly "writeOnly" Value,
    Deprecated "deprecated" Value,
    Discriminator "discriminator" Value,
    ContentMediaType "contentMediaType" Value,
    ContentEncoding "contentEncoding" Value,
    Xml "xml" Value,
    ExtensibleEnum "x-extensible-enum" Value,
    Sunset "x-sunset" Value,
    Stability "x-stability-level" Value,
    DynamicRef "$dynamicRef" Value,
    Reference "$ref" Value,
    Properties "properties" Map,
    PatternProperties "patternProperties" Map,
    DependentSchemas "dependentSchemas" Map,
    AdditionalProperties "additionalProperties" Schema,
    UnevaluatedProperties "unevaluatedProperties" Schema,
    PropertyNames "propertyNames" Schema,
    Items "items" Schema,
    UnevaluatedItems "unevaluatedItems" Schema,
    Contains "contains" Schema,
    ContentSchema "contentSchema" Schema,
    Not "not" Schema,
    If "if" Schema,
    Then "then" Schema,
    Else "else" Schema,
    AllOf "allOf" List,
    AnyOf "anyOf" List,
    OneOf "oneOf" List,
    PrefixItems "prefixItems" List,
    Definitions "$defs" Name,
    Identity "$id" Name,
    Anchor "$anchor" Name,
    DynamicAnchor "$dynamicAnchor" Name,
    Dialect "$schema" Name,
    Title "title" Words,
    Description "description" Words,
    Example "example" Words,
    Examples "examples" Words,
    ExternalDocs "externalDocs" Words,
    Comment "$comment" Words,
}

/// The keywords of one schema with what each holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Keywords<'d> {
    known: Vec<(Keyword, Node<'d>)>,
    unknown: Vec<(&'d str, Node<'d>)>,
    /// The schema is `false`: nothing is valid.
    pub(super) never: bool,
}

impl<'d> Keywords<'d> {
    /// The keywords that are written at a node.
    pub(super) fn at(node: Node<'d>) -> Keywords<'d> {
        let mut keywords = Keywords { never: node.as_bool() == Some(false), ..Keywords::default() };
        if node.kind() == Kind::Map {
            keywords.put(node.entries());
        }
        keywords
    }

    /// Keywords that were gathered from several places.
    pub(super) fn of_known(known: Vec<(Keyword, Node<'d>)>) -> Keywords<'d> {
        Keywords { known, ..Keywords::default() }
    }

    /// Writes the keywords beside a reference over those that it leads to.
    pub(super) fn put_beside_reference(&mut self, node: Node<'d>) {
        self.put(node.entries().filter(|(key, _)| key.text != Keyword::Reference.text()));
    }

    fn put(&mut self, entries: impl Iterator<Item = (Key<'d>, Node<'d>)>) {
        for (key, value) in entries {
            match Keyword::of(key.text) {
                Some(keyword) => match self.known.iter_mut().find(|(known, _)| *known == keyword) {
                    Some((_, old)) => *old = value,
                    None => self.known.push((keyword, value)),
                },
                None => self.unknown.push((key.text, value)),
            }
        }
    }

    /// Takes a keyword out.
    pub(super) fn without(mut self, keyword: Keyword) -> Self {
        self.known.retain(|(known, _)| *known != keyword);
        self
    }

    /// What a keyword holds.
    pub(super) fn get(&self, keyword: Keyword) -> Option<Node<'d>> {
        self.known.iter().find(|(known, _)| *known == keyword).map(|(_, node)| *node)
    }

    /// Every known keyword that is there.
    pub(super) fn known(&self) -> impl Iterator<Item = (Keyword, Node<'d>)> {
        self.known.iter().copied()
    }

    /// Every keyword that no version of OpenAPI knows.
    pub(super) fn unknown(&self) -> impl Iterator<Item = (&'d str, Node<'d>)> {
        self.unknown.iter().copied()
    }
}
