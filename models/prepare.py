"""Make the data that ships: `uv run --group data python -m models.prepare mnist-5k` or `all`."""

import gzip
import hashlib
import sys

from models.data import DATASETS, packed, shipped


def main(arguments: list[str]) -> int:
    """Make the files of the datasets named, one line each; return the exit status."""
    if not arguments or arguments == ["--help"]:
        print(f"usage: python -m models.prepare all | DATASET ...\n{', '.join(DATASETS)}")
        return 0 if arguments else 2
    names = list(DATASETS) if arguments == ["all"] else arguments
    if unknown := [name for name in names if name not in DATASETS]:
        print(f"no dataset {unknown[0]!r}: choose from {', '.join(DATASETS)}", file=sys.stderr)
        return 2
    for name in names:
        try:
            content = packed(DATASETS[name]())
        except ModuleNotFoundError as error:
            hint = "its makers come with `uv sync --group data`"
            print(f"{name} needs the package {error.name}: {hint}", file=sys.stderr)
            return 2
        digest = hashlib.sha256(content).hexdigest()
        file = gzip.compress(content, compresslevel=9, mtime=0)
        shipped.path_of(name).write_bytes(file)
        told = "as before" if digest == shipped.SHA256[name] else "changed: put it into shipped.py"
        print(f"{name}: {len(file)} bytes, sha256 {digest} ({told})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
