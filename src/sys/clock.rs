//! Today's date, for the comments of new keys, and the time, for what expires.

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// Year, month (1 to 12) and day (1 to 31) where the user is, or in UTC if the system does not
/// know where that is.
///
/// `time` reads the zone with `localtime_r` and so answers from any thread; only rereading a `TZ`
/// that changed under the running program would need a single-threaded one.
#[must_use]
pub fn local_date() -> (i32, u8, u8) {
    local_moment().0
}

/// A day and a time of day: year, month and day; hour, minute and second.
pub type Moment = ((i32, u8, u8), (u8, u8, u8));

/// Now where the user is, or in UTC if the system does not know where that is.
#[must_use]
pub fn local_moment() -> Moment {
    moment(OffsetDateTime::now_local().unwrap_or_else(|_| OffsetDateTime::now_utc()))
}

/// Now in UTC.
#[must_use]
pub fn utc_moment() -> Moment {
    moment(OffsetDateTime::now_utc())
}

/// Now in UTC, or where the user is.
#[must_use]
pub fn moment_in(is_utc: bool) -> Moment {
    if is_utc { utc_moment() } else { local_moment() }
}

/// The seconds since 1970 (UTC) at which a clock shows this: one that shows UTC, or the user's own. Nothing where there is no such
/// day or time, or the zone is not known.
#[must_use]
pub fn seconds_at(((year, month, day), (hour, minute, second)): Moment, is_utc: bool) -> Option<u64> {
    let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
    let shown = PrimitiveDateTime::new(date, Time::from_hms(hour, minute, second).ok()?).assume_utc();
    if is_utc {
        return u64::try_from(shown.unix_timestamp()).ok();
    }
    // The zone as it is at about that time, and then at that time.
    let near =
        shown - time::Duration::seconds(UtcOffset::local_offset_at(shown).ok()?.whole_seconds().into());
    let offset = UtcOffset::local_offset_at(near).ok()?.whole_seconds();
    u64::try_from(shown.unix_timestamp() - i64::from(offset)).ok()
}

fn moment(time: OffsetDateTime) -> Moment {
    let (year, month, day) = time.to_calendar_date();
    ((year, u8::from(month), day), time.to_hms())
}

/// The seconds since 1970 (UTC); 0 where the clock stands before that.
#[must_use]
pub fn unix_seconds() -> u64 {
    u64::try_from(OffsetDateTime::now_utc().unix_timestamp()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_local_date_is_known_on_a_second_thread() {
        let elsewhere = std::thread::scope(|scope| {
            scope
                .spawn(|| OffsetDateTime::now_local().is_ok())
                .join()
                .expect("no panic")
        });
        assert!(elsewhere, "a program with threads would have to fall back to UTC");
    }

    #[test]
    fn a_clock_shows_the_seconds_that_it_was_asked_for() {
        assert_eq!(seconds_at(((1970, 1, 2), (0, 0, 1)), true), Some(86_401));
        assert_eq!(seconds_at(((2027, 2, 29), (0, 0, 0)), true), None);
        for is_utc in [true, false] {
            let told = seconds_at(moment_in(is_utc), is_utc).expect("it is now");
            assert!(unix_seconds().abs_diff(told) <= 1, "{told}");
        }
    }

    #[test]
    fn the_date_is_within_a_day_of_utc() {
        let (year, month, day) = local_date();
        let month = time::Month::try_from(month).expect("1 to 12");
        let here = time::Date::from_calendar_date(year, month, day).expect("a date");
        assert!((here - OffsetDateTime::now_utc().date()).whole_days().abs() <= 1);
    }
}
