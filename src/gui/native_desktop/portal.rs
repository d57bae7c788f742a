//! Whether the desktop has a file dialog to offer: one question over D-Bus, with a deadline.
//!
//! On Linux and the BSDs a program asks the XDG desktop portal for a file dialog. Where there is no
//! portal, rfd learns it only by asking, and where one hangs it waits for ever. So before rfd is let
//! in, the portal is asked for the version of its `FileChooser`. The portal has that interface only
//! when something on this desktop can draw the dialog, and whoever does not answer in time is not
//! there.
//!
//! Two calls are too few to bring in a client with an executor: this writes them
//! by hand and reads of the answers only whether they are one.
//! D-Bus Specification 0.43, “Authentication Protocol”, “Message Format”.

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long the portal may take; it is started by the question.
const PATIENCE: Duration = Duration::from_secs(4);

/// An answer longer than that is none to these questions.
const MAX_ANSWER: usize = 1 << 20;

/// Whether the portal answers, and has a file dialog.
pub(super) fn has_file_chooser() -> bool {
    let Some(address) = Address::of_this_session() else {
        return false;
    };
    match ask(&address, PATIENCE) {
        Ok(answer) => answer,
        Err(error) => {
            log::info!("the desktop portal was not reached: {error}");
            false
        }
    }
}

/// Where the session's bus listens.
#[derive(Debug, PartialEq, Eq)]
enum Address {
    Path(PathBuf),
    #[cfg(any(target_os = "linux", target_os = "android"))]
    Abstract(Vec<u8>),
}

impl Address {
    fn of_this_session() -> Option<Self> {
        if let Ok(addresses) = std::env::var("DBUS_SESSION_BUS_ADDRESS") {
            return Self::parse(&addresses);
        }
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").filter(|folder| !folder.is_empty())?;
        let path = PathBuf::from(runtime).join("bus");
        path.exists().then_some(Self::Path(path))
    }

    /// The first of `addresses` that is a Unix socket.
    fn parse(addresses: &str) -> Option<Self> {
        addresses
            .split(';')
            .filter_map(|address| address.strip_prefix("unix:"))
            .flat_map(|pairs| pairs.split(','))
            .find_map(|pair| match pair.split_once('=')? {
                ("path", value) => {
                    let bytes = unescaped(value)?;
                    Some(Self::Path(PathBuf::from(OsString::from_vec(bytes))))
                }
                #[cfg(any(target_os = "linux", target_os = "android"))]
                ("abstract", value) => Some(Self::Abstract(unescaped(value)?)),
                _ => None,
            })
    }

    fn connect(&self) -> io::Result<UnixStream> {
        match self {
            Self::Path(path) => UnixStream::connect(path),
            #[cfg(any(target_os = "linux", target_os = "android"))]
            Self::Abstract(name) => {
                #[cfg(target_os = "android")]
                use std::os::android::net::SocketAddrExt as _;
                #[cfg(target_os = "linux")]
                use std::os::linux::net::SocketAddrExt as _;
                UnixStream::connect_addr(&std::os::unix::net::SocketAddr::from_abstract_name(name)?)
            }
        }
    }
}

/// Bytes in an address are themselves or `%41`.
fn unescaped(value: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    Some(bytes)
}

fn ask(address: &Address, patience: Duration) -> io::Result<bool> {
    let mut bus = Bus {
        stream: address.connect()?,
        deadline: Instant::now() + patience,
    };
    bus.introduce_self()?;
    let hello = Call {
        serial: 1,
        destination: "org.freedesktop.DBus",
        path: "/org/freedesktop/DBus",
        interface: "org.freedesktop.DBus",
        member: "Hello",
        arguments: &[],
    };
    let version = Call {
        serial: 2,
        destination: "org.freedesktop.portal.Desktop",
        path: "/org/freedesktop/portal/desktop",
        interface: "org.freedesktop.DBus.Properties",
        member: "Get",
        arguments: &["org.freedesktop.portal.FileChooser", "version"],
    };
    Ok(bus.call(&hello)? && bus.call(&version)?)
}

/// A method call whose arguments are all strings.
struct Call<'a> {
    serial: u32,
    destination: &'a str,
    path: &'a str,
    interface: &'a str,
    member: &'a str,
    arguments: &'a [&'a str],
}

const METHOD_CALL: u8 = 1;
const METHOD_RETURN: u8 = 2;
const ERROR: u8 = 3;

impl Call<'_> {
    fn to_bytes(&self) -> Vec<u8> {
        let mut body = Wire::default();
        for argument in self.arguments {
            body.string(argument);
        }
        let signature = "s".repeat(self.arguments.len());

        let mut fields = Wire::default();
        let texts = [
            (1, 'o', self.path),
            (2, 's', self.interface),
            (3, 's', self.member),
            (6, 's', self.destination),
        ];
        for (code, kind, text) in texts {
            fields.field(code, kind);
            fields.string(text);
        }
        if !signature.is_empty() {
            fields.field(8, 'g');
            fields.signature(&signature);
        }

        let mut message = Wire(vec![b'l', METHOD_CALL, 0, 1]);
        message.number(body.0.len());
        message.number(usize::try_from(self.serial).unwrap_or_default());
        message.number(fields.0.len());
        // The header so far has 16 bytes, so what is aligned in the fields stays aligned.
        message.0.extend_from_slice(&fields.0);
        message.align(8);
        message.0.extend_from_slice(&body.0);
        message.0
    }
}

