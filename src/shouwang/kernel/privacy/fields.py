"""The encrypted model field, and exact search by blind index on it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.core import checks
from django.core.exceptions import EmptyResultSet, FieldDoesNotExist
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, Lookup
from django.db.models.expressions import Col
from django.db.models.query_utils import DeferredAttribute
from django.db.models.sql.compiler import SQLCompiler

from shouwang.kernel.privacy.keys import DataClass
from shouwang.kernel.privacy.masks import MaskKind
from shouwang.kernel.privacy.normal import SEARCHABLE
from shouwang.kernel.privacy.sealed import TAG_BYTES, Sealed, SealSpec
from shouwang.kernel.regions.models import Placed

_DUMPED = "sealed:"

if TYPE_CHECKING:  # the stubs' classes take parameters, Django's do not
    _Field = models.Field[Any, Any]
    _Lookup = Lookup[Any]
else:
    _Field, _Lookup = models.Field, Lookup


class SealedAttribute(DeferredAttribute):
    """The attribute on a model instance: a text put in is sealed at once, what comes out is Sealed or None."""

    field: EncryptedTextField

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        """The value, bound to its row; unbound where the row was read without `uid`: fetching it would cost a query per row."""
        value = super().__get__(instance, cls)
        if instance is None or value is None or value.uid is not None or "uid" not in instance.__dict__:
            return value
        bound = instance.__dict__[self.field.attname] = value.of(_uid(instance))
        return bound

    def __set__(self, instance: models.Model, value: Sealed | str | None) -> None:
        """Seal a text; a value of another row or column is sealed anew for this one."""
        instance.__dict__[self.field.attname] = self.field.accept(instance, value)


def _uid(instance: models.Model) -> UUID:
    """The row's identity; a string given to the constructor is accepted as Django accepts it."""
    uid = instance.uid  # type: ignore[attr-defined]  # every Record has one; EncryptedTextField.check demands it
    return uid if isinstance(uid, UUID) else UUID(str(uid))


class EncryptedTextField(_Field):
    """Text stored as a sealed cell, bound to table, column and the row's `uid`. Empty text is stored as NULL where the field allows it.

    `data_class` picks the data key, `mask` what is shown without a reveal. `blind=True` (ID, phone, card) allows exact search:
    ``filter(phone__blind="138…")``, ``filter(phone__blind_in=[…])``; give the model ``models.Index(BlindTag("phone"), name=…)``.
    No other comparison works. `QuerySet.update()` cannot seal, since it knows no row: assign and save, bulk_create or bulk_update.
    `.only()` must name `uid` too. `sealed_as` ("table.column") keeps old cells readable after a rename of table or column.
    """

    descriptor_class = SealedAttribute
    empty_strings_allowed = False
    description = "Sealed text"
    if TYPE_CHECKING:
        _pyi_private_set_type: Sealed | str
        _pyi_private_get_type: Sealed
        _pyi_lookup_exact_type: Any

    def __init__(
        self,
        verbose_name: str | None = None,
        *,
        data_class: DataClass | str,
        mask: MaskKind | str = MaskKind.TEXT,
        blind: bool = False,
        sealed_as: str = "",
        **kwargs: Any,
    ) -> None:
        self.data_class, self.mask, self.blind, self.sealed_as = DataClass(data_class), MaskKind(mask), blind, sealed_as
        super().__init__(verbose_name, **kwargs)

    @property
    def spec(self) -> SealSpec:
        """How values of this field are sealed; one object per field and model."""
        held: SealSpec | None = self.__dict__.get("_spec")
        if held is None:
            place = self.sealed_as or f"{self.model._meta.db_table}.{self.column}"
            held = self.__dict__["_spec"] = SealSpec(place, str(self.data_class), self.mask, self.blind)
        return held

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        """Joins a model; the copy an abstract base hands down seals under the concrete table's name."""
        self.__dict__.pop("_spec", None)
        super().contribute_to_class(cls, name, private_only)

    def accept(self, instance: models.Model, value: Sealed | str | None) -> Sealed | None:
        """The value as the instance keeps it; raises TypeError for anything but text, Sealed or None."""
        if value is None or (value == "" and self.null):
            return None
        if isinstance(value, str):
            return Sealed.of_text(value, self.spec, _uid(instance))
        if not isinstance(value, Sealed):
            raise TypeError(f"{self.model._meta.label}.{self.name} takes text, Sealed or None, not {type(value).__name__}")
        if value.uid is None:
            held = instance.__dict__.get("uid")
            return value.of(held) if isinstance(held, UUID) else value
        return self._for_row(value, _uid(instance))

    def _for_row(self, value: Sealed, uid: UUID) -> Sealed:
        return value if (value.uid, value.spec) == (uid, self.spec) else Sealed.of_text(value.reveal(), self.spec, uid)

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        """The value to store; a row that got another `uid` since (a copy) is sealed anew."""
        value: Sealed | None = super().pre_save(model_instance, add)
        return None if value is None else self._for_row(value, _uid(model_instance))

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:  # noqa: ARG002 - Django's signature
        """The bytes to store; only a value bound to its row can be written."""
        if not isinstance(value, Sealed):
            if value is None or hasattr(value, "as_sql"):
                return value
            raise TypeError(f"{self.model._meta.label}.{self.name} cannot be sealed without its row: assign it to the instance and save")
        return value.stored

    def from_db_value(self, value: Any, _expression: Any, _connection: BaseDatabaseWrapper) -> Sealed | None:
        """The stored bytes; the attribute binds them to the row."""
        return None if value is None else Sealed(bytes(value), self.spec)

    def get_internal_type(self) -> str:
        """Stored as bytes."""
        return "BinaryField"

    def get_lookup(self, lookup_name: str) -> type[Lookup[Any]] | None:
        """Presence and blind search only: ciphertext compares to nothing."""
        return super().get_lookup(lookup_name) if lookup_name in ("isnull", "blind", "blind_in") else None

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """For migrations."""
        name, path, args, kwargs = cast("tuple[str, str, list[Any], dict[str, Any]]", super().deconstruct())
        kwargs |= {"data_class": str(self.data_class), "mask": str(self.mask)}
        kwargs |= {"blind": True} if self.blind else {}
        kwargs |= {"sealed_as": self.sealed_as} if self.sealed_as else {}
        return name, path, args, kwargs

    def value_to_string(self, obj: models.Model) -> str:
        """Ciphertext for dumpdata: a dump opens only with the keys."""
        value = self.value_from_object(obj)
        return "" if value is None else _DUMPED + base64.b64encode(value.stored).decode()

    def to_python(self, value: Any) -> Any:
        """Back from `value_to_string`; other values as they are."""
        if isinstance(value, str) and value.startswith(_DUMPED):
            return Sealed(base64.b64decode(value.removeprefix(_DUMPED), validate=True), self.spec)
        return value

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        """A text input; it shows the mask and, left as it is, changes nothing."""
        return super().formfield(**{"form_class": forms.CharField, "max_length": self.max_length, **kwargs})

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        """Take a form's text unless it is the mask of what is stored."""
        held = self.value_from_object(instance)
        if held is None or str(data) != str(held):
            super().save_form_data(instance, data)

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Beyond Django's: the model has a `uid` before this field, and blind search is of a kind with one normal form."""
        return [*super().check(**kwargs), *self._check_uid(), *self._check_blind()]

    def _check_uid(self) -> list[checks.CheckMessage]:
        try:
            uid = self.model._meta.get_field("uid")
        except FieldDoesNotExist:
            uid = None
        if isinstance(uid, models.UUIDField) and uid.creation_counter < self.creation_counter:
            return []
        return [checks.Error("needs a UUIDField `uid` declared before it (shouwang.kernel.models.Record)", obj=self, id="privacy.E001")]

    def _check_blind(self) -> list[checks.CheckMessage]:
        if not self.blind or self.mask in SEARCHABLE:
            return []
        return [checks.Error(f"blind search needs a mask of {sorted(SEARCHABLE)}", obj=self, id="privacy.E002")]


