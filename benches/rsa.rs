//! RSA keys: every engine of this program beside the real peers, in one run.
//!
//! Key for key, in an order that is shuffled anew each round, so that a busy minute of the machine
//! strikes all alike. `cargo bench --bench rsa -- [BITS…] [--keys N] [--only WORD]`; the table goes to
//! standard output. CPU time is that of all threads and children together, and the programs' own start
//! is in it: about 5 ms for `ssh-keygen`, 20 ms for `puttygen`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints its figures"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use keywright::key::entropy::EntropyPool;
use keywright::key::generate::generate_with;
use keywright::key::prime::{Policy, Search};
use keywright::key::spec::{KeySpec, RsaBits};
use keywright::key::watch::Unwatched;
use keywright_sift::Engine;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use rand::seq::SliceRandom as _;

/// One way to make a key.
struct Way {
    name: String,
    make: Box<dyn Fn(u32)>,
    wall: Vec<f64>,
    cpu: Vec<f64>,
}

impl Way {
    fn new(name: impl Into<String>, make: impl Fn(u32) + 'static) -> Self {
        Self {
            name: name.into(),
            make: Box::new(make),
            wall: Vec::new(),
            cpu: Vec::new(),
        }
    }

    fn measure(&mut self, bits: u32) {
        let (cpu, wall) = (cpu_ms(), Instant::now());
        (self.make)(bits);
        self.wall.push(wall.elapsed().as_secs_f64() * 1e3);
        self.cpu.push(cpu_ms() - cpu);
    }
}

/// What this process and its children have used so far, in ms.
#[cfg(unix)]
fn cpu_ms() -> f64 {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::{TimeVal, TimeValLike as _};

    let of = |who| {
        let usage = getrusage(who).expect("the system counts");
        let ms = |time: TimeVal| {
            #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
            let micros = time.num_microseconds() as f64;
            micros / 1e3
        };
        ms(usage.user_time()) + ms(usage.system_time())
    };
    of(UsageWho::RUSAGE_SELF) + of(UsageWho::RUSAGE_CHILDREN)
}

/// Only Unix tells of children what they have used.
#[cfg(not(unix))]
fn cpu_ms() -> f64 {
    f64::NAN
}

fn ours(engine: Engine) -> Way {
    Way::new(format!("Keywright, {}, one thread", engine.name()), move |bits| {
        let os = keywright::sys::randomness::os_random().expect("the system has randomness");
        let mut rng = EntropyPool::new().into_rng(&os, "benchmark");
        let search = Search {
            engine,
            ..Search::alone(&Unwatched)
        };
        let bits = RsaBits::new(bits).expect("a usual size");
        generate_with(KeySpec::Rsa(bits), &mut rng, &search).expect("a key");
    })
}

fn all_cores() -> Way {
    Way::new("Keywright, all cores", |bits| {
        let bits = RsaBits::new(bits).expect("a usual size");
        keywright::engine::making::new_key(
            KeySpec::Rsa(bits),
            Policy::default(),
            EntropyPool::new(),
            &Unwatched,
        )
        .expect("a key");
    })
}

fn rsa_crate() -> Way {
    Way::new("crate rsa 0.10", |bits| {
        let os = keywright::sys::randomness::os_random().expect("the system has randomness");
        let mut rng = ChaCha20Rng::from_seed(*os);
        rsa::RsaPrivateKey::new(&mut rng, bits as usize).expect("a key");
    })
}

/// A program that writes its key to a file that is not there yet; nothing where it is not installed.
fn program(name: &str, words: impl Fn(u32, &Path) -> Vec<String> + 'static) -> Option<Way> {
    let folder = tempfile::tempdir().ok()?;
    let found = Command::new(name)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if found.is_err() {
        eprintln!("{name} is not installed, and left out");
        return None;
    }
    let program = name.to_owned();
    let title = Path::new(name).file_name()?.to_string_lossy().into_owned();
    Some(Way::new(title, move |bits| {
        let file: PathBuf = folder.path().join("key");
        for name in ["key", "key.pub"] {
            drop(std::fs::remove_file(folder.path().join(name)));
        }
        let status = Command::new(&program)
            .args(words(bits, &file))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(status.is_ok_and(|status| status.success()), "{program}");
    }))
}

fn peers() -> Vec<Way> {
    let text = |file: &Path| file.display().to_string();
    let keygen = program("ssh-keygen", move |bits, file| {
        [
            "-q",
            "-t",
            "rsa",
            "-N",
            "",
            "-b",
            &bits.to_string(),
            "-f",
            &text(file),
        ]
        .map(str::to_owned)
        .into()
    });
    let openssl = program("openssl", move |bits, file| {
        ["genrsa", "-out", &text(file), &bits.to_string()]
            .map(str::to_owned)
            .into()
    });
    let puttygen = program("puttygen", move |bits, file| {
        let words = [
            "-q",
            "-t",
            "rsa",
            "--new-passphrase",
            "/dev/null",
            "-b",
            &bits.to_string(),
            "-o",
            &text(file),
        ];
        words.map(str::to_owned).into()
    });
    let own = std::env::var("KEYWRIGHT_CLI").ok().and_then(|cli| {
        program(&cli, move |bits, file| {
            let words = [
                "generate",
                "-q",
                "-t",
                "rsa",
                "--no-passphrase",
                "-b",
                &bits.to_string(),
                "-o",
                &text(file),
            ];
            words.map(str::to_owned).into()
        })
    });
    [keygen, openssl, puttygen, own].into_iter().flatten().collect()
}

/// Mean and standard error.
fn mean(values: &[f64]) -> (f64, f64) {
    #[expect(clippy::cast_precision_loss, reason = "there are few keys")]
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0) / count).sqrt())
}

fn main() {
    let mut sizes = Vec::new();
    let (mut keys, mut only) = (30, String::new());
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    while let Some(word) = words.next() {
        match word.as_str() {
            "--keys" => {
                keys = words
                    .next()
                    .and_then(|number| number.parse().ok())
                    .unwrap_or(keys);
            }
            "--only" => only = words.next().unwrap_or_default(),
            word => sizes.extend(word.parse::<u32>().ok()),
        }
    }
    if sizes.is_empty() {
        sizes = vec![2048, 3072, 4096];
    }
    println!("| bits | made by | keys | CPU ms | wall ms |\n| --- | --- | --- | --- | --- |");
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    for bits in sizes {
        let engines = Engine::ALL
            .into_iter()
            .filter(|engine| engine.is_here())
            .map(ours);
        let mut ways: Vec<Way> = engines.chain([all_cores(), rsa_crate()]).chain(peers()).collect();
        ways.retain(|way| way.name.contains(&only));
        for way in &ways {
            // Tables and pages are there before it counts.
            (way.make)(bits.min(2048));
        }
        for _ in 0..keys {
            ways.shuffle(&mut rng);
            for way in &mut ways {
                way.measure(bits);
            }
        }
        ways.sort_by(|a, b| mean(&a.cpu).0.total_cmp(&mean(&b.cpu).0));
        for way in ways {
            let ((cpu, cpu_error), (wall, wall_error)) = (mean(&way.cpu), mean(&way.wall));
            println!(
                "| {bits} | {} | {keys} | {cpu:.1} ±{cpu_error:.1} | {wall:.1} ±{wall_error:.1} |",
                way.name
            );
        }
    }
}
