//! `agent` at a named pipe, with a stand-in that speaks the protocol (draft-miller-ssh-agent): on Windows, and under Wine, a
//! test can start no real one.

#![expect(
    clippy::disallowed_methods,
    reason = "the agent is another program's, and here a thread"
)]

use std::ffi::c_void;
use std::fs::File;
use std::io::{Read, Write};
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
use windows_sys::Win32::Security::{
    GetTokenInformation, InitializeSecurityDescriptor, SECURITY_ATTRIBUTES, SECURITY_DESCRIPTOR,
    SetSecurityDescriptorOwner, TOKEN_QUERY, TOKEN_USER, TokenUser,
};
use windows_sys::Win32::Storage::FileSystem::PIPE_ACCESS_DUPLEX;
use windows_sys::Win32::System::Pipes::{
    ConnectNamedPipe, CreateNamedPipeW, DisconnectNamedPipe, PIPE_TYPE_BYTE, PIPE_UNLIMITED_INSTANCES,
    PIPE_WAIT,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use crate::support::Home;

const BUFFER: u32 = 64 << 10;

/// A key that the stand-in was given.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    blob: Vec<u8>,
    comment: Vec<u8>,
    lifetime: Option<u32>,
    confirm: bool,
}

/// An agent for Ed25519 keys.
struct StandIn {
    place: String,
    keys: Arc<Mutex<Vec<Held>>>,
}

impl StandIn {
    /// One that takes conditions, or one that refuses them as the agent of Windows does.
    fn start(takes_conditions: bool) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let place = format!(r"\\.\pipe\keywright-test-{}-{number}", std::process::id());
        let keys = Arc::new(Mutex::new(Vec::new()));
        let (theirs, mut pipe) = (Arc::clone(&keys), new_pipe(&place));
        let served = place.clone();
        // It ends with the program of the tests.
        std::thread::spawn(move || {
            loop {
                accept(&pipe);
                while let Some(request) = read_frame(&mut pipe) {
                    let answer = answer(&request, &mut theirs.lock().expect("no panic"), takes_conditions);
                    if pipe
                        .write_all(&string(&answer))
                        .and_then(|()| pipe.flush())
                        .is_err()
                    {
                        break;
                    }
                }
                // The next caller finds a new pipe before this one is taken away.
                let next = new_pipe(&served);
                hang_up(&pipe);
                pipe = next;
            }
        });
        Self { place, keys }
    }

    fn keys(&self) -> Vec<Held> {
        self.keys.lock().expect("no panic").clone()
    }
}

/// A pipe that says whose it is, as Pageant's does: under Wine others say nothing, and a pipe of nobody's is not used.
fn new_pipe(place: &str) -> File {
    let name: Vec<u16> = place.encode_utf16().chain([0]).collect();
    // Of words, for it holds a pointer.
    let mut user = [0_u64; 16];
    let mut descriptor = SECURITY_DESCRIPTOR::default();
    #[expect(unsafe_code, reason = "the standard library makes no pipes with names")]
    // SAFETY: the name ends in a zero; what is pointed to lives until the end of the function, `user` is as large as it
    // is said to be, and the handles are owned by nobody else.
    unsafe {
        let mut token = std::ptr::null_mut();
        succeeded(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token));
        let token = OwnedHandle::from_raw_handle(token);
        let (size, mut used) = (u32::try_from(size_of_val(&user)).expect("small"), 0);
        let into = user.as_mut_ptr().cast::<c_void>();
        succeeded(GetTokenInformation(
            token.as_raw_handle(),
            TokenUser,
            into,
            size,
            &raw mut used,
        ));
        let owner = into.cast::<TOKEN_USER>().read().User.Sid;
        let described = (&raw mut descriptor).cast::<c_void>();
        succeeded(InitializeSecurityDescriptor(described, 1));
        succeeded(SetSecurityDescriptorOwner(described, owner, 0));
        let attributes = SECURITY_ATTRIBUTES {
            nLength: u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).expect("small"),
            lpSecurityDescriptor: described,
            bInheritHandle: 0,
        };
        let handle = CreateNamedPipeW(
            name.as_ptr(),
            PIPE_ACCESS_DUPLEX,
            PIPE_TYPE_BYTE | PIPE_WAIT,
            PIPE_UNLIMITED_INSTANCES,
            BUFFER,
            BUFFER,
            0,
            &raw const attributes,
        );
        succeeded(i32::from(handle != INVALID_HANDLE_VALUE));
        File::from_raw_handle(handle)
    }
}

/// Windows says so with any number but 0.
fn succeeded(result: i32) {
    assert_ne!(result, 0, "{}", std::io::Error::last_os_error());
}