def tagged_function(model: type[models.Model], column: str) -> str:
    """Name of the PostgreSQL function (bytea[] → bigint[]) that finds the rows of a blind column by their tags, whoever asks."""
    return f"shouwang_tagged_{hashlib.sha256(f'{model._meta.db_table}.{column}'.encode()).hexdigest()[:16]}"


class BlindTag(Func):
    """The search tag at the head of a blind field: to index, to group by, to make unique."""

    # Literal bounds: an index on an expression is not used for an expression with parameters.
    template = f"SUBSTR(%(expressions)s, 1, {TAG_BYTES})"
    output_field = models.BinaryField()
    arity = 1


@EncryptedTextField.register_lookup
class BlindIn(_Lookup):
    """``field__blind_in=[texts]``: rows whose value is one of them, after normalisation. Keep lists ≤ 500."""

    lookup_name = "blind_in"
    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: Any) -> None:
        spec: SealSpec = lhs.output_field.spec
        if not spec.blind:
            raise TypeError(f"{spec.place} has no blind index")
        # Here and not later: the text must not live on in the query, which logs and errors may print.
        super().__init__(lhs, [tag for text in self.texts(rhs) for tag in spec.tags(text)])

    def texts(self, rhs: Any) -> Iterable[str]:
        """The texts searched for."""
        return list(rhs)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:  # type: ignore[override]  # the stubs ask for a union of list and tuple
        """The comparison in the words of BlindTag, so that its index serves."""
        if not self.rhs:
            raise EmptyResultSet
        sql, params = self.process_lhs(compiler, connection)
        if settings.SHOUWANG_DATABASE_ROLE and connection.vendor == "postgresql" and isinstance(self.lhs, Col):
            model = self.lhs.target.model
            if issubclass(model, Placed):
                # Under row-level security the index on tags is not used, for SUBSTR might tell: candidates come from a function that may.
                key = ".".join(connection.ops.quote_name(n) for n in (self.lhs.alias, str(model._meta.pk.column)))
                return f"{key} = ANY((SELECT {tagged_function(model, str(self.lhs.target.column))}(%s))::bigint[])", [list(self.rhs)]
        marks = ", ".join(["%s"] * len(self.rhs))
        return f"SUBSTR({sql}, 1, {TAG_BYTES}) IN ({marks})", [*params, *self.rhs]


@EncryptedTextField.register_lookup
class Blind(BlindIn):
    """``field__blind="text"``: rows whose value is that text, after normalisation; an empty text matches none."""

    lookup_name = "blind"

    def texts(self, rhs: Any) -> Iterable[str]:
        """The one text."""
        return [str(rhs)] if rhs else []
