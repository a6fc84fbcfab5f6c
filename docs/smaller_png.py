"""Makes the PNG files of Chromium small: a palette of 256 colours, and the best compression."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

Colour = tuple[int, int, int]
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# The palette: the colours that are there most, and those that the others are least like.
_FREQUENT, _MOST = 128, 256


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_SIGNATURE)
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += length + 12


def _paeth(left: int, above: int, corner: int) -> int:
    estimate = left + above - corner
    distances = abs(estimate - left), abs(estimate - above), abs(estimate - corner)
    return (left, above, corner)[distances.index(min(distances))]


def _unfiltered(kind: int, line: bytearray, above: bytes, width: int) -> bytes:
    """Return the bytes of a line, which PNG stores as differences from its neighbours; a pixel has `width` bytes."""
    for place in range(len(line)) if kind else ():
        left = line[place - width] if place >= width else 0
        corner = above[place - width] if place >= width else 0
        guess = (left, above[place], (left + above[place]) // 2, _paeth(left, above[place], corner))[kind - 1]
        line[place] = (line[place] + guess) & 255
    return bytes(line)


def _lines(data: bytes) -> Iterator[list[Colour]]:
    chunks = [*_chunks(data)]
    head = next(content for name, content in chunks if name == b"IHDR")
    columns, _, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", head)
    if (depth, interlaced) != (8, 0) or kind not in {2, 6}:
        raise ValueError(f"not a PNG as Chromium writes it: depth {depth}, color type {kind}")
    width = 4 if kind == 6 else 3
    stored = zlib.decompress(b"".join(content for name, content in chunks if name == b"IDAT"))
    size = columns * width
    above = bytes(size)
    for start in range(0, len(stored), size + 1):
        above = _unfiltered(stored[start], bytearray(stored[start + 1 : start + 1 + size]), above, width)
        yield [(above[at], above[at + 1], above[at + 2]) for at in range(0, size, width)]


def _difference(one: Colour, other: Colour) -> int:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2


def _palette(counted: Counter[Colour]) -> list[Colour]:
    palette = [colour for colour, _ in counted.most_common(_FREQUENT)]
    missing = {
        colour: min(_difference(colour, each) for each in palette) for colour in counted if colour not in {*palette}
    }
    while missing and len(palette) < _MOST:
        chosen = max(missing, key=lambda colour: counted[colour] * missing[colour])
        palette.append(chosen)
        del missing[chosen]
        missing = {colour: min(least, _difference(colour, chosen)) for colour, least in missing.items()}
    return palette


def _nearest(colour: Colour, palette: list[Colour]) -> int:
    differences = [_difference(colour, each) for each in palette]
    return differences.index(min(differences))


def _chunk(name: bytes, content: bytes) -> bytes:
    checked = name + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def smaller(data: bytes) -> bytes:
    """Return a picture with 256 colours at most; a colour that goes becomes the one that is most like it."""
    lines = [*_lines(data)]
    counted = Counter(colour for line in lines for colour in line)
    palette = _palette(counted)
    numbers = {colour: number for number, colour in enumerate(palette)}
    numbers |= {colour: _nearest(colour, palette) for colour in counted if colour not in numbers}
    rows = b"".join(b"\0" + bytes([numbers[colour] for colour in line]) for line in lines)
    head = struct.pack(">IIBBBBB", len(lines[0]), len(lines), 8, 3, 0, 0, 0)
    return b"".join(
        [
            _SIGNATURE,
            _chunk(b"IHDR", head),
            _chunk(b"PLTE", b"".join(map(bytes, palette))),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        ]
    )
