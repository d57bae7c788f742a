//! What must hold for signatures of files, and for lists of whose count.

use std::collections::BTreeSet;

use keywright::format::allowed_signers::{AllowedSigners, NewSigner};
use keywright::format::sshsig::SshSignature;
use keywright::key::comment::{Comment, escaped};

use crate::check::{self, allowance, watched};
use crate::lists::{key, mended};

/// Reads a signature, as text and as it is inside; what is read is the same after it was written and read again.
pub fn sshsig(bytes: &[u8]) {
    for read in [SshSignature::parse, SshSignature::from_wire] {
        match watched(allowance(bytes.len()), || read(bytes)) {
            Ok(signature) => {
                let text = signature.to_text();
                assert_eq!(SshSignature::parse(text.as_bytes()).as_ref(), Ok(&signature));
                let namespace = signature.namespace().to_owned();
                if let Err(unfit) = watched(allowance(bytes.len()), || signature.check(&namespace, &[7; 64]))
                {
                    check::printable(&unfit.to_string());
                }
                if let Err(unfit) = signature.check("another", &[7; 64]) {
                    check::printable(&unfit.to_string());
                }
            }
            Err(error) => check::printable(&error.to_string()),
        }
    }
}

/// Reads every line of a list, and adds a signer and takes it away.
pub fn allowed_signers(bytes: &[u8]) {
    let Ok(mut list) = AllowedSigners::parse(bytes.to_vec()) else {
        return;
    };
    watched(allowance(bytes.len()), || list.lines().for_each(drop));
    for line in list.lines() {
        match line.content {
            Ok(signer) => {
                check::public(&signer.key);
                check::printable(&escaped(&signer.principals));
                let name = signer.principals.split(|byte| *byte == b',').next();
                let _ = (signer.is_for(name.unwrap_or_default()), signer.covers(b"file"));
            }
            Err(fault) => check::printable(&fault.to_string()),
        }
    }
    let line = NewSigner::new(
        "me@example.org",
        &key(),
        &Comment::default(),
        Some("file"),
        [None, None],
    );
    list.add(&line.expect("it is a name"));
    let added = list.lines().last().map_or(0, |line| line.number);
    assert_eq!(list.remove(&BTreeSet::from([added])), 1);
    assert_eq!(list.into_bytes(), mended(bytes));
}
