"""Privacy: field classes, masks, encrypted fields with blind search, sealed files, keys. docs/algorithms/field-encryption.md.

Import models only through kernel/models.py: this package can be imported before Django's apps are loaded.
"""

from shouwang.kernel.privacy.classes import (
    FieldClass,
    Group,
    Privacy,
    classify,
    misdeclared,
    open_to_scope,
    personal,
    sensitive,
    shown,
    unclassified,
)
from shouwang.kernel.privacy.errors import CellRefused, KeyRefused
from shouwang.kernel.privacy.fields import BlindTag, EncryptedTextField
from shouwang.kernel.privacy.keys import DataClass, keyring, make_missing_keys
from shouwang.kernel.privacy.masks import MaskKind, mask
from shouwang.kernel.privacy.sealed import Sealed
from shouwang.kernel.privacy.streams import open_stream, seal_stream

__all__ = [
    "BlindTag",
    "CellRefused",
    "DataClass",
    "EncryptedTextField",
    "FieldClass",
    "Group",
    "KeyRefused",
    "MaskKind",
    "Privacy",
    "Sealed",
    "classify",
    "keyring",
    "make_missing_keys",
    "mask",
    "misdeclared",
    "open_stream",
    "open_to_scope",
    "personal",
    "seal_stream",
    "sensitive",
    "shown",
    "unclassified",
]