fn accept(pipe: &File) {
    #[expect(unsafe_code, reason = "the standard library makes no pipes with names")]
    // SAFETY: the handle is open while `pipe` is. That somebody was faster is no failure.
    unsafe {
        ConnectNamedPipe(pipe.as_raw_handle(), std::ptr::null_mut());
    }
}

fn hang_up(pipe: &File) {
    #[expect(unsafe_code, reason = "the standard library makes no pipes with names")]
    // SAFETY: the handle is open while `pipe` is.
    unsafe {
        DisconnectNamedPipe(pipe.as_raw_handle());
    }
}

fn read_frame(pipe: &mut File) -> Option<Vec<u8>> {
    let mut len = [0; 4];
    pipe.read_exact(&mut len).ok()?;
    let mut frame = vec![0; u32::from_be_bytes(len) as usize];
    pipe.read_exact(&mut frame).ok()?;
    Some(frame)
}

fn string(bytes: &[u8]) -> Vec<u8> {
    let len = u32::try_from(bytes.len()).expect("short");
    [&len.to_be_bytes(), bytes].concat()
}

fn take_string<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let (len, behind) = rest.split_first_chunk().expect("a length");
    let (text, behind) = behind.split_at(u32::from_be_bytes(*len) as usize);
    *rest = behind;
    text
}

fn answer(request: &[u8], keys: &mut Vec<Held>, takes_conditions: bool) -> Vec<u8> {
    const FAILURE: u8 = 5;
    const SUCCESS: u8 = 6;
    let (kind, mut rest) = request.split_first().expect("a kind");
    match kind {
        11 => {
            let count = u32::try_from(keys.len()).expect("few");
            let mut list = [&[12][..], &count.to_be_bytes()].concat();
            for key in keys {
                list.extend([string(&key.blob), string(&key.comment)].concat());
            }
            return list;
        }
        17 | 25 if *kind == 17 || takes_conditions => {
            let name = take_string(&mut rest);
            assert_eq!(name, b"ssh-ed25519");
            let public = take_string(&mut rest);
            assert_eq!(take_string(&mut rest).len(), 64, "the private half");
            let mut held = Held {
                blob: [string(name), string(public)].concat(),
                comment: take_string(&mut rest).to_vec(),
                lifetime: None,
                confirm: false,
            };
            while let Some((condition, behind)) = rest.split_first() {
                rest = behind;
                match condition {
                    1 => {
                        let (secs, behind) = rest.split_first_chunk().expect("a time");
                        held.lifetime = Some(u32::from_be_bytes(*secs));
                        rest = behind;
                    }
                    2 => held.confirm = true,
                    other => panic!("condition {other}"),
                }
            }
            keys.retain(|key| key.blob != held.blob);
            keys.push(held);
        }
        18 => {
            let blob = take_string(&mut rest);
            let before = keys.len();
            keys.retain(|key| key.blob != blob);
            if keys.len() == before {
                return vec![FAILURE];
            }
        }
        19 => keys.clear(),
        _ => return vec![FAILURE],
    }
    vec![SUCCESS]
}

#[test]
fn keys_are_listed_added_and_removed_at_a_pipe_with_lifetime_and_confirmation() {
    let home = Home::with_key();
    let agent = StandIn::start(true);
    let at = ["--agent", agent.place.as_str()];
    let run = |words: &[&str]| home.object(&[words, &at].concat());
    assert_eq!(run(&["agent", "list"])["keys"], serde_json::json!([]));
    run(&["agent", "add", "key", "--lifetime", "8h", "--confirm"]);
    let held = agent.keys();
    assert_eq!(
        (held.len(), held[0].lifetime, held[0].confirm),
        (1, Some(28_800), true)
    );
    assert_eq!(held[0].comment, b"me@here");
    let listed = run(&["agent", "list"]);
    let line = home.read("key.pub");
    let (key, _) = line.trim_end().rsplit_once(' ').expect("a comment");
    assert_eq!(listed["keys"][0]["public_key"], key);
    run(&["agent", "remove", "key.pub"]);
    assert_eq!(agent.keys(), []);
}

#[test]
fn conditions_that_the_agent_of_windows_refuses_are_said_and_the_key_is_not_handed_over() {
    let home = Home::with_key();
    let agent = StandIn::start(false);
    let at = ["--agent", agent.place.as_str()];
    let words = ["agent", "add", "key", "--lifetime", "1h", "--json"];
    home.run(&[&words[..], &at].concat())
        .expect_error(4, "agent-refused");
    assert_eq!(agent.keys(), []);
    home.object(&[&["agent", "add", "key"][..], &at].concat());
    let held = agent.keys();
    assert_eq!((held.len(), held[0].lifetime, held[0].confirm), (1, None, false));
    home.object(&[&["agent", "remove", "--all"][..], &at].concat());
    assert_eq!(agent.keys(), []);
}
