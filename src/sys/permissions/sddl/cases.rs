//! By what OpenSSH for Windows judges private key files and its configuration, as a table.
//!
//! Its rule (`w32-sshfileperm.c`, `check_secure_file_permission`): the owner has to be Administrators, SYSTEM,
//! `TrustedInstaller` or the person; and no entry that allows anything may be for anybody else. Where reading is no harm,
//! only entries with a right to write count. Entries that deny, and those that hold for what is made in a folder, are
//! passed over or counted without a look at them. A file without a list is refused: everybody may do everything with it.
//! Here entries with a condition and those for objects count as well, which that program does not see: Windows heeds them.

/// The person of the table.
pub(in crate::sys::permissions) const ADA: &str = "S-1-5-21-1-2-3-1001";
/// Somebody else at the same computer.
const BOB: &str = "S-1-5-21-1-2-3-1002";
/// Whose account is gone, so that no name is found for it.
const GONE: &str = "S-1-5-21-9-9-9-4711";

/// What becomes of a private key file.
#[derive(Clone, Copy, Debug)]
pub(in crate::sys::permissions) enum Judged {
    Taken,
    /// Refused as too open, for these.
    Open(&'static str),
    /// Refused for its owner.
    Owned(&'static str),
}

use Judged::{Open, Owned, Taken};

/// What is special about it, the descriptor, how it is judged as a private key file, and how as one that all may read.
pub(in crate::sys::permissions) type Case = (&'static str, String, Judged, Judged);

#[expect(clippy::too_many_lines, reason = "a table")]
pub(in crate::sys::permissions) fn all() -> Vec<Case> {
    let case = |what, descriptor: &str, private, shared| -> Case {
        let descriptor = descriptor.replace("ADA", ADA).replace("BOB", BOB);
        (what, descriptor.replace("GONE", GONE), private, shared)
    };
    vec![
        case(
            "as OpenSSH makes it",
            "O:ADAD:PAI(A;;FA;;;BA)(A;;FA;;;SY)(A;;FA;;;ADA)",
            Taken,
            Taken,
        ),
        case("the person alone", "O:ADAD:PAI(A;;FA;;;ADA)", Taken, Taken),
        case(
            "the person may read alone",
            "O:ADAD:PAI(A;;FR;;;ADA)",
            Taken,
            Taken,
        ),
        case("of Administrators", "O:BAD:PAI(A;;FA;;;ADA)", Taken, Taken),
        case("of SYSTEM", "O:SYD:PAI(A;;FA;;;ADA)(A;;FA;;;SY)", Taken, Taken),
        case(
            "of TrustedInstaller",
            "O:S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464D:PAI(A;;FA;;;ADA)",
            Taken,
            Taken,
        ),
        case(
            "TrustedInstaller may",
            "O:ADAD:PAI(A;;FA;;;S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464)(A;;FA;;;ADA)",
            Taken,
            Taken,
        ),
        case(
            "with a group, which counts for nothing",
            "O:ADAG:S-1-5-21-1-2-3-513D:P(A;;FA;;;ADA)",
            Taken,
            Taken,
        ),
        case("an empty list", "O:ADAD:P", Taken, Taken),
        case(
            "inherited from the profile",
            "O:ADAD:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;FA;;;ADA)",
            Taken,
            Taken,
        ),
        case(
            "in Downloads on another disk: Users inherited",
            "O:ADAD:AI(A;ID;FA;;;BA)(A;ID;FA;;;SY)(A;ID;0x1200a9;;;BU)(A;ID;0x1301bf;;;AU)",
            Open("Users, Authenticated Users"),
            Open("Authenticated Users"),
        ),
        case(
            "Users may read",
            "O:ADAD:P(A;;FR;;;BU)(A;;FA;;;ADA)",
            Open("Users"),
            Taken,
        ),
        case(
            "Users may run",
            "O:ADAD:P(A;;FX;;;BU)(A;;FA;;;ADA)",
            Open("Users"),
            Taken,
        ),
        case(
            "Users may write",
            "O:ADAD:P(A;;FRFW;;;BU)(A;;FA;;;ADA)",
            Open("Users"),
            Open("Users"),
        ),
        case(
            "Users may delete",
            "O:ADAD:P(A;;SD;;;BU)(A;;FA;;;ADA)",
            Open("Users"),
            Open("Users"),
        ),
        case(
            "Users may change the list",
            "O:ADAD:P(A;;WD;;;BU)(A;;FA;;;ADA)",
            Open("Users"),
            Open("Users"),
        ),
        case(
            "Users may become the owner",
            "O:ADAD:P(A;;WO;;;BU)(A;;FA;;;ADA)",
            Open("Users"),
            Open("Users"),
        ),
        case(
            "Everyone may read",
            "O:ADAD:P(A;;FR;;;WD)(A;;FA;;;ADA)",
            Open("Everyone"),
            Taken,
        ),
        case(
            "Everyone may all",
            "O:ADAD:P(A;;FA;;;WD)",
            Open("Everyone"),
            Open("Everyone"),
        ),
        case(
            "a stick: no list",
            "O:ADAD:NO_ACCESS_CONTROL",
            Open("Everyone"),
            Open("Everyone"),
        ),
        case(
            "somebody else may read",
            "O:ADAD:P(A;;FR;;;BOB)(A;;FA;;;ADA)",
            Open(BOB),
            Taken,
        ),
        case(
            "somebody else may write",
            "O:ADAD:P(A;;FA;;;BOB)(A;;FA;;;ADA)",
            Open(BOB),
            Open(BOB),
        ),
        case(
            "an account that is gone may read",
            "O:ADAD:P(A;;FR;;;GONE)(A;;FA;;;ADA)",
            Open(GONE),
            Taken,
        ),
        case(
            "an account that is gone may write",
            "O:ADAD:P(A;;FA;;;GONE)(A;;FA;;;ADA)",
            Open(GONE),
            Open(GONE),
        ),
        case(
            "whoever has signed in may read",
            "O:ADAD:P(A;;FR;;;IU)(A;;FA;;;ADA)",
            Open("Interactive"),
            Taken,
        ),
        case(
            "every app from the Store may read",
            "O:ADAD:P(A;;FR;;;AC)(A;;FA;;;ADA)",
            Open("All application packages"),
            Taken,
        ),
        case(
            "Creator Owner may all",
            "O:ADAD:P(A;;FA;;;CO)(A;;FA;;;ADA)",
            Open("Creator Owner"),
            Open("Creator Owner"),
        ),
        case(
            "Owner Rights may read",
            "O:ADAD:P(A;;FR;;;OW)(A;;FA;;;ADA)",
            Open("Owner Rights"),
            Taken,
        ),
        case(
            "Everyone is denied",
            "O:ADAD:P(D;;FA;;;WD)(A;;FA;;;ADA)",
            Taken,
            Taken,
        ),
        case(
            "Users are denied what another entry gives",
            "O:ADAD:P(D;;FR;;;BU)(A;;FR;;;BU)",
            Open("Users"),
            Taken,
        ),
        case(
            "for what is made in it alone",
            "O:ADAD:P(A;OICIIO;FA;;;BU)(A;;FA;;;ADA)",
            Open("Users"),
            Taken,
        ),
        case(
            "twice the same",
            "O:ADAD:P(A;;FR;;;BU)(A;ID;FR;;;BU)(A;;FA;;;ADA)",
            Open("Users"),
            Taken,
        ),
        case(
            "of somebody else",
            "O:BOBD:P(A;;FA;;;ADA)",
            Owned(BOB),
            Owned(BOB),
        ),
        case("of Users", "O:BUD:P(A;;FA;;;ADA)", Owned("BU"), Owned("BU")),
        case(
            "of an account that is gone",
            "O:GONED:P(A;;FA;;;ADA)",
            Owned(GONE),
            Owned(GONE),
        ),
        case(
            "of somebody else, open to all",
            "O:BOBD:P(A;;FA;;;WD)",
            Owned(BOB),
            Owned(BOB),
        ),
    ]
}