/// Little-endian D-Bus values.
#[derive(Default)]
struct Wire(Vec<u8>);

impl Wire {
    fn align(&mut self, to: usize) {
        self.0.resize(self.0.len().next_multiple_of(to), 0);
    }

    fn number(&mut self, number: usize) {
        self.align(4);
        // All lengths here are those of the short texts above.
        self.0
            .extend_from_slice(&u32::try_from(number).unwrap_or_default().to_le_bytes());
    }

    fn string(&mut self, text: &str) {
        self.number(text.len());
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(0);
    }

    fn signature(&mut self, text: &str) {
        self.0.push(u8::try_from(text.len()).unwrap_or_default());
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(0);
    }

    fn field(&mut self, code: u8, kind: char) {
        self.align(8);
        self.0.push(code);
        self.signature(kind.encode_utf8(&mut [0; 4]));
    }
}

struct Bus {
    stream: UnixStream,
    deadline: Instant,
}

impl Bus {
    fn introduce_self(&mut self) -> io::Result<()> {
        let user = rustix::process::geteuid().as_raw().to_string();
        // The digits of the number as bytes in hexadecimal: those of 0 to 9 are 30 to 39.
        let user: String = user.chars().flat_map(|digit| ['3', digit]).collect();
        self.write(format!("\0AUTH EXTERNAL {user}\r\n").as_bytes())?;
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            if line.len() > 1024 {
                return Err(nonsense());
            }
            line.extend_from_slice(&self.read(1)?);
        }
        if !line.starts_with(b"OK ") {
            return Err(io::Error::from(io::ErrorKind::PermissionDenied));
        }
        self.write(b"BEGIN\r\n")
    }

    /// Whether the call was answered with something other than an error.
    fn call(&mut self, call: &Call<'_>) -> io::Result<bool> {
        self.write(&call.to_bytes())?;
        loop {
            let header = self.read(16)?;
            let order = ByteOrder::of(header[0])?;
            let [body_len, fields_len] = [4, 12].map(|at| order.number_at(&header, at).unwrap_or(usize::MAX));
            if body_len > MAX_ANSWER || fields_len > MAX_ANSWER {
                return Err(nonsense());
            }
            let fields = self.read(fields_len.next_multiple_of(8))?;
            self.read(body_len)?;
            let is_ours = order.reply_serial(&fields[..fields_len]) == Some(call.serial);
            match header[1] {
                METHOD_RETURN if is_ours => return Ok(true),
                ERROR if is_ours => return Ok(false),
                // Signals, such as the one that says which name we got.
                _ => {}
            }
        }
    }

    fn read(&mut self, len: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; len];
        let mut filled = 0;
        while filled < len {
            self.stream.set_read_timeout(Some(self.time_left()?))?;
            match self.stream.read(&mut bytes[filled..]) {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What a socket says when its time is over.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(timed_out()),
                Err(error) => return Err(error),
            }
        }
        Ok(bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.set_write_timeout(Some(self.time_left()?))?;
        self.stream.write_all(bytes)
    }

    fn time_left(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            Err(timed_out())
        } else {
            Ok(left)
        }
    }
}

/// Whoever answers chooses the order of bytes.
#[derive(Clone, Copy)]
enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    fn of(mark: u8) -> io::Result<Self> {
        match mark {
            b'l' => Ok(Self::Little),
            b'B' => Ok(Self::Big),
            _ => Err(nonsense()),
        }
    }

    fn number_at(self, bytes: &[u8], at: usize) -> Option<usize> {
        let bytes = bytes.get(at..)?.first_chunk()?;
        let number = match self {
            Self::Little => u32::from_le_bytes(*bytes),
            Self::Big => u32::from_be_bytes(*bytes),
        };
        usize::try_from(number).ok()
    }

    /// Which call the message with these header fields answers.
    fn reply_serial(self, fields: &[u8]) -> Option<u32> {
        let mut at = 0;
        while at < fields.len() {
            let code = fields[at];
            // A signature of one type: its length, the type, a zero.
            let kind = *fields.get(at + 2)?;
            let value = at + 4;
            at = match kind {
                b'u' if code == 5 => return u32::try_from(self.number_at(fields, value)?).ok(),
                b'u' => value + 4,
                b's' | b'o' => value + 4 + self.number_at(fields, value)? + 1,
                b'g' => value + 1 + usize::from(*fields.get(value)?) + 1,
                _ => return None,
            }
            .next_multiple_of(8);
        }
        None
    }
}

