//! On macOS a file that is double-clicked, or opened with Keywright, comes as an Apple event and not as an argument.
//!
//! AppleEvents.h: `kAEOpenDocuments`, of the class `kCoreEventClass`. AppKit answers it by asking the delegate of the
//! application, which is winit's and knows no files; so the event is taken before AppKit does.

#![expect(unsafe_code, reason = "AppKit is called through Objective-C")]

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use objc2::rc::Retained;
use objc2::runtime::NSObject;
use objc2::{AnyThread as _, define_class, msg_send, sel};
use objc2_foundation::{
    NSAppleEventDescriptor, NSAppleEventManager, NSNotification, NSNotificationCenter, ns_string,
};

use crate::engine::job::Wake;

const CORE_EVENT_CLASS: u32 = u32::from_be_bytes(*b"aevt");
const OPEN_DOCUMENTS: u32 = u32::from_be_bytes(*b"odoc");
const DIRECT_OBJECT: u32 = u32::from_be_bytes(*b"----");

/// The event carries nothing through which it could find the window, which may not even be there yet.
static ARRIVED: Mutex<Arrived> = Mutex::new(Arrived {
    files: Vec::new(),
    wake: None,
});

struct Arrived {
    files: Vec<PathBuf>,
    wake: Option<Wake>,
}

fn arrived() -> MutexGuard<'static, Arrived> {
    ARRIVED.lock().unwrap_or_else(PoisonError::into_inner)
}

define_class!(
    // SAFETY: NSObject asks nothing of its subclasses, and this one has no fields and no `Drop`.
    #[unsafe(super(NSObject))]
    #[name = "KeywrightDoubleClick"]
    struct DoubleClick;

    impl DoubleClick {
        // AppKit has set its own handler by now, and sends the first event right after.
        // SAFETY: a notification's selector takes that one argument and returns nothing.
        #[unsafe(method(applicationWillFinishLaunching:))]
        fn will_finish_launching(&self, _: &NSNotification) {
            let manager = NSAppleEventManager::sharedAppleEventManager();
            // SAFETY: `self` is never freed, and has the selector. Classes and kinds of events are `FourCharCode`s.
            let () = unsafe {
                msg_send![
                    &manager,
                    setEventHandler: self,
                    andSelector: sel!(openDocuments:withReply:),
                    forEventClass: CORE_EVENT_CLASS,
                    andEventID: OPEN_DOCUMENTS
                ]
            };
        }

        // SAFETY: the selector of such a handler takes the event and the answer to it, and returns nothing.
        #[unsafe(method(openDocuments:withReply:))]
        fn open_documents(&self, event: &NSAppleEventDescriptor, _reply: &NSAppleEventDescriptor) {
            let mut arrived = arrived();
            arrived.files.extend(files_in(event));
            if let Some(wake) = &arrived.wake {
                wake();
            }
        }
    }
);

fn files_in(event: &NSAppleEventDescriptor) -> Vec<PathBuf> {
    // SAFETY: a keyword is a `FourCharCode`, and what is asked for may be absent.
    let list: Option<Retained<NSAppleEventDescriptor>> =
        unsafe { msg_send![event, paramDescriptorForKeyword: DIRECT_OBJECT] };
    let Some(list) = list else {
        return Vec::new();
    };
    // They are counted from 1. One file may come without a list around it: that has no items.
    let items: Vec<_> = (1..=list.numberOfItems())
        .filter_map(|index| list.descriptorAtIndex(index))
        .collect();
    let items = if items.is_empty() { vec![list] } else { items };
    items
        .iter()
        .filter_map(|item| item.fileURLValue()?.path())
        .map(|path| PathBuf::from(path.to_string()))
        .collect()
}

/// From when the application starts to run, files are kept for [`take`].
pub(super) fn listen() {
    // SAFETY: `init` is what NSObject has.
    let listener: Retained<DoubleClick> = unsafe { msg_send![DoubleClick::alloc(), init] };
    let center = NSNotificationCenter::defaultCenter();
    // SAFETY: the listener has the selector, and is never freed.
    unsafe {
        center.addObserver_selector_name_object(
            &listener,
            sel!(applicationWillFinishLaunching:),
            Some(ns_string!("NSApplicationWillFinishLaunchingNotification")),
            None,
        );
    }
    // Neither the centre nor the event manager keeps it alive, and both use it as long as the program runs.
    std::mem::forget(listener);
}

/// From now on `wake` is called when a file arrives.
pub(super) fn wake_with(wake: Wake) {
    arrived().wake = Some(wake);
}

/// The files that have arrived since the last call.
pub(super) fn take() -> Vec<PathBuf> {
    std::mem::take(&mut arrived().files)
}
