"""The total classification of a model's fields."""

from __future__ import annotations

import pytest
from django.db import models
from django.test.utils import isolate_apps

from shouwang.kernel.privacy import (
    FieldClass,
    Group,
    MaskKind,
    Privacy,
    classify,
    misdeclared,
    open_to_scope,
    personal,
    sensitive,
    shown,
    unclassified,
)
from tests.kernel.privacy.sample import Careless, Person


def test_every_field_of_a_declared_model_has_its_class() -> None:
    assert classify(Person) == {
        "id": open_to_scope(),
        "uid": open_to_scope(),
        "phone": FieldClass(Privacy.SENSITIVE, Group.CONTACT, MaskKind.PHONE),
        "name": FieldClass(Privacy.PERSONAL, Group.BASE, MaskKind.NAME),
        "id_number": FieldClass(Privacy.SENSITIVE, Group.IDENTITY, MaskKind.ID_NUMBER),
        "note": FieldClass(Privacy.SENSITIVE, Group.HEALTH, MaskKind.TEXT),
        "friend": open_to_scope(),
    }
    assert unclassified(Person) == [] and misdeclared(Person) == []


def test_a_forgotten_field_is_named_and_counts_as_sensitive() -> None:
    assert unclassified(Careless) == ["colour"]
    assert classify(Careless)["colour"].level is Privacy.SENSITIVE


def test_contradictions_are_named() -> None:
    assert misdeclared(Careless) == [
        "privacy_sample.Careless.height: declared, but there is no such field",
        "privacy_sample.Careless.card: encrypted, yet declared open",
        "privacy_sample.Careless.card: blind search without an index; add models.Index(BlindTag('card'), name=…)",
        "privacy_sample.Careless.phone: holds phone but is stored readable; use EncryptedTextField",
    ]


@isolate_apps("tests")
def test_a_mask_that_differs_from_the_fields_is_named() -> None:
    from shouwang.kernel.privacy import BlindTag, EncryptedTextField

    class Twice(models.Model):
        uid = models.UUIDField()
        phone = EncryptedTextField(data_class="contact", mask="phone", blind=True)
        privacy = {"phone": sensitive(Group.CONTACT, MaskKind.TEXT)}

        class Meta:
            app_label = "tests"
            constraints = [models.UniqueConstraint(BlindTag("phone"), name="once")]

    assert misdeclared(Twice) == ["tests.Twice.phone: declared mask text differs from the field's phone"]


@isolate_apps("tests")
def test_declarations_of_bases_join_and_the_nearest_wins() -> None:
    class Base(models.Model):
        a = models.IntegerField()
        b = models.IntegerField()
        privacy = {"a": open_to_scope(), "b": open_to_scope()}

        class Meta:
            abstract = True
            app_label = "tests"

    class Child(Base):
        others = models.ManyToManyField("self")
        privacy = {"b": personal(Group.INCOME)}

        class Meta:
            app_label = "tests"

    classes = classify(Child)
    assert (classes["a"], classes["b"], classes["others"]) == (open_to_scope(), personal(Group.INCOME), open_to_scope())


@pytest.mark.parametrize(
    ("field_class", "value", "text"),
    [
        (open_to_scope(), 12, "12"),
        (open_to_scope(), None, ""),
        (personal(Group.BASE), "甲村", "甲村"),
        (personal(Group.BASE, MaskKind.NAME), "王小明", "王**"),
        (sensitive(Group.INCOME), 3200, "***"),
        (sensitive(Group.CONTACT, MaskKind.PHONE), "139****1234", "139****1234"),
        (sensitive(Group.CONTACT, MaskKind.PHONE), "", ""),
    ],
)
def test_shown_masks_by_class(field_class: FieldClass, value: object, text: str) -> None:
    assert shown(field_class, value) == text


def test_levels_are_ordered_and_groups_have_words() -> None:
    assert Privacy.OPEN < Privacy.PERSONAL < Privacy.SENSITIVE
    assert [g.label for g in Group if not g.label] == []
    assert Group("health").label == "健康"
