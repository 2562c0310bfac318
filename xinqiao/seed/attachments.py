"""Pictures and scans that some petitioners add: drawn here, checked and kept like everybody's files."""

from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from xinqiao.matters import files
from xinqiao.matters.intake import StoredFile
from xinqiao.rules.stages import Channel, Kind

from .case import Case

WITH_PHOTO, WITH_SCAN = 0.2, 0.06  # a photo is drawn anew in a process of its own, which takes its time
ABOUT_HOUSES = ("城乡建设", "工程质量")  # what the photo shows
ALWAYS = "roof-leak"  # the story of the demonstration has its photo
CHANNELS = {Channel.WEB, Channel.LETTER, Channel.VISIT}
PHOTO, PAGE = (640, 480), (595, 842)


def some(case: Case) -> tuple[StoredFile, ...]:
    """What comes with this submission; most come without."""
    lot = case.rng.random()
    if case.petition.kind is not Kind.REQUEST or case.petition.channel not in CHANNELS:
        return ()
    about_houses = case.petition.content_class[:2] == ABOUT_HOUSES
    if about_houses and (lot < WITH_PHOTO or (case.petition.key == ALWAYS and case.petition.channel is Channel.WEB)):
        return (files.store(photo(case.rng), name="现场照片.png"),)
    if lot > 1 - WITH_SCAN:
        return (files.store(scan(case.rng), name="材料扫描件.pdf"),)
    return ()


def photo(rng: Random) -> bytes:
    """A ceiling with a damp patch."""
    picture = Image.new("RGB", PHOTO, (226, 222, 212))
    pen = ImageDraw.Draw(picture)
    x, y = rng.randint(180, 420), rng.randint(120, 300)
    for ring in range(6):
        wide, high, shade = 170 - ring * 24, 110 - ring * 16, 200 - ring * 14
        pen.ellipse((x - wide, y - high, x + wide, y + high), fill=(shade, shade - 10, shade - 32))
    crack = [(x - 200, y - rng.randint(20, 60))]
    while crack[-1][0] < x + 200:
        crack.append((crack[-1][0] + rng.randint(12, 40), crack[-1][1] + rng.randint(-14, 22)))
    picture = picture.filter(ImageFilter.GaussianBlur(9))
    ImageDraw.Draw(picture).line(crack, fill=(120, 112, 100), width=3)
    return _saved(picture, "PNG")


def scan(rng: Random) -> bytes:
    """A page with lines that nobody can read and a red seal that belongs to nobody."""
    page = Image.new("L", PAGE, 250).convert("RGB")
    pen = ImageDraw.Draw(page)
    for line in range(rng.randint(12, 24)):
        pen.line((70, 120 + line * 26, rng.randint(330, 525), 120 + line * 26), fill=(90, 90, 96), width=4)
    pen.ellipse((380, 660, 480, 760), outline=(198, 60, 52), width=4)
    return _saved(page, "PDF")


def _saved(picture: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    picture.save(out, kind)
    return out.getvalue()
