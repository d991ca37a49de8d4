"""The house as the imports show it: which room may lean on which, and what is light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "midigan"

#: Rooms by floor. A room imports from floors below its own, or from itself.
FLOORS = (
    {
        *("errors", "saving", "layout", "song", "notes", "onsets", "controls", "genres"),
        *("harmony", "performance", "turns"),
    },
    {
        *("sets", "files", "pictures", "evaluation", "generating"),
        *("latents", "generator", "generator_info", "shipped"),
    },
    {"training", "live", "daws"},
    {"commands"},
)
#: Libraries that one room alone may import, wherever in its files.
ONLY_IN = {
    "torch": {"training"},
    "onnxscript": {"training"},
    "rtmidi": {"live"},
    "click": {"commands"},
    "rich": {"commands", "live"},
    "matplotlib": {"pictures"},
    "onnxruntime": {"generator", "training"},
}
#: Too heavy for the top of any file outside training: import them where they are used.
HEAVY = {"torch", "onnxruntime", "music21", "pretty_midi", "matplotlib", "symusic", "onnx", "scipy"}


def modules():
    return sorted(p for p in PACKAGE.rglob("*.py") if p.parent != PACKAGE or p.stem[0] != "_")


def room_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(nodes):
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole path"
            if node.module == "midigan":
                yield from (f"midigan.{alias.name}" for alias in node.names)
            else:
                yield node.module or ""


def in_type_checking(tree):
    """Imports that only a type checker sees weigh nothing, but still point somewhere."""
    return {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }


def floor_of(room):
    (floor,) = [i for i, rooms in enumerate(FLOORS) if room in rooms] or [None]
    return floor


def test_every_room_has_a_floor():
    rooms = {room_of(path) for path in modules()}
    assert rooms <= set().union(*FLOORS)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_downward_and_stay_light(path):
    tree = ast.parse(path.read_text("utf-8"))
    room = room_of(path)
    for name in imports(ast.walk(tree)):
        top, *rest = name.split(".")
        if top == "midigan" and rest and rest[0] != room and rest[0] != "__version__":
            same = floor_of(rest[0]) == floor_of(room) and floor_of(room) < 2
            assert same or floor_of(rest[0]) < floor_of(room), f"{room} imports {name}"
        assert room in ONLY_IN.get(top, {room}), f"{room} imports {name}"
    hidden = in_type_checking(tree)
    tops = {name.split(".")[0] for name in imports(n for n in tree.body if id(n) not in hidden)}
    assert room == "training" or not tops & HEAVY
    if room == "commands":
        assert "numpy" not in tops


def assert_no_circles(leans):
    """leans: for each part the others that it imports; none may lean on itself through another."""

    def reaches(part, seen):
        for below in leans.get(part, set()) - {part}:
            assert below not in seen, " -> ".join([*seen, part, below])
            reaches(below, [*seen, part])

    for part in leans:
        reaches(part, [])


def names_of_midigan(path):
    """What a module imports of this package, as paths of names below `midigan`."""
    for name in imports(ast.walk(ast.parse(path.read_text("utf-8")))):
        if name.startswith("midigan.") and name != "midigan.__version__":
            yield name.split(".")[1:]


def test_rooms_of_the_lower_floors_have_no_circles():
    leans = {}
    for path in modules():
        leans.setdefault(room_of(path), set()).update(top for top, *_ in names_of_midigan(path))
    assert_no_circles(leans)


@pytest.mark.parametrize("room", sorted(p.name for p in PACKAGE.iterdir() if any(p.glob("*/*.py"))))
def test_folders_of_a_room_have_no_circles(room):
    """The files that lie in the room itself count as a folder, too."""

    def folder_of(below):
        return below[0] if below and (PACKAGE / room / below[0]).is_dir() else room

    leans = {}
    for path in modules():
        if room_of(path) == room:
            here = leans.setdefault(folder_of(path.relative_to(PACKAGE / room).parts[:-1]), set())
            here.update(folder_of(rest) for top, *rest in names_of_midigan(path) if top == room)
    assert len(leans) > 1
    assert_no_circles(leans)


def loaded_after(code):
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stdout.split())


def test_help_loads_nothing_heavy():
    code = (
        "from midigan.commands import cli\n"
        "try: cli(['--help'], standalone_mode=False)\n"
        "except SystemExit: pass"
    )
    assert not loaded_after(code) & (HEAVY | {"numpy", "mido", "rich"})