fn timed_out() -> io::Error {
    io::Error::from(io::ErrorKind::TimedOut)
}

fn nonsense() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the bus does not speak D-Bus")
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    /// What the stand-in for the bus does when it is asked for the version.
    #[derive(Clone, Copy)]
    enum Portal {
        Answers,
        Refuses,
        Hangs,
        Talks(&'static [u8]),
    }

    fn reply(kind: u8, serial: u32, order: u8) -> Vec<u8> {
        let number = |number: u32| match order {
            b'l' => number.to_le_bytes(),
            _ => number.to_be_bytes(),
        };
        let mut fields = vec![6, 1, b's', 0];
        fields.extend(number(4));
        fields.extend(b":1.7\0\0\0\0");
        fields.extend([5, 1, b'u', 0]);
        fields.extend(number(serial));
        let mut message = vec![order, kind, 1, 1];
        for value in [3, 99, u32::try_from(fields.len()).unwrap()] {
            message.extend(number(value));
        }
        message.extend(&fields);
        message.resize(message.len().next_multiple_of(8), 0);
        message.extend(b"abc");
        message
    }

    fn read_call(stream: &mut UnixStream) {
        let mut header = [0; 16];
        stream.read_exact(&mut header).unwrap();
        let order = ByteOrder::of(header[0]).unwrap();
        let fields = order.number_at(&header, 12).unwrap().next_multiple_of(8);
        let rest = fields + order.number_at(&header, 4).unwrap();
        stream.read_exact(&mut vec![0; rest]).unwrap();
    }

    fn asked(portal: Portal, order: u8) -> io::Result<bool> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bus");
        let listener = UnixListener::bind(&path).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let mut stream = listener.accept().unwrap().0;
                let mut greeting = Vec::new();
                while !greeting.ends_with(b"\r\n") {
                    let mut byte = [0];
                    stream.read_exact(&mut byte).unwrap();
                    greeting.push(byte[0]);
                }
                assert!(greeting.starts_with(b"\0AUTH EXTERNAL 3"));
                stream.write_all(b"OK 1234deadbeef\r\n").unwrap();
                stream.read_exact(&mut [0; 7]).unwrap();
                read_call(&mut stream);
                stream.write_all(&reply(METHOD_RETURN, 1, order)).unwrap();
                // A signal, as the real bus sends one here.
                stream.write_all(&reply(4, 0, order)).unwrap();
                read_call(&mut stream);
                match portal {
                    Portal::Answers => stream.write_all(&reply(METHOD_RETURN, 2, order)).unwrap(),
                    Portal::Refuses => stream.write_all(&reply(ERROR, 2, order)).unwrap(),
                    Portal::Talks(bytes) => stream.write_all(bytes).unwrap(),
                    Portal::Hangs => {
                        // Until the other side has lost patience and gone.
                        stream.read_exact(&mut [0]).unwrap_err();
                    }
                }
            });
            ask(&Address::Path(path), Duration::from_millis(300))
        })
    }

    #[test]
    fn a_portal_with_a_file_dialog_is_found() {
        for order in [b'l', b'B'] {
            assert!(asked(Portal::Answers, order).unwrap());
        }
    }

    #[test]
    fn a_bus_without_the_portal_says_so() {
        assert!(!asked(Portal::Refuses, b'l').unwrap());
    }

    #[test]
    fn a_portal_that_hangs_is_given_up() {
        let begin = Instant::now();
        let kind = asked(Portal::Hangs, b'l').unwrap_err().kind();
        assert_eq!(kind, io::ErrorKind::TimedOut);
        assert!(begin.elapsed() < Duration::from_mins(1));
    }

    #[test]
    fn nonsense_is_not_believed_and_not_waited_for() {
        for bytes in [
            b"".as_slice(),
            b"HTTP/1.1 400 Bad Request\r\n",
            b"l\x02\x01\x01\xff\xff\xff\xff\x01\0\0\0\xff\xff\xff\xff",
        ] {
            asked(Portal::Talks(bytes), b'l').unwrap_err();
        }
    }

    #[test]
    fn the_address_of_the_bus_is_read() {
        let path = |path: &str| Some(Address::Path(PathBuf::from(path)));
        for (addresses, expected) in [
            ("unix:path=/run/user/1000/bus", path("/run/user/1000/bus")),
            ("unix:guid=77,path=/tmp/a%20b", path("/tmp/a b")),
            ("tcp:host=localhost,port=1;unix:path=/x", path("/x")),
            ("autolaunch:", None),
            ("unix:path=%4", None),
            ("unix:tmpdir=/tmp", None),
            ("", None),
        ] {
            assert_eq!(Address::parse(addresses), expected, "{addresses}");
        }
        #[cfg(target_os = "linux")]
        assert_eq!(
            Address::parse("unix:abstract=/tmp/dbus-1"),
            Some(Address::Abstract(b"/tmp/dbus-1".to_vec()))
        );
    }
}
