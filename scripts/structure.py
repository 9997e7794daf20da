"""Say how the package is built: its rooms and floors, imports that go in a circle, lines.

Usage: ``python scripts/structure.py``. A room is a folder or a module right under ``src/specz``.
A room stands one floor above the highest of those that it imports.
"""

from pathlib import Path

import grimp

SOURCE = Path(__file__).parent.parent / "src" / "specz"


def main() -> None:
    """Print a line for each room, from the ground up, and one for the whole."""
    graph = grimp.build_graph("specz")
    rooms = sorted(graph.find_children("specz"))
    circles = graph.nominate_cycle_breakers("specz")
    for room in rooms:
        graph.squash_module(room)
    floors: dict[str, int] = {}
    while len(floors) < len(rooms):
        for room in rooms:
            below = graph.find_modules_directly_imported_by(room) - {"specz", room}
            if room not in floors and below <= floors.keys():
                floors[room] = 1 + max((floors[other] for other in below), default=0)
    longest = ("", 0)
    total = 0
    for room in sorted(rooms, key=floors.__getitem__):
        path = SOURCE / room.removeprefix("specz.")
        modules = sorted(path.rglob("*.py")) or [path.with_suffix(".py")]
        lines = {module.name: len(module.read_text("utf-8").splitlines()) for module in modules}
        total += sum(lines.values())
        longest = max(longest, *lines.items(), key=lambda item: item[1])
        print(
            f"floor {floors[room]}: {path.name}, {len(lines)} files, {sum(lines.values()):,} lines"
        )
    print(
        f"{len(rooms)} rooms on {max(floors.values())} floors, {len(circles)} imports in a circle; "
        f"{total:,} lines, the longest module {longest[0]} with {longest[1]}"
    )


if __name__ == "__main__":
    main()
