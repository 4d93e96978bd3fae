"""PDF: pages to sections, and clear words for what cannot be read. The files are written here, byte by byte."""

from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter

from shoal.grounding.formats.pdf import read_pdf
from shoal.grounding.sections import Unreadable


def pdf(*pages: str, title: str | None = None) -> bytes:
    """A PDF with these texts, a line for each of their lines."""
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for at, page in enumerate(pages):
        drawn = " T* ".join(f"({line}) Tj" for line in page.split("\n"))
        stream = f"BT /F1 12 Tf 14 TL 40 700 Td {drawn} ET" if page else ""
        font = "/Resources << /Font << /F1 3 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] {font} /Contents {5 + 2 * at} 0 R >>")
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    body = b"%PDF-1.4\n"
    places = []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}trailer << /Root 1 0 R /Size {len(places) + 1} >>\n"
    body += f"{end}startxref\n{len(body)}\n%%EOF\n".encode("latin-1")
    if title is None:
        return body
    writer = PdfWriter(PdfReader(BytesIO(body)))
    writer.add_metadata({"/Title": title})
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def texts(content: bytes) -> list[tuple[str, str]]:
    return [(section.title, section.blocks[0].text) for section in read_pdf(content, "file")]


def test_a_page_is_a_section() -> None:
    assert texts(pdf("One.", "Two.")) == [("file › page 1", "One."), ("file › page 2", "Two.")]
    assert texts(pdf("One.", title="The book")) == [("The book › page 1", "One.")]


def test_words_divided_at_the_margin_are_joined() -> None:
    assert texts(pdf("A long exam-\nple of it.")) == [("file › page 1", "A long example of it.")]


def test_a_sentence_over_two_pages_stays_whole() -> None:
    assert texts(pdf("It begins", "and ends here. Then more.")) == [
        ("file › page 1", "It begins\nand ends here."),
        ("file › page 2", "Then more."),
    ]


def test_headers_and_page_numbers_are_left_out() -> None:
    pages = [f"The handbook\nText of {name}.\nPage {at}" for at, name in enumerate(("cod", "herring", "plaice"), 1)]
    assert [text for _, text in texts(pdf(*pages))] == ["Text of cod.", "Text of herring.", "Text of plaice."]


def test_encrypted_files_are_named() -> None:
    writer = PdfWriter(PdfReader(BytesIO(pdf("Secret."))))
    writer.encrypt("password", algorithm="RC4-128")
    with pytest.raises(Unreadable, match="encrypted"):
        read_pdf(written(writer), "file")


def test_an_empty_password_opens() -> None:
    writer = PdfWriter(PdfReader(BytesIO(pdf("Open."))))
    writer.encrypt("", owner_password="owner", algorithm="RC4-128")
    assert texts(written(writer)) == [("file › page 1", "Open.")]


def test_scans_are_named() -> None:
    with pytest.raises(Unreadable, match="text layer"):
        read_pdf(pdf("", ""), "file")


@pytest.mark.parametrize("content", [b"not a pdf", b"%PDF-1.4\n", pdf("One.")[:150], b"%PDF-1.7\n" + bytes(500)])
def test_damaged_files_are_named(content: bytes) -> None:
    with pytest.raises(Unreadable, match="damaged"):
        read_pdf(content, "file")
