//! Reads an access list from its text form, the Security Descriptor Definition Language:
//! `O:owner G:group D:flags(type;flags;rights;object;object;trustee)…`, here without the spaces.
//!
//! Compiled for tests everywhere, so that the rules need no Windows to be checked.

use super::Access;

/// What stands for "everything is allowed" in place of a list.
const NO_LIST: &str = "NO_ACCESS_CONTROL";
/// The service that installs Windows, whom OpenSSH also trusts.
const TRUSTED_INSTALLER: &str = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";

/// What `descriptor` says about a file of `user`, who is spelled as the descriptor would. OpenSSH
/// for Windows refuses a private key that anyone else has any right to, even to read it, or owns.
pub(super) fn audit(descriptor: &str, user: &str) -> Access {
    audit_rights(descriptor, user, |_| true)
}

/// The same for a file that others may read: only who may change it counts.
pub(super) fn audit_writers(descriptor: &str, user: &str) -> Access {
    audit_rights(descriptor, user, lets_write)
}

fn audit_rights(descriptor: &str, user: &str, counts: impl Fn(&str) -> bool) -> Access {
    let (owner, list) = split(descriptor);
    let is_trusted = |trustee: &str| trustee == user || ["SY", "BA", TRUSTED_INSTALLER].contains(&trustee);
    if !is_trusted(owner) {
        return Access::NotOwned {
            owner: owner.to_owned(),
        };
    }
    let mut others: Vec<_> = allowed(list, counts)
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
fn allowed(list: &str, counts: impl Fn(&str) -> bool) -> Vec<&str> {
    if list.contains(NO_LIST) {
        return vec!["WD"];
    }
    entries(list)
        .into_iter()
        .filter_map(allowed_by)
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

/// The rights that one entry gives, and to whom; `None` if it denies, or concerns only what lies within a folder.
fn allowed_by(entry: &str) -> Option<(&str, &str)> {
    let mut fields = entry.split(';');
    let (kind, flags, rights) = (fields.next()?, fields.next()?, fields.next()?);
    let trustee = fields.nth(2)?;
    let is_allowing = ["A", "OA", "XA", "ZA"].contains(&kind);
    (is_allowing && !flags.contains("IO")).then_some((rights, trustee))
}

/// What the trustee is called in English; one without an alias is left as it is.
fn name(trustee: &str) -> String {
    match trustee {
        "WD" => "Everyone",
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
    use super::*;

    const ADA: &str = "S-1-5-21-1-2-3-1001";

    fn check(descriptor: &str, expected: &Access) {
        assert_eq!(&audit(descriptor, ADA), expected, "{descriptor}");
    }

    fn loose(detail: &str) -> Access {
        Access::Loose {
            detail: detail.to_owned(),
        }
    }

    #[test]
    fn a_key_of_its_owner_system_and_administrators_is_tight() {
        check(
            &format!("O:{ADA}D:PAI(A;;FA;;;BA)(A;;FA;;;SY)(A;;FA;;;{ADA})"),
            &Access::OwnerOnly,
        );
        check(&format!("O:BAG:SYD:PAI(A;;FA;;;{ADA})"), &Access::OwnerOnly);
        check(
            &format!("O:{ADA}D:PAI(A;;FA;;;{TRUSTED_INSTALLER})"),
            &Access::OwnerOnly,
        );
    }

    #[test]
    fn anybody_else_with_any_right_makes_it_loose() {
        check(
            &format!("O:{ADA}D:AI(A;;FR;;;BU)(A;ID;FA;;;{ADA})(A;ID;FR;;;WD)"),
            &loose("Users, Everyone"),
        );
        check(
            &format!("O:{ADA}D:(A;;FR;;;S-1-5-21-1-2-3-1002)"),
            &loose("S-1-5-21-1-2-3-1002"),
        );
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
    fn a_missing_list_allows_everyone() {
        check(&format!("O:{ADA}"), &loose("Everyone"));
        check(&format!("O:{ADA}D:NO_ACCESS_CONTROL"), &loose("Everyone"));
    }

    #[test]
    fn an_empty_list_allows_nobody() {
        check(&format!("O:{ADA}D:P"), &Access::OwnerOnly);
    }

    #[test]
    fn an_entry_that_denies_makes_nothing_loose() {
        check(
            &format!("O:{ADA}D:(D;;FA;;;WD)(A;;FA;;;{ADA})"),
            &Access::OwnerOnly,
        );
    }

    #[test]
    fn a_condition_does_not_hide_whom_it_allows() {
        check(
            &format!("O:{ADA}D:(XA;;FR;;;WD;(@User.Title==\"PM\" && (1==1)))(A;;FA;;;{ADA})"),
            &loose("Everyone"),
        );
    }

    #[test]
    fn a_key_that_somebody_else_owns_is_told_apart() {
        check(
            &format!("O:BUD:(A;;FA;;;{ADA})"),
            &Access::NotOwned {
                owner: "BU".to_owned(),
            },
        );
    }
}
