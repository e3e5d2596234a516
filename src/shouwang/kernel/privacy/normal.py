"""The one form under which a value is searched: what people type differently and mean the same gets the same blind tag."""

from __future__ import annotations

import re
import unicodedata

from shouwang.kernel.privacy.masks import MaskKind

SEARCHABLE = frozenset({MaskKind.ID_NUMBER, MaskKind.PHONE, MaskKind.BANK_CARD})
# GB 11643-1999: weight of each of the first 17 digits, and the check character by remainder of 11.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


def normal_form(kind: MaskKind, value: str) -> str:
    """The search form of a value; "" when nothing is left of it.

    All kinds: full-width folded, spaces and hyphens dropped. ID: letters upper case, 15 digits raised to 18. Phone: digits only, 86 cut.
    Card: digits only. A phone or card without any digit keeps its letters, so that 无 does not equal 未知.
    """
    plain = value.isascii() and value.isalnum()  # nothing to fold, nothing to drop: nearly every value
    text = (value if plain else re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", value))).upper()
    if kind is MaskKind.ID_NUMBER:
        return eighteen(text) if len(text) == 15 and text.isascii() and text.isdigit() else text
    digits = re.sub(r"[^0-9]", "", text)
    if kind is MaskKind.PHONE:
        digits = re.sub(r"^(?:00)?86(?=1\d{10}$)", "", digits)
    return digits or text


def eighteen(number: str) -> str:
    """The 18-character form of a 15-digit ID number (century 19, check character appended), GB 11643-1999."""
    body = f"{number[:6]}19{number[6:]}"
    return body + check_character(body)


def check_character(body: str) -> str:
    """The check character of the first 17 digits of an ID number, GB 11643-1999."""
    return _CHECK[sum(w * int(d) for w, d in zip(_WEIGHTS, body, strict=True)) % 11]
