//! Access lists. The one that private files get is the one that OpenSSH for Windows gives them:
//! protected from what the folder would pass on, with full access for Administrators, SYSTEM and
//! the user, and nobody else.

use std::ffi::{OsString, c_void};
use std::fs::File;
use std::io;
use std::os::windows::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::path::{self, Path};
use std::ptr;

use windows_sys::Win32::Foundation::{ERROR_SUCCESS, LocalFree, WIN32_ERROR};
use windows_sys::Win32::Security::Authorization::{
    ConvertSecurityDescriptorToStringSecurityDescriptorW, ConvertSidToStringSidW,
    ConvertStringSecurityDescriptorToSecurityDescriptorW, GetNamedSecurityInfoW, GetSecurityInfo,
    SDDL_REVISION_1, SE_FILE_OBJECT, SE_KERNEL_OBJECT,
};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GetTokenInformation, OBJECT_SECURITY_INFORMATION, OWNER_SECURITY_INFORMATION,
    PROTECTED_DACL_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES, SetFileSecurityW,
    TOKEN_QUERY, TOKEN_USER, TokenUser, UNPROTECTED_DACL_SECURITY_INFORMATION,
};
use windows_sys::Win32::Storage::FileSystem::CreateDirectoryW;
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use super::{Access, sddl};
use crate::sys::journal;

/// The length from which Windows takes a folder's path only with the prefix `\\?\`; a file's may be
/// a little longer.
const LONG_PATH: usize = 248;
/// The largest security identifier has 68 bytes (15 subauthorities), and its header 16.
const TOKEN_USER_WORDS: usize = 16;

pub(super) fn audit_private(path: &Path) -> io::Result<Access> {
    Ok(sddl::audit(&descriptor_text(path)?, &user_name()?))
}

pub(super) fn audit_shared(path: &Path) -> io::Result<Access> {
    Ok(sddl::audit_writers(&descriptor_text(path)?, &user_name()?))
}

pub(super) fn is_own(path: &Path) -> io::Result<bool> {
    Ok(!matches!(audit_private(path)?, Access::NotOwned { .. }))
}

fn descriptor_text(path: &Path) -> io::Result<String> {
    let wanted = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    Descriptor::of_file(path, wanted)?.to_text(wanted)
}

pub(super) fn is_pipe_of_user_or_system(pipe: &File) -> io::Result<bool> {
    let wanted = OWNER_SECURITY_INFORMATION;
    let descriptor = Descriptor::of_pipe(pipe, wanted)?.to_text(wanted)?;
    let access = sddl::audit(&descriptor, &user_name()?);
    Ok(!matches!(access, Access::NotOwned { .. }))
}

/// A descriptor as Windows spells it.
#[cfg(test)]
pub(super) fn spelled(descriptor: &str) -> io::Result<String> {
    Descriptor::from_text(descriptor)?.to_text(OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION)
}

/// This user as the text form of a descriptor names them: it has short names for some.
fn user_name() -> io::Result<String> {
    let owned = Descriptor::from_text(&format!("O:{}", user_sid()?))?.to_text(OWNER_SECURITY_INFORMATION)?;
    Ok(owned.strip_prefix("O:").unwrap_or(&owned).to_owned())
}

/// Such a disk shows everybody among those who have a right, which is told as it is.
pub(super) fn knows_no_owners(_: &Path) -> bool {
    false
}

/// Folders in a person's profile are theirs, and of others it is not told here.
#[expect(clippy::unnecessary_wraps, reason = "as on Unix, where the system is asked")]
pub(super) fn lets_all_write(_: &Path) -> io::Result<bool> {
    Ok(false)
}

pub(super) fn tighten_private(path: &Path) -> io::Result<()> {
    tighten(path, Scope::File)
}

pub(super) fn tighten_shared(path: &Path) -> io::Result<()> {
    let scope = if std::fs::metadata(path)?.is_dir() {
        Scope::FolderAndContent
    } else {
        Scope::File
    };
    tighten(path, scope)
}

fn tighten(path: &Path, scope: Scope) -> io::Result<()> {
    journal::touch(path);
    // Access lists are set on what a path names, so a link is followed here.
    let path = wide(&std::fs::canonicalize(path)?)?;
    let descriptor = Descriptor::owner_only(scope)?;
    let what = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
    #[expect(unsafe_code, reason = "the standard library knows no access lists")]
    // SAFETY: `path` ends in a zero, and `descriptor` lives until after the call.
    check(unsafe { SetFileSecurityW(path.as_ptr(), what, descriptor.0) })
}

