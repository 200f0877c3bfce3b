//! Which day does a text name?

/// The number of a day, counted so that days apart can be told: `2026-04-01`, or the day of `2026-04-01T00:00:00Z`.
pub(crate) fn day(text: &str) -> Option<i64> {
    let date = text.trim().split(['T', 't', ' ']).next()?;
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    if year.len() != 4 || month.len() != 2 || day.len() != 2 || !parts.iter().all(|part| is_digits(part)) {
        return None;
    }
    let (year, month, day): (i64, i64, i64) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    if !(1..=12).contains(&month) || !(1..=length_of(year, month)).contains(&day) {
        return None;
    }
    // Years begin in March here, so that the odd day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let before = year * 365 + year / 4 - year / 100 + year / 400;
    Some(before + (month * 153 + 2) / 5 + day - 1)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn length_of(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_apart_are_counted_over_months_and_leap_years() {
        let table = [
            ("2026-01-01", "2026-01-02", 1),
            ("2024-02-28", "2024-03-01", 2),
            ("2023-02-28", "2023-03-01", 1),
            ("2025-12-31", "2026-01-01", 1),
            ("2026-01-01", "2027-01-01T12:00:00Z", 365),
            ("1999-12-31", "2000-12-31", 366),
        ];
        for (from, to, apart) in table {
            let [from, to] = [from, to].map(|text| day(text).expect(text));
            assert_eq!(to - from, apart);
        }
    }

    #[test]
    fn what_is_no_day_is_none() {
        for text in ["", "soon", "2026-13-01", "2026-02-29", "2026-1-1", "20260101", "2026-00-10", "+026-01-01"] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
