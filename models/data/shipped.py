"""The prepared data that ships in this folder: a small file per dataset, read with torch only.

Each is gzip around the safetensors layout: the header's length in eight bytes, the header as JSON,
the numbers. A tensor of at most 256 different values is stored as two: these values ("NAME.levels")
and a byte for each number ("NAME.places").
"""

import gzip
import hashlib
import json
import zlib
from pathlib import Path

import torch
from torch import Tensor

SHA256 = {
    "mnist-5k": "6f8990ba068a1c76f8a582bac678337e7258b89c2bedfbc28c9908c11063b912",
    "mnist-1d": "22ab2d748aff29f2d27a657db3c2424bdc48f16319abe2db5aefdf2de209c881",
    "japanese-vowels": "57c0810e863b61e87026544384f8f98c92513b6d99a138ad3da11b236e7dc082",
    "kjv-text": "5a29b0925e520f2f4b7a5f3ca5c87715df16996cc4791e04895550508fe789a9",
    "number-words": "b67b8ae60a11f07b7e3be3df156c8014119c47549a8c90269751b134ce0948f3",
    "far-symbol": "56905889492ba5a8ecc66bbce047f12d1e3ae30055139b47aa72b44afd438129",
}
"""Of each file's unpacked content, which, unlike the packed one, is the same on every machine."""

_TYPES = {"F32": torch.float32, "I64": torch.int64, "U8": torch.uint8}
_AS_BITS = {torch.float32: torch.int32, torch.int64: torch.int64}  # so that -0.0 is not 0.0


class DataError(ValueError):
    """A shipped file is missing or damaged; the message names it and the way out."""


def path_of(name: str) -> Path:
    """Return where the dataset of this name lies."""
    return Path(__file__).with_name(f"{name}.safetensors.gz")


def read(name: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Return the tensors of a shipped dataset and its texts, by name.

    Raises:
        DataError: the file is missing, or is not the one whose sha256 stands above.
    """
    path = path_of(name)
    what = "damaged"
    try:
        content = gzip.decompress(path.read_bytes())
        if hashlib.sha256(content).hexdigest() == SHA256[name]:
            return unpack(content)
    except FileNotFoundError:
        what = "missing"
    except (OSError, EOFError, zlib.error):
        pass
    raise DataError(f"{path} is {what}: get it again with `git checkout -- {path}`")


def pack(tensors: dict[str, Tensor], texts: dict[str, str]) -> bytes:
    """Return float32 and int64 tensors and texts as the bytes of a safetensors file."""
    stored: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        bits = tensor.contiguous().view(_AS_BITS[tensor.dtype])
        levels, places = torch.unique(bits, return_inverse=True)
        if len(levels) > 256:
            stored[name] = tensor
        else:
            stored[f"{name}.levels"] = levels.view(tensor.dtype)
            stored[f"{name}.places"] = places.to(torch.uint8)
    names = {dtype: name for name, dtype in _TYPES.items()}
    header: dict[str, object] = {"__metadata__": texts}
    content = bytearray()
    for name, tensor in stored.items():
        start = len(content)
        content += tensor.contiguous().numpy().tobytes()
        facts = {"dtype": names[tensor.dtype], "shape": list(tensor.shape)}
        header[name] = {**facts, "data_offsets": [start, len(content)]}
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + bytes(content)


def unpack(content: bytes) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Return what `pack` was given."""
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    texts: dict[str, str] = header.pop("__metadata__")
    stored = {}
    for name, facts in header.items():
        first, last = facts["data_offsets"]
        raw = bytearray(content[start + first : start + last])  # may be written to
        stored[name] = torch.frombuffer(raw, dtype=_TYPES[facts["dtype"]]).reshape(facts["shape"])
    tensors = {}
    for name, tensor in stored.items():
        stem, _, part = name.rpartition(".")
        if part == "places":
            chosen = stored[f"{stem}.levels"].index_select(0, tensor.flatten().int())
            tensors[stem] = chosen.reshape(tensor.shape)
        elif part != "levels":
            tensors[name] = tensor.clone()  # in torch's own memory, aligned as torch does it
    return tensors, texts