/// Gives the file at `to` the access list of the one at `from`.
pub(in crate::sys) fn copy_access(from: &Path, to: &Path) -> io::Result<()> {
    let descriptor = Descriptor::of_file(from, DACL_SECURITY_INFORMATION)?;
    // `D:P…(`: nothing of what the folder passes on is taken over.
    let list = descriptor.to_text(DACL_SECURITY_INFORMATION)?;
    let flags = list.split('(').next().unwrap_or_default();
    let inheritance = if flags.trim_start_matches("D:").contains('P') {
        PROTECTED_DACL_SECURITY_INFORMATION
    } else {
        UNPROTECTED_DACL_SECURITY_INFORMATION
    };
    let path = wide(to)?;
    #[expect(unsafe_code, reason = "the standard library knows no access lists")]
    // SAFETY: `path` ends in a zero, and `descriptor` lives until after the call.
    check(unsafe {
        SetFileSecurityW(
            path.as_ptr(),
            DACL_SECURITY_INFORMATION | inheritance,
            descriptor.0,
        )
    })
}

pub(super) fn create_private_folder(path: &Path) -> io::Result<()> {
    journal::touch(path);
    let path = wide(path)?;
    let attributes = Attributes::owner_only(Scope::FolderAndContent)?;
    #[expect(
        unsafe_code,
        reason = "the standard library cannot create a folder with an access list"
    )]
    // SAFETY: `path` ends in a zero, and `attributes` lives until after the call.
    check(unsafe { CreateDirectoryW(path.as_ptr(), attributes.as_ptr()) })
}

/// What an access list is for.
#[derive(Clone, Copy, Debug)]
pub(in crate::sys) enum Scope {
    File,
    /// A folder, which passes the list on to what is made within.
    FolderAndContent,
}

/// What a file or folder is to be created with.
pub(in crate::sys) struct Attributes {
    raw: SECURITY_ATTRIBUTES,
    /// `raw` points into it.
    _descriptor: Descriptor,
}

impl Attributes {
    pub(in crate::sys) fn owner_only(scope: Scope) -> io::Result<Self> {
        let descriptor = Descriptor::owner_only(scope)?;
        let size = u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).map_err(io::Error::other)?;
        let raw = SECURITY_ATTRIBUTES {
            nLength: size,
            lpSecurityDescriptor: descriptor.0,
            bInheritHandle: 0,
        };
        Ok(Self {
            raw,
            _descriptor: descriptor,
        })
    }

    /// Valid as long as `self`.
    pub(in crate::sys) fn as_ptr(&self) -> *const SECURITY_ATTRIBUTES {
        &raw const self.raw
    }
}

/// A security descriptor that Windows allocated.
struct Descriptor(PSECURITY_DESCRIPTOR);

impl Descriptor {
    fn owner_only(scope: Scope) -> io::Result<Self> {
        let inheritance = match scope {
            Scope::File => "",
            Scope::FolderAndContent => "OICI",
        };
        let user = user_sid()?;
        Self::from_text(&format!(
            "D:PAI(A;{inheritance};FA;;;BA)(A;{inheritance};FA;;;SY)(A;{inheritance};FA;;;{user})"
        ))
    }

