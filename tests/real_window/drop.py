"""Drops one file on the window under the pointer, as a file manager does: XDND, version 5.

Says "dropped" once the window has taken it, and fails where it does not.
"""

import pathlib
import select
import sys
import time

from Xlib import X, display
from Xlib.protocol import event

PATIENCE = 60

screen = display.Display()
root = screen.screen().root


def atom(name):
    return screen.intern_atom(name)


source = root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
uri_list = atom("text/uri-list")
uris = (pathlib.Path(sys.argv[1]).as_uri() + "\r\n").encode()


def window_under_the_pointer():
    """The innermost window there that can be dropped on."""
    found, here = None, root
    while here:
        if here.get_full_property(atom("XdndAware"), X.AnyPropertyType):
            found = here
        here = here.query_pointer().child
    return found


def tell(target, kind, data):
    target.send_event(
        event.ClientMessage(window=target, client_type=atom(kind), data=(32, data)), event_mask=X.NoEventMask
    )
    screen.flush()


def hand_out(request):
    """Gives the address of the file to whoever asks for it."""
    place = request.property or request.target
    is_known = request.target == uri_list
    if is_known:
        request.requestor.change_property(place, uri_list, 8, uris)
    request.requestor.send_event(
        event.SelectionNotify(
            time=request.time,
            requestor=request.requestor,
            selection=request.selection,
            target=request.target,
            property=place if is_known else X.NONE,
        )
    )
    screen.flush()


def wait_for(kind):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if not screen.pending_events():
            select.select([screen], [], [], 0.2)
            continue
        got = screen.next_event()
        if got.type == X.SelectionRequest:
            hand_out(got)
        elif got.type == X.ClientMessage and got.client_type == atom(kind):
            return got.data[1]
    sys.exit(f"no {kind} within {PATIENCE} seconds")


target = window_under_the_pointer()
if target is None:
    sys.exit("nothing under the pointer can be dropped on")
pointer = root.query_pointer()
source.set_selection_owner(atom("XdndSelection"), X.CurrentTime)
tell(target, "XdndEnter", [source.id, 5 << 24, uri_list, 0, 0])
where = pointer.root_x << 16 | pointer.root_y
tell(target, "XdndPosition", [source.id, 0, where, X.CurrentTime, atom("XdndActionCopy")])
if not wait_for("XdndStatus")[1] & 1:
    sys.exit("the window does not want the file")
tell(target, "XdndDrop", [source.id, 0, X.CurrentTime, 0, 0])
wait_for("XdndFinished")
print("dropped")
