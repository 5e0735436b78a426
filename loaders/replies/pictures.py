"""Re-encode a received picture as plain JPEG in a child process, without position, camera data or hidden content.

Only JPEG, PNG and WebP are opened, by Pillow, under the limits of :mod:`loaders.files.sandbox`.
"""

from __future__ import annotations

import base64
import hashlib
import tempfile
from pathlib import Path
from threading import BoundedSemaphore

from loaders.files import sandbox
from loaders.problems import Refused

KINDS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 8 << 20
MOST_POINTS = 60_000_000  # pixels; more than current telephones take, 180 MB decoded
LONGEST_SIDE = 2000
AT_ONCE = BoundedSemaphore(2)  # children; each may need the memory of a large picture
PATIENCE_SECONDS = 30


def cleaned(content: bytes) -> tuple[str, str]:
    """SHA-256 and base64 of the re-encoded picture.

    Raises ``Refused``: ``picture_large``, ``picture_unreadable``, ``store_busy`` (too many pictures at once).
    """
    if len(content) > MOST_BYTES:
        raise Refused("picture_large", value=f"{MOST_BYTES >> 20} MB")
    with tempfile.TemporaryDirectory(prefix="kradan-") as folder:
        source, target = Path(folder) / "in", Path(folder) / "out.jpg"
        source.write_bytes(content)
        if not AT_ONCE.acquire(timeout=PATIENCE_SECONDS):
            raise Refused("store_busy")
        try:
            sandbox.run("loaders.replies.pictures", [str(source), str(target)])
        except Refused as stop:
            if stop.problem.code.startswith("picture_"):
                raise
            raise Refused("picture_unreadable") from stop
        finally:
            AT_ONCE.release()
        done = target.read_bytes()
    return hashlib.sha256(done).hexdigest(), base64.b64encode(done).decode("ascii")


def main(arguments: list[str]) -> bool:
    """In the child process: re-encode the first file into the second."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    source, target = arguments
    Image.MAX_IMAGE_PIXELS = MOST_POINTS
    try:
        with Image.open(source, formats=KINDS) as picture:
            if picture.width * picture.height > MOST_POINTS:
                raise Refused("picture_large", value=f"{MOST_POINTS // 1_000_000} MP")
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            flat = Image.new("RGB", upright.size, "white")
            seen = upright.convert("RGBA")
            flat.paste(seen, mask=seen.getchannel("A"))
            flat.save(target, "JPEG", quality=82)
    except Image.DecompressionBombError:
        raise Refused("picture_large", value=f"{MOST_POINTS // 1_000_000} MP") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise Refused("picture_unreadable") from None
    return True
