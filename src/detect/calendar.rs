//! Is this a day that there is? Many numbers begin with a birthday.

/// Whether the Gregorian calendar has this day. Years count from 0.
pub fn is_day(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=length).contains(&day)
}

/// Whether any century has this day, where a number holds two digits of the year alone.
pub fn is_day_of_some_century(year: u32, month: u32, day: u32) -> bool {
    // 2000 was a leap year and 1900 none: whichever has the 29th of February will do.
    is_day(2000 + year % 100, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn february_is_short_and_months_end() {
        for (year, month, day, expected) in [
            (2024, 2, 29, true),
            (2023, 2, 29, false),
            (1900, 2, 29, false),
            (2000, 2, 29, true),
            (2023, 4, 31, false),
            (2023, 12, 31, true),
            (2023, 13, 1, false),
            (2023, 0, 1, false),
            (2023, 1, 0, false),
        ] {
            assert_eq!(is_day(year, month, day), expected, "{year}-{month}-{day}");
        }
        assert!(is_day_of_some_century(0, 2, 29));
        assert!(!is_day_of_some_century(1, 2, 29));
    }
}
