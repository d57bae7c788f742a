//! Reads an access list from its text form, the Security Descriptor Definition Language:
//! `O:owner G:group D:flags(type;flags;rights;object;object;trustee)…`, here without the spaces.
//!
//! Compiled for tests everywhere, so that the rules need no Windows to be checked. The rule, and who follows it how, stands in
//! `sddl/cases.rs`.

use super::Access;

#[cfg(test)]
pub(super) mod cases;

/// What stands for "everything is allowed" in place of a list.
const NO_LIST: &str = "NO_ACCESS_CONTROL";
/// The service that installs Windows, whom OpenSSH also trusts.
const TRUSTED_INSTALLER: &str = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";

/// What `descriptor` says about a file of `user`, who is spelled as the descriptor would. OpenSSH
/// for Windows refuses a private key that anyone else has any right to, even to read it, or owns.
pub(super) fn audit(descriptor: &str, user: &str) -> Access {
    audit_rights(descriptor, user, |_| true, Reach::All)
}

/// The same for a file that others may read: only who may change it counts.
pub(super) fn audit_writers(descriptor: &str, user: &str) -> Access {
    audit_rights(descriptor, user, lets_write, Reach::Itself)
}

/// Which entries count.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reach {
    /// Those too that are for what is made in a folder: OpenSSH for Windows does not look whether they are.
    All,
    Itself,
}

fn audit_rights(descriptor: &str, user: &str, counts: impl Fn(&str) -> bool, reach: Reach) -> Access {
    let (owner, list) = split(descriptor);
    let is_trusted = |trustee: &str| trustee == user || ["SY", "BA", TRUSTED_INSTALLER].contains(&trustee);
    if !is_trusted(owner) {
        return Access::NotOwned {
            owner: owner.to_owned(),
        };
    }
    let mut others: Vec<_> = allowed(list, counts, reach)
        .into_iter()
        .filter(|trustee| !is_trusted(trustee))
        .map(name)
        .collect();
    others.dedup();
    if others.is_empty() {
        Access::OwnerOnly
    } else {
        Access::Loose {
            detail: others.join(", "),
        }
    }
}

/// The owner, and the access list with its flags.
fn split(descriptor: &str) -> (&str, &str) {
    let (head, list) = descriptor.split_once("D:").unwrap_or((descriptor, NO_LIST));
    let owner = head.strip_prefix("O:").unwrap_or("");
    (owner.split_once("G:").map_or(owner, |(owner, _)| owner), list)
}

/// Whom the list allows anything that `counts`.
fn allowed(list: &str, counts: impl Fn(&str) -> bool, reach: Reach) -> Vec<&str> {
    if list.contains(NO_LIST) {
        return vec!["WD"];
    }
    entries(list)
        .into_iter()
        .filter_map(|entry| allowed_by(entry, reach))
        .filter(|(rights, _)| counts(rights))
        .map(|(_, trustee)| trustee)
        .collect()
}

/// Whether rights, two letters each or a number, have one among them that changes a file or who may do so.
fn lets_write(rights: &str) -> bool {
    /// Write data, append, write extended attributes or attributes, delete children or itself, change the list or
    /// the owner, and what is everything.
    const WRITE: u32 = 0x500D_0156;
    if let Some(hex) = rights.strip_prefix("0x") {
        return u32::from_str_radix(hex, 16).map_or(true, |mask| mask & WRITE != 0);
    }
    let letters = rights.as_bytes().chunks(2);
    letters.into_iter().any(|right| {
        [
            &b"GA"[..],
            b"GW",
            b"FA",
            b"FW",
            b"KA",
            b"KW",
            b"DC",
            b"LC",
            b"RP",
            b"DT",
            b"CR",
            b"SD",
            b"WD",
            b"WO",
        ]
        .contains(&right)
    })
}

