"""Draw one picture anew: nothing of the sent file survives but what can be seen (secure-checklist 37, 39).

Run as a program of its own (`python -I pictures.py SENT SERVED`), with limits of time and memory: a picture made to hurt a
decoder hurts a process that holds no petition. Knows Pillow and the standard library only.
"""

import contextlib
import resource
import sys

LONGEST_SIDE = 4096  # pixels of the served copy; the original is kept beside it
MOST_PIXELS = 40_000_000
MOST_PIXELS_JPEG = 120_000_000  # decoded at a fraction of its size, so that a telephone's full size is no danger
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MEMORY_BYTES = 1_500 * 1024 * 1024
SECONDS = 20
QUALITY = 88  # of JPEG, per cent
REFUSED = 3  # exit code: the sentence for the reader is on standard output


class PictureRefused(Exception):
    """The picture cannot be taken. The message is for the person who sent it."""


def redraw(sent: str, served: str) -> str:
    """Write the picture `sent` as JPEG or PNG to `served`; returns the media type. Raises PictureRefused."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # our own limit comes before decoding; Pillow's only warns
    with Image.open(sent, formats=FORMATS) as picture:
        _refuse_outsized(picture)
        kind = picture.format
        if kind == "JPEG":
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        picture.seek(0)  # of a moving picture, the first frame
        upright = ImageOps.exif_transpose(picture)
        see_through = kind != "JPEG" and upright.has_transparency_data
        drawn = upright.convert("RGBA" if see_through else "RGB")
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    drawn.info.clear()
    if kind == "JPEG":
        drawn.save(served, "JPEG", quality=QUALITY, optimize=True)
        return "image/jpeg"
    drawn.save(served, "PNG")
    return "image/png"


def _refuse_outsized(picture) -> None:
    width, height = picture.size
    most = MOST_PIXELS_JPEG if picture.format == "JPEG" else MOST_PIXELS
    if width * height > most:
        raise PictureRefused(
            f"图片太大（{width}×{height} 像素，约 {width * height // 10_000} 万像素），"
            f"最多 {most // 10_000} 万像素。请缩小或截图后再上传。"
        )


def _main(sent: str, served: str) -> int:
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        print(redraw(sent, served))
    except PictureRefused as refusal:
        sys.stdout.buffer.write(str(refusal).encode())
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:3]))
