"""`python -m syncd.testing.serve KIND --folder DIR [FILE …]`: one connector's simulator as a process of its own.

Prints one JSON line `{"url": …}` when it listens, and ends when its standard input closes, so that it never outlives
whoever started it. Its state lives in the folder and survives a kill.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from syncd.connector.registry import connectors
from syncd.testing.httpsim import HttpSimulator


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m syncd.testing.serve")
    parser.add_argument("kind")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that each request takes longer")
    parser.add_argument("files", nargs="*", type=Path)
    given = parser.parse_intermixed_args()
    spec = connectors().get(given.kind)
    if spec is None or spec.simulate is None:
        sys.stderr.write(f"no simulator for the kind {given.kind!r}; installed: {', '.join(connectors())}\n")
        return 2
    given.folder.mkdir(parents=True, exist_ok=True)
    simulator = spec.simulate(given.folder, given.files)
    if given.latency:
        server: HttpSimulator = vars(simulator)["http"]
        server.latency = given.latency
    sys.stdout.write(json.dumps({"url": simulator.url}) + "\n")
    sys.stdout.flush()
    try:
        sys.stdin.buffer.read()
    except KeyboardInterrupt:
        pass
    finally:
        simulator.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