/// What stands within the outermost parentheses; conditions have some of their own.
fn entries(list: &str) -> Vec<&str> {
    let (mut entries, mut depth, mut start) = (Vec::new(), 0_u32, 0);
    for (at, character) in list.char_indices() {
        match character {
            '(' => {
                depth += 1;
                if depth == 1 {
                    start = at + 1;
                }
            }
            ')' => {
                if depth == 1 {
                    entries.push(&list[start..at]);
                }
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
    }
    entries
}

/// The rights that one entry gives, and to whom; `None` if it denies, or does not reach so far.
fn allowed_by(entry: &str, reach: Reach) -> Option<(&str, &str)> {
    let mut fields = entry.split(';');
    let (kind, flags, rights) = (fields.next()?, fields.next()?, fields.next()?);
    let trustee = fields.nth(2)?;
    let is_allowing = ["A", "OA", "XA", "ZA"].contains(&kind);
    let is_within_reach = reach == Reach::All || !flags.contains("IO");
    (is_allowing && is_within_reach).then_some((rights, trustee))
}

/// What the trustee is called in English; one without an alias is left as it is.
fn name(trustee: &str) -> String {
    match trustee {
        "WD" => "Everyone",
        "AC" => "All application packages",
        "AU" => "Authenticated Users",
        "BU" => "Users",
        "BG" => "Guests",
        "PU" => "Power Users",
        "IU" => "Interactive",
        "NU" => "Network",
        "CO" => "Creator Owner",
        "OW" => "Owner Rights",
        "DU" => "Domain Users",
        "DA" => "Domain Admins",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::cases::{ADA, Judged, all};
    use super::*;

    fn check(descriptor: &str, expected: &Access) {
        assert_eq!(&audit(descriptor, ADA), expected, "{descriptor}");
    }

    fn loose(detail: &str) -> Access {
        Access::Loose {
            detail: detail.to_owned(),
        }
    }

    fn access(judged: Judged) -> Access {
        match judged {
            Judged::Taken => Access::OwnerOnly,
            Judged::Open(detail) => loose(detail),
            Judged::Owned(owner) => Access::NotOwned {
                owner: owner.to_owned(),
            },
        }
    }

    #[test]
    fn each_case_is_judged_as_openssh_for_windows_does() {
        for (what, descriptor, private, shared) in all() {
            assert_eq!(audit(&descriptor, ADA), access(private), "{what}: {descriptor}");
            assert_eq!(
                audit_writers(&descriptor, ADA),
                access(shared),
                "{what}: {descriptor}"
            );
        }
    }

    /// The same descriptors as Windows spells them, which has short names and shorter numbers for much.
    #[cfg(windows)]
    #[test]
    fn each_case_is_judged_alike_as_windows_itself_spells_it() {
        for (what, descriptor, private, shared) in all() {
            let spelled = super::super::windows::spelled(&descriptor).expect("a descriptor");
            assert_eq!(audit(&spelled, ADA), access(private), "{what}: {spelled}");
            assert_eq!(audit_writers(&spelled, ADA), access(shared), "{what}: {spelled}");
        }
    }

    #[test]
    fn what_others_may_read_is_loose_only_if_they_may_change_it() {
        for (rights, is_loose) in [
            ("FR", false),
            ("FX", false),
            ("FRFX", false),
            ("0x1200a9", false),
            ("FA", true),
            ("FRFW", true),
            ("0x1301bf", true),
            ("GA", true),
            ("SD", true),
            ("0xnonsense", true),
        ] {
            let descriptor = format!("O:{ADA}D:(A;;{rights};;;BU)(A;;FA;;;{ADA})");
            let expected = if is_loose {
                loose("Users")
            } else {
                Access::OwnerOnly
            };
            assert_eq!(audit_writers(&descriptor, ADA), expected, "{rights}");
        }
    }

    #[test]
    fn a_descriptor_without_a_list_allows_everyone() {
        check(&format!("O:{ADA}"), &loose("Everyone"));
    }

    #[test]
    fn a_condition_does_not_hide_whom_it_allows() {
        check(
            &format!("O:{ADA}D:(XA;;FR;;;WD;(@User.Title==\"PM\" && (1==1)))(A;;FA;;;{ADA})"),
            &loose("Everyone"),
        );
    }
}
