//! Makes the keys of CVE-2008-0166 anew.
//!
//! From September 2006 to May 2008 Debian and Ubuntu shipped an OpenSSL whose random numbers depended on
//! little more than the number of the process: for each kind of computer there are 32768 keys of a type and
//! size. Whoever knows how they came about can make all of them, and so can this, for Keywright's list of
//! keys whose private half is public. It is no part of the programs.
//!
//! Written from what is known of the generator and of OpenSSL 0.9.8's search for primes: which random bytes
//! are drawn when. Whether a candidate is prime is found out as `keywright-sift` does it; the bases of the test that OpenSSL
//! made are only drawn. The two could disagree about a composite number that passes for a prime; of numbers this
//! large, none has ever been met by chance.

mod dsa;
mod generator;
pub mod list;
mod numbers;
mod rsa;
mod sieve;

use keywright_sift::{Engine, SmallPrimes};

use generator::Generator;
use sieve::Sieve;

/// How a computer lays a `long` down in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Machine {
    /// Little-endian, 32 bits: i386.
    Le32,
    /// Little-endian, 64 bits: amd64.
    Le64,
    /// Big-endian, 32 bits: powerpc, sparc.
    Be32,
}

impl Machine {
    /// All of them, the most common first.
    pub const ALL: [Self; 3] = [Self::Le32, Self::Le64, Self::Be32];

    /// `le32`, `le64`, `be32`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Le32 => "le32",
            Self::Le64 => "le64",
            Self::Be32 => "be32",
        }
    }

    /// The size of a `long` and of the time.
    fn word(self) -> usize {
        match self {
            Self::Le32 | Self::Be32 => 4,
            Self::Le64 => 8,
        }
    }

    /// The size of what stat(2) tells about a file.
    fn stat_len(self) -> usize {
        match self {
            Self::Le32 | Self::Be32 => 88,
            Self::Le64 => 144,
        }
    }

    fn process_bytes(self, process: u32) -> [u8; 4] {
        match self {
            Self::Le32 | Self::Le64 => process.to_le_bytes(),
            Self::Be32 => process.to_be_bytes(),
        }
    }

    /// A `long` that is not negative and small, and how many of the bytes are it.
    fn counter_bytes(self, counter: u64) -> ([u8; 8], usize) {
        let bytes = match self {
            Self::Le32 | Self::Le64 => counter.to_le_bytes(),
            // Its upper half is zero.
            Self::Be32 => (counter << 32).to_be_bytes(),
        };
        (bytes, self.word())
    }
}

/// What came of `~/.rnd`, in which openssl keeps randomness from one run to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SeedFile {
    /// There was none: the first run.
    Missing,
    /// It could not be read, as with sudo; or it was empty.
    Unreadable,
    /// It was read.
    Read,
}

/// Which program made a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Program {
    /// `ssh-keygen`.
    SshKeygen,
    /// `openssl genrsa`, `openssl req -newkey` and their like.
    OpenSsl(SeedFile),
}

impl Program {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::SshKeygen,
        Self::OpenSsl(SeedFile::Missing),
        Self::OpenSsl(SeedFile::Unreadable),
        Self::OpenSsl(SeedFile::Read),
    ];

    /// `ssh`, `nornd`, `noreadrnd`, `rnd`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SshKeygen => "ssh",
            Self::OpenSsl(SeedFile::Missing) => "nornd",
            Self::OpenSsl(SeedFile::Unreadable) => "noreadrnd",
            Self::OpenSsl(SeedFile::Read) => "rnd",
        }
    }

    fn generator(self, machine: Machine, process: u32) -> Generator {
        let mut generator = Generator::new(machine, process);
        match self {
            Self::SshKeygen => {
                // The key of a stream of its own, which is for other things.
                generator.fill(&mut [0; 20]);
            }
            Self::OpenSsl(file) => generator.load(file),
        }
        generator
    }

    /// The public exponent that it takes.
    fn exponent(self) -> u64 {
        match self {
            Self::SshKeygen => 35,
            Self::OpenSsl(_) => 65537,
        }
    }
}

/// A kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// RSA of so many bits, an even number from 512 on.
    Rsa(u32),
    /// DSA with 1024 bits, and parameters of its own.
    Dsa,
}

impl Kind {
    /// `rsa2048`, `dsa1024`, …
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Rsa(bits) => format!("rsa{bits}"),
            Self::Dsa => "dsa1024".to_owned(),
        }
    }

    /// How many words its primes have at most.
    fn words(self) -> usize {
        match self {
            Self::Rsa(bits) => bits.div_ceil(2).div_ceil(64) as usize,
            Self::Dsa => 16,
        }
    }
}

