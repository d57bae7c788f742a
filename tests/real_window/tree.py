"""Says what a screen reader finds in the window, whenever it is asked.

For each line on standard input, one line of JSON: a list of nodes in reading order, or null while
there is no window, and what was announced since the last question. It reads over AT-SPI, as a screen
reader does, and keeps nothing else between two questions.
"""

import json
import sys
import warnings

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

warnings.simplefilter("ignore", DeprecationWarning)


def told(question, otherwise):
    """The answer to a question about a node that may be gone by now."""
    try:
        answer = question()
        return otherwise if answer is None else answer
    except GLib.Error:
        return otherwise


def box(node):
    extents = told(lambda: node.get_extents(Atspi.CoordType.SCREEN), None)
    if extents is None:
        return None
    return [extents.x, extents.y, extents.width, extents.height]


# Each question is a message to the program and back, so only what can matter is asked.
FIELDS = ["entry", "password text"]
GROUPS = ["application", "panel", "menu", "scroll bar"]


def nodes(node, found):
    role = told(node.get_role_name, "")
    is_group = role in GROUPS
    states = [] if is_group else told(lambda: node.get_state_set().get_states(), [])
    found.append(
        {
            "role": role,
            "name": "" if is_group else told(node.get_name, ""),
            "text": told(lambda: Atspi.Text.get_text(node, 0, -1), "") if role in FIELDS else "",
            "states": [state.value_nick for state in states],
            "box": None if is_group or role == "label" else box(node),
        }
    )
    for index in range(told(node.get_child_count, 0)):
        child = told(lambda: node.get_child_at_index(index), None)
        if child is not None:
            nodes(child, found)
    return found


def window(program):
    desktop = Atspi.get_desktop(0)
    for index in range(told(desktop.get_child_count, 0)):
        application = told(lambda: desktop.get_child_at_index(index), None)
        if application is not None and told(application.get_name, "") == program:
            application.set_cache_mask(Atspi.Cache.NONE)
            return application
    return None


announced = []
listener = Atspi.EventListener.new(lambda event: announced.append(str(event.any_data)))
listener.register("object:announcement")

for _ in sys.stdin:
    application = window(sys.argv[1])
    seen = application and nodes(application, [])
    while GLib.MainContext.default().iteration(False):
        pass
    print(json.dumps({"nodes": seen, "announced": announced}), flush=True)
    announced.clear()
