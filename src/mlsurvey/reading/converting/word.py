"""Word files (.docx): HTML by mammoth, and Markdown of that."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from mlsurvey.errors import UnreadableError
from mlsurvey.reading.converting.extract import Extract, front_matter, one_line
from mlsurvey.reading.converting.page import markdown

_MOST_UNPACKED = 256 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0"  # the container of encrypted files and of .doc
_TITLE = re.compile(rb"<dc:title>([^<]*)</dc:title>")
_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"


def read_word(data: bytes) -> Extract:
    """The text of a Word file: headings, lists, tables, notes.

    Raises:
        UnreadableError: it is encrypted, broken, without text, or unpacks to far more than its size.
    """
    import mammoth

    if data.startswith(_OLE):
        raise UnreadableError("not read: it is encrypted, or in the format of old versions of Word; save it as .docx")
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            _check_size(packed)
            title = _title(packed)
        # Pictures have no text but their descriptions, and would be most of the HTML.
        pictures = mammoth.images.img_element(lambda image: {"src": ""})
        html = mammoth.convert_to_html(
            BytesIO(data), style_map=_STYLES, convert_image=pictures, ignore_empty_paragraphs=True
        ).value
    except UnreadableError:
        raise
    except RecursionError:
        raise
    except Exception as error:  # what a reader raises on a broken file is not part of its contract
        raise UnreadableError(f"not read: a broken Word file ({type(error).__name__}: {error})") from error
    text = markdown(html)
    if not text:
        raise UnreadableError("not read: it has no text")
    has_heading = bool(re.search(r"^# ", text, re.MULTILINE))
    return Extract(f"{front_matter(title='' if has_heading else title)}{text}\n")


def _check_size(packed: zipfile.ZipFile) -> None:
    """Refuse a file that unpacks to too much, by what its directory states, which zipfile holds readers to."""
    if (size := sum(entry.file_size for entry in packed.infolist())) > _MOST_UNPACKED:
        raise UnreadableError(f"not read: it unpacks to {size:,} bytes, at most {_MOST_UNPACKED:,}")


def _title(packed: zipfile.ZipFile) -> str:
    if "docProps/core.xml" not in packed.namelist():
        return ""
    found = _TITLE.search(packed.read("docProps/core.xml"))
    return one_line(found[1].decode("utf-8", "replace")) if found else ""
