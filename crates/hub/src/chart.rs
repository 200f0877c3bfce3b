//! How are numbers shown as bars that need no script?
//!
//! Geometry alone is worked out here, in whole pixels; `parts/chart.html` writes it as SVG, with a table of the same numbers beside it.

const WIDTH: u64 = 720;
const HEIGHT: u64 = 240;
/// Room for the numbers at the left, and for the labels below.
const LEFT: u64 = 70;
const BELOW: u64 = 30;
const ABOVE: u64 = 10;
/// Labels that fit below the bars.
const MOST_LABELS: usize = 6;

/// Bars over time, each of several parts on top of each other.
pub(crate) struct Chart {
    /// Unique on the page.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    /// What there is to see, in a sentence.
    pub(crate) description: String,
    /// What the first column of the table holds.
    pub(crate) over: &'static str,
    /// What the parts of a bar are, from below.
    pub(crate) parts: Vec<&'static str>,
    pub(crate) rows: Vec<Row>,
    pub(crate) bars: Vec<Bar>,
    pub(crate) ticks: Vec<Tick>,
    pub(crate) labels: Vec<Label>,
}

/// A bar in numbers.
pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) values: Vec<u64>,
}

/// A part of a bar.
pub(crate) struct Bar {
    pub(crate) x: u64,
    pub(crate) y: u64,
    pub(crate) width: u64,
    pub(crate) height: u64,
    pub(crate) part: usize,
}

/// A number at the left, and its line.
pub(crate) struct Tick {
    pub(crate) y: u64,
    pub(crate) text: String,
}

/// What stands below a bar.
pub(crate) struct Label {
    pub(crate) x: u64,
    pub(crate) text: String,
}

impl Chart {
    /// The chart of some rows; `None` where every value is 0. `unit` is what is counted: `calls`, `ms`.
    pub(crate) fn new(
        (id, title): (&'static str, &'static str),
        (over, unit): (&'static str, &str),
        parts: &[&'static str],
        rows: Vec<Row>,
    ) -> Option<Self> {
        let sum = |row: &Row| row.values.iter().sum::<u64>();
        let highest = rows.iter().max_by_key(|row| sum(row)).filter(|row| sum(row) > 0)?;
        let most = ceiling(sum(highest));
        let description = format!("The most were {} {unit}: {}.", grouped(sum(highest)), highest.label);
        let step = (WIDTH - LEFT) / u64::try_from(rows.len()).unwrap_or(1).max(1);
        let every = rows.len().div_ceil(MOST_LABELS).max(1);
        let (mut bars, mut labels) = (vec![], vec![]);
        for (number, row) in (0_u64..).zip(&rows) {
            let x = LEFT + number * step;
            let mut base = 0;
            for (part, value) in row.values.iter().enumerate().filter(|(_, value)| **value > 0) {
                let (from, to) = (pixels(base, most), pixels(base + value, most));
                // What is there can be seen, however small it is.
                let height = (to - from).max(2);
                bars.push(Bar {
                    x: x + 1,
                    y: ground() - from - height,
                    width: step.saturating_sub(3).max(1),
                    height,
                    part,
                });
                base += value;
            }
            if usize::try_from(number).unwrap_or(0) % every == 0 {
                labels.push(Label { x: x + step / 2, text: row.label.clone() });
            }
        }
        let tick = |value: u64| Tick { y: ground() - pixels(value, most), text: grouped(value) };
        let ticks = vec![tick(0), tick(most / 2), tick(most)];
        Some(Self { id, title, description, over, parts: parts.to_vec(), rows, bars, ticks, labels })
    }

    pub(crate) fn width(&self) -> u64 {
        WIDTH
    }

    pub(crate) fn height(&self) -> u64 {
        HEIGHT
    }

    /// Where the numbers end and the bars begin.
    pub(crate) fn left(&self) -> u64 {
        LEFT
    }
}

impl Row {
    /// Its values as people read them.
    pub(crate) fn written(&self) -> Vec<String> {
        self.values.iter().map(|value| grouped(*value)).collect()
    }
}

/// The line on which bars stand.
fn ground() -> u64 {
    HEIGHT - BELOW
}

fn pixels(value: u64, most: u64) -> u64 {
    let room = u128::from(HEIGHT - BELOW - ABOVE);
    u64::try_from(u128::from(value) * room / u128::from(most.max(1))).unwrap_or(0)
}

/// The least round number, with a round half, that is not below a number.
fn ceiling(number: u64) -> u64 {
    let mut scale = 1_u64;
    loop {
        let round =
            [2, 4, 6, 8, 10].into_iter().map(|digit| scale.saturating_mul(digit)).find(|round| *round >= number);
        match round {
            Some(round) => return round,
            None => scale = scale.saturating_mul(10),
        }
    }
}

/// `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(values: &[&[u64]]) -> Option<Chart> {
        let rows = values
            .iter()
            .enumerate()
            .map(|(number, values)| Row { label: format!("day {number}"), values: values.to_vec() });
        Chart::new(("it", "Calls"), ("Day", "calls"), &["fine", "wrong"], rows.collect())
    }

    #[test]
    fn bars_stand_on_the_ground_inside_the_picture_and_on_top_of_each_other() {
        let chart = chart(&[&[50, 50], &[0, 0], &[u64::MAX / 4, 1]]).unwrap();
        for bar in &chart.bars {
            assert!(bar.x >= LEFT && bar.x + bar.width <= WIDTH, "{} {}", bar.x, bar.width);
            assert!(bar.y + bar.height <= ground());
        }
        assert_eq!(chart.bars.len(), 4, "nothing is drawn for nothing");
        let small = self::chart(&[&[50, 50]]).unwrap();
        assert_eq!(small.bars[0].y, small.bars[1].y + small.bars[1].height);
        assert_eq!(small.ticks.iter().map(|tick| tick.text.as_str()).collect::<Vec<_>>(), ["0", "50", "100"]);
        assert_eq!(small.description, "The most were 100 calls: day 0.");
    }

    #[test]
    fn there_is_no_chart_of_nothing() {
        assert!(chart(&[]).is_none() && chart(&[&[0, 0]]).is_none());
    }

    #[test]
    fn labels_do_not_crowd_and_numbers_are_readable() {
        let many: Vec<&[u64]> = vec![&[1]; 30];
        assert!(chart(&many).unwrap().labels.len() <= MOST_LABELS);
        assert_eq!((grouped(7), grouped(1234), grouped(1_234_567)), ("7".into(), "1,234".into(), "1,234,567".into()));
        assert_eq!((ceiling(1), ceiling(11), ceiling(100), ceiling(101)), (2, 20, 100, 200));
    }
}
