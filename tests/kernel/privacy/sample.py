"""A throw-away model with encrypted fields; its table is made by the conftest. Its app is not installed: no other test sees it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from shouwang.kernel.privacy import BlindTag, EncryptedTextField, FieldClass, Group, MaskKind, open_to_scope, personal, sensitive


class Identified(models.Model):
    """Abstract: hands an encrypted field down."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    phone = EncryptedTextField("电话", data_class="contact", mask=MaskKind.PHONE, blind=True, null=True, blank=True)

    privacy: ClassVar[dict[str, FieldClass]] = {"phone": sensitive(Group.CONTACT)}

    class Meta:
        abstract = True


class Person(Identified):
    """Stands for a member of a household."""

    name = models.CharField("姓名", max_length=40)
    id_number = EncryptedTextField("证件号码", data_class="identity", mask="id_number", blind=True, null=True, blank=True, max_length=40)
    note = EncryptedTextField("备注", data_class="health", default="")
    friend = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")

    privacy: ClassVar[dict[str, FieldClass]] = {
        "name": personal(Group.BASE, MaskKind.NAME),
        "id_number": sensitive(Group.IDENTITY),
        "note": sensitive(Group.HEALTH),
    }

    class Meta:
        app_label = "privacy_sample"
        verbose_name = "成员"
        indexes = [
            models.Index(BlindTag("id_number"), name="sample_id_number_blind"),
            models.Index(BlindTag("phone"), name="sample_phone_blind"),
        ]


class Careless(models.Model):
    """Declares too little, too much, and wrongly."""

    uid = models.UUIDField(default=uuid.uuid4)
    card = EncryptedTextField("卡号", data_class="account", mask="bank_card", blind=True)
    phone = models.CharField("电话", max_length=20)
    colour = models.CharField("颜色", max_length=20)

    privacy: ClassVar[dict[str, FieldClass]] = {
        "card": open_to_scope(Group.ACCOUNT),
        "phone": personal(Group.CONTACT, MaskKind.PHONE),
        "height": open_to_scope(),
    }

    class Meta:
        app_label = "privacy_sample"


def spoilt(cell: bytes) -> bytes:
    """The cell with one bit of its last byte turned: a byte put in its place would be the same one in 256."""
    return cell[:-1] + bytes([cell[-1] ^ 1])