/// All keys of a kind that a program made on a kind of computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Set {
    /// Which keys.
    pub kind: Kind,
    /// What made them.
    pub program: Program,
    /// Where.
    pub machine: Machine,
}

const LITTLE_ENDIAN: &[Machine] = &[Machine::Le32, Machine::Le64];

const LISTED: [(Kind, &[Program], &[Machine]); 3] = [
    (
        Kind::Rsa(2048),
        &[
            Program::SshKeygen,
            Program::OpenSsl(SeedFile::Missing),
            Program::OpenSsl(SeedFile::Read),
        ],
        LITTLE_ENDIAN,
    ),
    (Kind::Rsa(1024), &Program::ALL, LITTLE_ENDIAN),
    (Kind::Dsa, &[Program::SshKeygen], &[Machine::Le32]),
];

/// The numbers that processes have, but for 0, which is no process, and costs little to have in the list.
pub const PROCESSES: std::ops::RangeInclusive<u32> = 0..=32767;

enum Search {
    Rsa(rsa::Search),
    Dsa(dsa::Search),
}

impl Search {
    fn new(set: Set, process: u32) -> Self {
        let generator = set.program.generator(set.machine, process);
        match set.kind {
            Kind::Rsa(bits) => Self::Rsa(rsa::Search::new(generator, set.program.exponent(), bits as usize)),
            Kind::Dsa => Self::Dsa(dsa::Search::new(generator)),
        }
    }

    fn candidate(&mut self, sieve: &Sieve, small: &SmallPrimes) -> &[u64] {
        match self {
            Self::Rsa(search) => search.candidate(sieve),
            Self::Dsa(search) => search.candidate(small),
        }
    }

    fn judge(&mut self, is_prime: bool) -> Option<Vec<u8>> {
        match self {
            Self::Rsa(search) => search.judge(is_prime),
            Self::Dsa(search) => search.judge(is_prime),
        }
    }
}

impl Set {
    /// The sets that are in the list.
    pub fn listed() -> impl Iterator<Item = Self> {
        LISTED.into_iter().flat_map(|(kind, programs, machines)| {
            let programs = programs.iter().copied();
            programs.flat_map(move |program| {
                let machines = machines.iter().copied();
                machines.map(move |machine| Self {
                    kind,
                    program,
                    machine,
                })
            })
        })
    }

    /// `rsa2048-ssh-le32`, …
    #[must_use]
    pub fn name(self) -> String {
        format!(
            "{}-{}-{}",
            self.kind.name(),
            self.program.name(),
            self.machine.name()
        )
    }

    /// Hands over the number of each key and of the process that made it, in no order: the modulus of an RSA key,
    /// y of a DSA key, big-endian without leading zeros.
    pub fn make(self, processes: impl IntoIterator<Item = u32>, mut found: impl FnMut(u32, &[u8])) {
        let engine = Engine::best();
        let sieve = Sieve::new(self.kind.words());
        let small = SmallPrimes::below(sieve::LAST + 1);
        let mut processes = processes.into_iter();
        let mut searches: Vec<(u32, Search)> = Vec::new();
        loop {
            while searches.len() < engine.lanes()
                && let Some(process) = processes.next()
            {
                searches.push((process, Search::new(self, process)));
            }
            if searches.is_empty() {
                return;
            }
            let candidates: Vec<&[u64]> = searches
                .iter_mut()
                .map(|(_, search)| search.candidate(&sieve, &small))
                .collect();
            let verdicts = test(engine, &candidates);
            let mut verdicts = verdicts.into_iter();
            searches.retain_mut(|(process, search)| {
                let number = search.judge(verdicts.next().unwrap_or_default());
                if let Some(number) = &number {
                    found(*process, number);
                }
                number.is_none()
            });
        }
    }

    /// The number of one key.
    #[must_use]
    pub fn key(self, process: u32) -> Vec<u8> {
        let mut key = Vec::new();
        self.make([process], |_, number| key = number.to_vec());
        key
    }
}

/// Which of the numbers are prime; they may be of two sizes.
fn test(engine: Engine, numbers: &[&[u64]]) -> Vec<bool> {
    let mut verdicts = vec![false; numbers.len()];
    let mut left: Vec<usize> = (0..numbers.len()).collect();
    while let Some(first) = left.first() {
        let bits = numbers::bit_len(numbers[*first]);
        let (now, later): (Vec<_>, Vec<_>) = left
            .iter()
            .partition(|at| numbers::bit_len(numbers[**at]) == bits);
        let batch: Vec<&[u64]> = now.iter().map(|at| numbers[*at]).collect();
        let passed = engine.test(&batch, &|| false).unwrap_or_default();
        for (at, passed) in now.into_iter().zip(passed) {
            verdicts[at] = passed;
        }
        left = later;
    }
    verdicts
}
