//! How are test suites written for a build server (JUnit XML)?

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};

use super::harmless;

/// What was tried of one thing.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The thing.
    pub name: String,
    /// What was tried.
    pub cases: Vec<Case>,
}

/// One thing that was tried.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is called.
    pub name: String,
    /// Where it belongs.
    pub class: String,
    /// What came of it.
    pub end: End,
    /// What else there is to say of it.
    pub told: Vec<String>,
}

/// What came of a case.
#[derive(Clone, Debug)]
pub enum End {
    /// All is well.
    Passed,
    /// Something is wrong.
    Failed {
        /// What, in a line.
        message: String,
        /// How bad that is, in a word.
        level: String,
        /// All there is to say about it.
        text: String,
    },
    /// It could not be tried, and that is wrong.
    Broken {
        /// Why.
        message: String,
    },
    /// It was not tried.
    Skipped {
        /// Why.
        message: String,
    },
}

impl Suite {
    fn count(&self, is: impl Fn(&End) -> bool) -> usize {
        self.cases.iter().filter(|case| is(&case.end)).count()
    }
}

/// The suites of one run of a command.
pub fn suites(command: &str, suites: &[Suite]) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing into memory does not fail.
    let written = write(&mut writer, command, suites);
    debug_assert!(written.is_ok(), "a list of bytes takes everything");
    let mut text = String::from_utf8(writer.into_inner()).unwrap_or_default();
    text.push('\n');
    text
}

fn write(writer: &mut Writer<Vec<u8>>, command: &str, suites: &[Suite]) -> std::io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut top = BytesStart::new("testsuites");
    top.push_attribute(("name", command));
    counts(&mut top, suites);
    writer.write_event(Event::Start(top))?;
    for suite in suites {
        let mut start = BytesStart::new("testsuite");
        start.push_attribute(("name", &*harmless(&suite.name)));
        counts(&mut start, std::slice::from_ref(suite));
        writer.write_event(Event::Start(start))?;
        for case in &suite.cases {
            write_case(writer, &suite.name, case)?;
        }
        writer.write_event(Event::End(BytesEnd::new("testsuite")))?;
    }
    writer.write_event(Event::End(BytesEnd::new("testsuites")))
}

fn counts(element: &mut BytesStart<'_>, suites: &[Suite]) {
    let total = |is: fn(&End) -> bool| suites.iter().map(|suite| suite.count(is)).sum::<usize>().to_string();
    for (name, count) in [
        ("tests", total(|_| true)),
        ("failures", total(|end| matches!(end, End::Failed { .. }))),
        ("errors", total(|end| matches!(end, End::Broken { .. }))),
        ("skipped", total(|end| matches!(end, End::Skipped { .. }))),
    ] {
        element.push_attribute((name, count.as_str()));
    }
}

fn write_case(writer: &mut Writer<Vec<u8>>, file: &str, case: &Case) -> std::io::Result<()> {
    let mut start = BytesStart::new("testcase");
    start.push_attribute(("name", &*harmless(&case.name)));
    start.push_attribute(("classname", &*harmless(&case.class)));
    start.push_attribute(("file", &*harmless(file)));
    writer.write_event(Event::Start(start))?;
    match &case.end {
        End::Passed => {}
        End::Failed { message, level, text } => {
            element(writer, "failure", &[("message", message), ("type", level)], text)?;
        }
        End::Broken { message } => {
            element(writer, "error", &[("message", message), ("type", "unreadable")], message)?;
        }
        End::Skipped { message } => element(writer, "skipped", &[("message", message)], "")?,
    }
    if !case.told.is_empty() {
        element(writer, "system-out", &[], &case.told.join("\n"))?;
    }
    writer.write_event(Event::End(BytesEnd::new("testcase")))
}

fn element(writer: &mut Writer<Vec<u8>>, name: &str, attributes: &[(&str, &str)], text: &str) -> std::io::Result<()> {
    let mut start = BytesStart::new(name);
    for (attribute, value) in attributes {
        start.push_attribute((*attribute, &*harmless(value)));
    }
    if text.is_empty() {
        return writer.write_event(Event::Empty(start));
    }
    writer.write_event(Event::Start(start))?;
    // XML has no way at all to write most control characters; line ends are the lines of our own.
    let lines: Vec<_> = text.split('\n').map(harmless).collect();
    writer.write_event(Event::Text(BytesText::new(&lines.join("\n"))))?;
    writer.write_event(Event::End(BytesEnd::new(name)))
}
