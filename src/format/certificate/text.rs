//! A certificate in words, as `ssh-keygen -L` shows it, with its times in UTC.

use std::fmt;

use time::OffsetDateTime;

use super::{Certificate, CertificateKind, CertificateOption};
use crate::key::PublicKey;
use crate::key::comment::escaped;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};

/// Critical options behind which text stands.
const WITH_TEXT: [&str; 2] = ["force-command", "source-address"];
/// What stands for itself, among the critical options and among the extensions.
const CRITICAL_FLAGS: [&str; 1] = ["verify-required"];
const FLAGS: [&str; 6] = [
    "permit-X11-forwarding",
    "permit-agent-forwarding",
    "permit-port-forwarding",
    "permit-pty",
    "permit-user-rc",
    "no-touch-required",
];

impl Certificate {
    /// When it counts: `forever`, `from 2024-01-01T00:00:00Z to 2034-01-01T00:00:00Z`, …
    #[must_use]
    pub fn validity_text(&self) -> String {
        self.validity_as(|seconds| written(seconds, "T", "Z"))
    }

    /// The same in words for people: `from 2024-01-01 00:00:00 UTC to 2034-01-01 00:00:00 UTC`, …
    #[must_use]
    pub fn validity_in_words(&self) -> String {
        self.validity_as(moment)
    }

    fn validity_as(&self, moment: impl Fn(u64) -> String) -> String {
        let (after, before) = (moment(self.valid_after), moment(self.valid_before));
        match (self.valid_after, self.valid_before) {
            (0, u64::MAX) => "forever".to_owned(),
            (0, _) => format!("before {before}"),
            (_, u64::MAX) => format!("after {after}"),
            _ => format!("from {after} to {before}"),
        }
    }
}

impl fmt::Display for Certificate {
    /// The lines of `ssh-keygen -L` below the file's name; control characters and what could hide
    /// text are escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            CertificateKind::User => "user",
            CertificateKind::Host => "host",
        };
        writeln!(f, "        Type: {} {kind} certificate", self.name)?;
        let title = self.key.algorithm().title();
        writeln!(f, "        Public key: {title}-CERT {}", fingerprint(&self.key))?;
        writeln!(
            f,
            "        Signing CA: {} {} (using {})",
            self.authority.algorithm().title(),
            fingerprint(&self.authority),
            self.signature.scheme
        )?;
        writeln!(f, "        Key ID: \"{}\"", escaped(&self.key_id))?;
        writeln!(f, "        Serial: {}", self.serial)?;
        writeln!(f, "        Valid: {}", self.validity_text())?;
        let principals = self.principals.iter().map(|name| escaped(name));
        list(f, "Principals", principals)?;
        let critical = self.critical_options.iter();
        list(f, "Critical Options", critical.map(|option| option.line(true)))?;
        let extensions = self.extensions.iter();
        list(f, "Extensions", extensions.map(|option| option.line(false)))
    }
}

impl CertificateOption {
    fn line(&self, is_critical: bool) -> String {
        let known = |names: &[&str]| names.contains(&self.name.as_str());
        let name = escaped(self.name.as_bytes());
        if let (true, true, Some(text)) = (is_critical, known(&WITH_TEXT), self.text()) {
            return format!("{name} {}", escaped(text));
        }
        if !self.data.is_empty() {
            let hex = base16ct::lower::encode_string(&self.data);
            return format!("{name} UNKNOWN OPTION: {hex} (len {})", self.data.len());
        }
        if known(if is_critical { &CRITICAL_FLAGS } else { &FLAGS }) {
            name
        } else {
            format!("{name} UNKNOWN FLAG OPTION")
        }
    }
}

fn list(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    items: impl ExactSizeIterator<Item = String>,
) -> fmt::Result {
    if items.len() == 0 {
        return writeln!(f, "        {title}: (none)");
    }
    writeln!(f, "        {title}: ")?;
    for item in items {
        writeln!(f, "                {item}")?;
    }
    Ok(())
}

fn fingerprint(key: &PublicKey) -> Fingerprint {
    Fingerprint::of(key, FingerprintKind::Sha256)
}

/// A point in time in UTC: `2024-01-01 00:00:00 UTC`; seconds where the calendar ends, at the year 9999.
#[must_use]
pub fn moment(seconds: u64) -> String {
    written(seconds, " ", " UTC")
}

fn written(seconds: u64, between: &str, zone: &str) -> String {
    let moment = i64::try_from(seconds)
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    match moment {
        None => format!("second {seconds} after 1970"),
        Some(moment) => {
            let (year, month, day) = moment.to_calendar_date();
            let (hour, minute, second) = moment.to_hms();
            format!(
                "{year:04}-{:02}-{day:02}{between}{hour:02}:{minute:02}:{second:02}{zone}",
                u8::from(month)
            )
        }
    }
}
