"""A minimal PDF with a ruled table of Chinese text, written by hand: no library here writes one."""

from collections.abc import Sequence

_FONT = b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>"
_CID = (
    b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo "
    b"<< /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 /FontDescriptor 5 0 R >>"
)
_DESCRIPTOR = (
    b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [0 -200 1000 900] "
    b"/ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 700 /StemV 80 >>"
)


def pdf(
    pages: Sequence[tuple[Sequence[str], Sequence[Sequence[str]]]], width: int = 150, height: int = 24
) -> bytes:
    """Pages of (prose lines, table rows); each cell `width` × `height` points, a line of text at each line break."""
    streams = [_content(prose, rows, width, height) for prose, rows in pages]
    count = len(pages)
    kids = b" ".join(b"%d 0 R" % (6 + 2 * i) for i in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
        _FONT,
        _CID,
        _DESCRIPTOR,
    ]
    for i, stream in enumerate(streams):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 2000 1400] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (7 + 2 * i)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    return _file(objects)


def _content(prose: Sequence[str], rows: Sequence[Sequence[str]], width: int, height: int) -> bytes:
    out: list[str] = []
    top = 1360
    for text in prose:
        out.append(_show(40, top, text))
        top -= 20
    columns = max((len(row) for row in rows), default=0)
    right, bottom = 40 + columns * width, top - len(rows) * height
    out += [f"40 {y} m {right} {y} l S" for y in range(bottom, top + 1, height)]
    out += [f"{x} {top} m {x} {bottom} l S" for x in range(40, right + 1, width)]
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            for k, text in enumerate(reversed(cell.split("\n"))):
                out.append(_show(44 + j * width, top - (i + 1) * height + 8 + 10 * k, text))
    return "\n".join(out).encode("ascii")


def _show(x: int, y: int, text: str) -> str:
    return f"BT /F1 8 Tf {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET"


def _file(objects: Sequence[bytes]) -> bytes:
    body = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(body)
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
        + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    )
