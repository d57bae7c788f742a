//! Today's date, for the comments of new keys, and the time, for what expires.

use time::OffsetDateTime;

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
    fn the_date_is_within_a_day_of_utc() {
        let (year, month, day) = local_date();
        let month = time::Month::try_from(month).expect("1 to 12");
        let here = time::Date::from_calendar_date(year, month, day).expect("a date");
        assert!((here - OffsetDateTime::now_utc().date()).whole_days().abs() <= 1);
    }
}
