"""Zip archives for tests."""

import io
import zipfile


def archive(*members: bytes, folder: bool = False, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive with these members."""
    with io.BytesIO() as target:
        with zipfile.ZipFile(target, "w", how) as packed:
            if folder:
                packed.writestr("a/", b"")
            for number, member in enumerate(members):
                packed.writestr(f"a/{number}.jsonl", member)
        return target.getvalue()


def encrypted(text: bytes) -> bytes:
    """Return an archive that says in both headers that its member is encrypted."""
    packed = bytearray(archive(text))
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(header) + flags] |= 1
    return bytes(packed)