    fn from_text(text: &str) -> io::Result<Self> {
        let text: Vec<u16> = text.encode_utf16().chain([0]).collect();
        let mut descriptor = ptr::null_mut();
        #[expect(unsafe_code, reason = "the standard library knows no access lists")]
        // SAFETY: `text` ends in a zero; the result is freed by `Drop`.
        check(unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                text.as_ptr(),
                SDDL_REVISION_1,
                &raw mut descriptor,
                ptr::null_mut(),
            )
        })?;
        Ok(Self(descriptor))
    }

    fn of_file(path: &Path, wanted: OBJECT_SECURITY_INFORMATION) -> io::Result<Self> {
        // As on Unix, the file counts that a link leads to.
        let path = wide(&std::fs::canonicalize(path)?)?;
        let mut descriptor = ptr::null_mut();
        #[expect(unsafe_code, reason = "the standard library knows no access lists")]
        // SAFETY: `path` ends in a zero; the parts that are not wanted may be null; the result is
        // freed by `Drop`.
        let status = unsafe {
            GetNamedSecurityInfoW(
                path.as_ptr(),
                SE_FILE_OBJECT,
                wanted,
                ptr::null_mut(),
                ptr::null_mut(),
                ptr::null_mut(),
                ptr::null_mut(),
                &raw mut descriptor,
            )
        };
        Self::given(status, descriptor)
    }

    fn of_pipe(pipe: &File, wanted: OBJECT_SECURITY_INFORMATION) -> io::Result<Self> {
        let mut descriptor = ptr::null_mut();
        #[expect(unsafe_code, reason = "the standard library knows no access lists")]
        // SAFETY: the handle is open while `pipe` is; the parts that are not wanted may be null; the
        // result is freed by `Drop`.
        let status = unsafe {
            GetSecurityInfo(
                pipe.as_raw_handle(),
                SE_KERNEL_OBJECT,
                wanted,
                ptr::null_mut(),
                ptr::null_mut(),
                ptr::null_mut(),
                ptr::null_mut(),
                &raw mut descriptor,
            )
        };
        Self::given(status, descriptor)
    }

    /// What a function has allocated that answers with a status.
    fn given(status: WIN32_ERROR, descriptor: PSECURITY_DESCRIPTOR) -> io::Result<Self> {
        if status == ERROR_SUCCESS {
            Ok(Self(descriptor))
        } else {
            Err(io::Error::from_raw_os_error(status.cast_signed()))
        }
    }

    fn to_text(&self, wanted: OBJECT_SECURITY_INFORMATION) -> io::Result<String> {
        let mut text = ptr::null_mut();
        #[expect(unsafe_code, reason = "the standard library knows no access lists")]
        // SAFETY: the descriptor is valid while `self` is; `take_text` frees the result.
        unsafe {
            check(ConvertSecurityDescriptorToStringSecurityDescriptorW(
                self.0,
                SDDL_REVISION_1,
                wanted,
                &raw mut text,
                ptr::null_mut(),
            ))?;
            Ok(take_text(text))
        }
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        #[expect(unsafe_code, reason = "Windows allocated it")]
        // SAFETY: it comes from a function whose results are freed so, and nothing uses it any more.
        unsafe {
            LocalFree(self.0);
        }
    }
}

/// The security identifier of the user this process runs as, `S-1-5-21-…`.
fn user_sid() -> io::Result<String> {
    // Of words, not bytes: `TOKEN_USER` holds a pointer and has to be aligned.
    let mut buffer = [0_u64; TOKEN_USER_WORDS];
    let mut used = 0;
    let size = u32::try_from(size_of_val(&buffer)).map_err(io::Error::other)?;
    let mut text = ptr::null_mut();
    #[expect(unsafe_code, reason = "the standard library does not know the user")]
    // SAFETY: the token is closed by `OwnedHandle`; `buffer` is as large as it is said to be,
    // aligned, and outlives the identifier within it; `take_text` frees the text.
    unsafe {
        let mut token = ptr::null_mut();
        check(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token))?;
        let token = OwnedHandle::from_raw_handle(token);
        let into = buffer.as_mut_ptr().cast::<c_void>();
        check(GetTokenInformation(
            token.as_raw_handle(),
            TokenUser,
            into,
            size,
            &raw mut used,
        ))?;
        let user = buffer.as_ptr().cast::<TOKEN_USER>().read();
        check(ConvertSidToStringSidW(user.User.Sid, &raw mut text))?;
        Ok(take_text(text))
    }
}

/// `path` as Windows functions take it: UTF-16 with a zero at the end, and with the prefix that
/// long ones need.
pub(in crate::sys) fn wide(path: &Path) -> io::Result<Vec<u16>> {
    let mut wide: Vec<u16> = path::absolute(path)?.as_os_str().encode_wide().collect();
    if wide.contains(&0) {
        return Err(io::ErrorKind::InvalidFilename.into());
    }
    let starts_with = |start: &str| wide.iter().copied().take(start.len()).eq(start.encode_utf16());
    let prefix = if wide.len() < LONG_PATH || starts_with(r"\\?\") || starts_with(r"\\.\") {
        None
    } else if starts_with(r"\\") {
        Some((2, r"\\?\UNC\"))
    } else {
        Some((0, r"\\?\"))
    };
    if let Some((replaced, prefix)) = prefix {
        wide.splice(..replaced, prefix.encode_utf16());
    }
    wide.push(0);
    Ok(wide)
}

/// What a function that returns 0 on failure has to say.
fn check(result: i32) -> io::Result<()> {
    if result == 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// Copies a text that Windows allocated, and frees it.
///
/// # Safety
/// `text` must end in a zero, come from a function whose results `LocalFree` frees, and not be used
/// afterwards.
#[expect(unsafe_code, reason = "Windows allocated it")]
unsafe fn take_text(text: *mut u16) -> String {
    // SAFETY: see above; the slice ends before the zero.
    unsafe {
        let mut len = 0;
        while *text.add(len) != 0 {
            len += 1;
        }
        let copy = OsString::from_wide(std::slice::from_raw_parts(text, len));
        LocalFree(text.cast());
        copy.to_string_lossy().into_owned()
    }
}
