//! The random numbers of OpenSSL 0.9.8 as Debian shipped it from September 2006 to May 2008.
//!
//! A pool of 1023 bytes and a state of 20 bytes are stirred with SHA-1. Of everything that is put in, the
//! patch kept the length and left out the bytes. What comes out depends on the number of the process, which is
//! hashed into the first block of each answer; on how the computer lays a `long` down in memory, as two
//! counters are hashed; and on how much was put in before and in which order.

use crate::{Machine, SeedFile};

const POOL: usize = 1023;
const DIGEST: usize = 20;

/// How many bytes each block of an answer gives; the other half of the digest goes into the pool.
const GIVEN: usize = DIGEST / 2;

/// How many bytes of the system's randomness are put in.
const WANTED: usize = 32;

/// How much a seed file has.
const SEED_FILE: usize = 1024;

/// The state of the generator in one process.
#[derive(Clone)]
pub(crate) struct Generator {
    machine: Machine,
    process: u32,
    /// One byte more than the pool has: after an answer that ends with the pool, the next one begins behind it,
    /// and its first byte lands where nobody reads.
    pool: [u8; POOL + 1],
    at: usize,
    state: [u8; DIGEST],
    /// Answers given, blocks put in.
    counters: [u64; 2],
    is_seeded: bool,
    is_stirred: bool,
}

impl Generator {
    pub(crate) fn new(machine: Machine, process: u32) -> Self {
        Self {
            machine,
            process,
            pool: [0; POOL + 1],
            at: 0,
            state: [0; DIGEST],
            counters: [0; 2],
            is_seeded: false,
            is_stirred: false,
        }
    }

    /// What the program openssl does before anything else.
    pub(crate) fn load(&mut self, file: SeedFile) {
        match file {
            SeedFile::Missing => self.seed(),
            SeedFile::Unreadable => {
                self.put_in(self.machine.stat_len());
                self.seed();
            }
            // It is enough, so that the system is asked only when the first bytes are.
            SeedFile::Read => {
                self.put_in(self.machine.stat_len());
                self.put_in(SEED_FILE);
            }
        }
    }

    /// Puts in what the system has, once: randomness, then the numbers of the process and of the user, and the time.
    pub(crate) fn seed(&mut self) {
        if self.is_seeded {
            return;
        }
        self.is_seeded = true;
        self.put_in(WANTED);
        for _ in 0..3 {
            self.put_in(self.machine.word());
        }
    }

    /// Puts in the time, as is done before each large number.
    pub(crate) fn put_in_time(&mut self) {
        self.put_in(self.machine.word());
    }

    /// Puts in something of this length.
    fn put_in(&mut self, len: usize) {
        let mut at = self.at;
        let mut counters = self.counters;
        let mut digest = self.state;
        self.at = (self.at + len) % POOL;
        self.counters[1] += len.div_ceil(DIGEST) as u64;
        let mut left = len;
        while left > 0 {
            let taken = left.min(DIGEST);
            let mut message = Message::default();
            message.push(&digest);
            self.push_pool(&mut message, at, taken);
            self.push_counters(&mut message, counters);
            digest = message.digest();
            counters[1] += 1;
            for byte in &digest[..taken] {
                self.stir(&mut at, *byte);
            }
            left -= taken;
        }
        for (state, byte) in self.state.iter_mut().zip(digest) {
            *state ^= byte;
        }
    }

    /// Fills `out` with what that generator took for random.
    pub(crate) fn fill(&mut self, out: &mut [u8]) {
        self.seed();
        if !self.is_stirred {
            self.is_stirred = true;
            for _ in 0..POOL.div_ceil(DIGEST) {
                self.put_in(DIGEST);
            }
        }
        let mut at = self.at;
        let counters = self.counters;
        let mut digest = self.state;
        self.at += out.len().next_multiple_of(GIVEN);
        if self.at > POOL {
            self.at %= POOL;
        }
        self.counters[0] += 1;
        for (index, part) in out.chunks_mut(GIVEN).enumerate() {
            let mut message = Message::default();
            if index == 0 && self.process != 0 {
                message.push(&self.machine.process_bytes(self.process));
            }
            message.push(&digest);
            self.push_counters(&mut message, counters);
            self.push_pool(&mut message, at, GIVEN);
            digest = message.digest();
            let (kept, given) = digest.split_at(GIVEN);
            for byte in kept {
                self.stir(&mut at, *byte);
            }
            part.copy_from_slice(&given[..part.len()]);
        }
        let mut message = Message::default();
        self.push_counters(&mut message, counters);
        message.push(&digest);
        message.push(&self.state);
        self.state = message.digest();
    }

    fn stir(&mut self, at: &mut usize, byte: u8) {
        self.pool[*at] ^= byte;
        *at += 1;
        if *at >= POOL {
            *at = 0;
        }
    }

    fn push_pool(&self, message: &mut Message, at: usize, len: usize) {
        let until_end = len.min(POOL - at);
        message.push(&self.pool[at..at + until_end]);
        message.push(&self.pool[..len - until_end]);
    }

    fn push_counters(&self, message: &mut Message, counters: [u64; 2]) {
        for counter in counters {
            let (bytes, len) = self.machine.counter_bytes(counter);
            message.push(&bytes[..len]);
        }
    }
}

/// Something short to be hashed with SHA-1, at once.
struct Message {
    blocks: [[u8; BLOCK]; 2],
    len: usize,
}

const BLOCK: usize = 64;

impl Default for Message {
    fn default() -> Self {
        Self {
            blocks: [[0; BLOCK]; 2],
            len: 0,
        }
    }
}

impl Message {
    fn push(&mut self, bytes: &[u8]) {
        let flat = self.blocks.as_flattened_mut();
        flat[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    fn digest(mut self) -> [u8; DIGEST] {
        /// The mark behind the message, and its length in bits.
        const TAIL: usize = 1 + 8;
        let blocks = (self.len + TAIL).div_ceil(BLOCK);
        let bits = self.len as u64 * 8;
        self.push(&[0x80]);
        let blocks = &mut self.blocks[..blocks];
        if let Some(end) = blocks.as_flattened_mut().last_chunk_mut() {
            *end = bits.to_be_bytes();
        }
        let mut state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
        sha1::block_api::compress(&mut state, blocks);
        let mut digest = [0; DIGEST];
        for (bytes, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(state) {
            *bytes = word.to_be_bytes();
        }
        digest
    }
}
