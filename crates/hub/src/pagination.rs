//! Which part of a long list is on this page, and where are the others?

use std::ops::Range;

/// Page numbers that are shown before and after the present one.
const AROUND: usize = 1;

/// A list in pages, as the GOV.UK pagination shows it.
#[derive(Clone, Debug)]
pub(crate) struct Pagination {
    total: usize,
    per_page: usize,
    present: usize,
    /// The address of a page without its number, with `?` or `&` at its end.
    base: String,
}

/// What stands between "Previous" and "Next".
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A page with its address, and whether it is the present one.
    Page(usize, String, bool),
    /// Pages that are left out.
    Gap,
}

impl Pagination {
    /// The page that `asked` names; the first for what is no number, the last for one too large.
    pub(crate) fn of(total: usize, per_page: usize, asked: &str, path: &str, query: &str) -> Self {
        let last = total.div_ceil(per_page).max(1);
        let present = asked.parse::<usize>().unwrap_or(1).clamp(1, last);
        let base = if query.is_empty() { format!("{path}?") } else { format!("{path}?{query}&") };
        Self { total, per_page, present, base }
    }

    /// Where in the list the page begins and ends.
    pub(crate) fn range(&self) -> Range<usize> {
        let first = (self.present - 1) * self.per_page;
        first..(first + self.per_page).min(self.total)
    }

    /// Whether there is more than one page.
    pub(crate) fn is_needed(&self) -> bool {
        self.last() > 1
    }

    /// The address of the page before; empty on the first.
    pub(crate) fn previous(&self) -> String {
        if self.present > 1 { self.page(self.present - 1) } else { String::new() }
    }

    /// The address of the page after; empty on the last.
    pub(crate) fn next(&self) -> String {
        if self.present < self.last() { self.page(self.present + 1) } else { String::new() }
    }

    /// First, last, and those around the present one.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let last = self.last();
        let near = self.present.saturating_sub(AROUND)..=self.present + AROUND;
        let mut steps = vec![];
        let mut before = 0;
        for page in (1..=last).filter(|page| *page == 1 || *page == last || near.contains(page)) {
            if page > before + 1 {
                steps.push(Step::Gap);
            }
            steps.push(Step::Page(page, self.page(page), page == self.present));
            before = page;
        }
        steps
    }

    fn last(&self) -> usize {
        self.total.div_ceil(self.per_page).max(1)
    }

    fn page(&self, number: usize) -> String {
        format!("{}page={number}", self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pagination: &Pagination) -> String {
        let step = |step: &Step| match step {
            Step::Gap => "…".to_owned(),
            Step::Page(number, _, true) => format!("[{number}]"),
            Step::Page(number, _, false) => number.to_string(),
        };
        pagination.steps().iter().map(step).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn pages_far_away_are_left_out() {
        for (total, asked, steps) in [
            (0, "1", "[1]"),
            (100, "1", "[1] 2 … 5"),
            (100, "3", "1 2 [3] 4 5"),
            (1000, "25", "1 … 24 [25] 26 … 50"),
            (100, "99", "1 … 4 [5]"),
            (100, "-1", "[1] 2 … 5"),
            (100, "99999999999999999999999", "[1] 2 … 5"),
        ] {
            assert_eq!(shown(&Pagination::of(total, 20, asked, "/", "")), steps, "page {asked} of {total}");
        }
    }

    #[test]
    fn the_last_page_ends_where_the_list_does() {
        let last = Pagination::of(45, 20, "3", "/", "q=a");
        assert_eq!(last.range(), 40..45);
        assert_eq!((last.previous(), last.next()), ("/?q=a&page=2".into(), String::new()));
        assert_eq!(Pagination::of(0, 20, "", "/", "").range(), 0..0);
    }
}
