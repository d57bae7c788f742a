//! The keys are those that others have: from a build of OpenSSL 0.9.8f with Debian's patch, from one of 0.9.8c,
//! and in the names of files that went round in 2008.

use keywright_debian2008::SeedFile::{Missing, Read, Unreadable};
use keywright_debian2008::{Kind, Machine, Program, SeedFile, Set};
use md5::{Digest as _, Md5};
use sha2::Sha256;

fn openssl(bits: u32, file: SeedFile, machine: Machine) -> Set {
    Set {
        kind: Kind::Rsa(bits),
        program: Program::OpenSsl(file),
        machine,
    }
}

/// Of SHA-256 over a number.
fn first_52_bits(number: &[u8]) -> u64 {
    let digest = Sha256::digest(number);
    u64::from_be_bytes(*digest.first_chunk().expect("32 bytes")) >> 12
}

#[test]
fn keys_of_openssl_are_those_of_version_0_9_8f() {
    use Machine::{Be32, Le32, Le64};
    let short = [
        (Missing, Le32, 0xa_8532_6542_78f7),
        (Missing, Le64, 0x1_2dbe_26f8_1edb),
        (Missing, Be32, 0x1_fc0d_35a0_608d),
        (Unreadable, Le32, 0x3_f3a3_a216_adb0),
        (Unreadable, Le64, 0x2_4313_9a12_2f19),
        (Unreadable, Be32, 0xe_2851_af3c_06eb),
        (Read, Le32, 0xf_e567_bacf_3a0f),
        (Read, Le64, 0x9_d2ba_b10a_3ee1),
        (Read, Be32, 0xf_f291_7405_093d),
    ];
    for (file, machine, expected) in short {
        let set = openssl(1024, file, machine);
        assert_eq!(first_52_bits(&set.key(5429)), expected, "{}", set.name());
    }
    let long = [
        (Missing, Le32, 0x2_870a_d78a_ac87),
        (Unreadable, Le64, 0x3_3b7d_c1d0_764c),
        (Read, Be32, 0x0_1f46_c308_90be),
    ];
    for (file, machine, expected) in long {
        let set = openssl(2048, file, machine);
        assert_eq!(first_52_bits(&set.key(32767)), expected, "{}", set.name());
    }
}

#[test]
fn keys_of_openssl_are_those_of_version_0_9_8c() {
    let keys = [
        (512, Unreadable, 7, 0xc_393c_bd06_5c7a),
        (1024, Read, 10, 0x6_43ba_0938_2b95),
        (2048, Read, 13, 0xe_9bbb_f483_6490),
    ];
    for (bits, file, process, expected) in keys {
        let key = openssl(bits, file, Machine::Le32).key(process);
        assert_eq!(first_52_bits(&key), expected, "{bits}");
    }
}

/// The same build, called as ssh-keygen called it.
#[test]
fn keys_of_ssh_keygen_are_those_of_version_0_9_8f() {
    let keys = [
        (Kind::Dsa, 1, 0xd_dd5c_490a_156b),
        (Kind::Dsa, 5429, 0x1_1266_786e_68aa),
        (Kind::Dsa, 32767, 0xe_791c_e50d_8d4b),
        (Kind::Rsa(1024), 99, 0x2_9350_0be4_4bbe),
    ];
    for (kind, process, expected) in keys {
        let set = Set {
            kind,
            program: Program::SshKeygen,
            machine: Machine::Le64,
        };
        assert_eq!(
            first_52_bits(&set.key(process)),
            expected,
            "{} {process}",
            set.name()
        );
    }
}

/// A value of RFC 4251's `string`, of a number if its highest bit is set.
fn string(bytes: &[u8]) -> Vec<u8> {
    let sign: &[u8] = if bytes[0] & 0x80 == 0 { &[] } else { &[0] };
    let len = u32::try_from(sign.len() + bytes.len()).expect("short");
    [&len.to_be_bytes(), sign, bytes].concat()
}

#[test]
fn keys_of_ssh_keygen_have_the_fingerprints_that_are_known() {
    let set = Set {
        kind: Kind::Rsa(2048),
        program: Program::SshKeygen,
        machine: Machine::Le32,
    };
    let known = [
        (5429, 0x57c3_115d_77c5_6390_332d_c5c4_9978_627a_u128),
        (28940, 0x2712_a6d5_cec9_9f29_5a0c_468b_830a_370d),
    ];
    for (process, expected) in known {
        let blob = [string(b"ssh-rsa"), string(&[35]), string(&set.key(process))].concat();
        let digest = Md5::digest(&blob);
        assert_eq!(u128::from_be_bytes(digest.into()), expected, "{process}");
    }
}

#[test]
fn however_many_are_made_at_once_each_is_the_same() {
    let set = openssl(512, Missing, Machine::Le64);
    let mut count = 0;
    set.make(1..=20, |process, number| {
        count += 1;
        assert_eq!(number, set.key(process), "{process}");
    });
    assert_eq!(count, 20);
}
