"""The encrypted field through every way Django writes and reads."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import uuid
from typing import Any

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Count, F
from django.db.models.functions import Lower
from django.forms import modelform_factory
from django.test.utils import CaptureQueriesContext, isolate_apps

from shouwang.kernel.errors import Refused
from shouwang.kernel.privacy import BlindTag, CellRefused, EncryptedTextField, KeyRefused, Sealed
from shouwang.kernel.privacy.keys import keyring
from shouwang.kernel.privacy.models_datakey import DataKey
from shouwang.kernel.privacy.sealed import UNBOUND, UNREADABLE
from tests.kernel.privacy.sample import Identified, Person

ID = "110101190001010015"
PHONE = "13900001234"
pytestmark = pytest.mark.usefixtures("vault")


def make(**kw: Any) -> Person:
    return Person.objects.create(**{"name": "王小明", "id_number": ID, "phone": PHONE, "note": "高血压", **kw})


def raw(person: Person, column: str = "id_number") -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM privacy_sample_person WHERE id = %s", [person.pk])  # noqa: S608 - a column named in this file
        return bytes(cursor.fetchone()[0])


class TestStored:
    def test_save_round_trips_and_stores_no_plaintext(self) -> None:
        person = make()
        again = Person.objects.get(pk=person.pk)
        assert (again.id_number.reveal(), again.phone.reveal(), again.note.reveal()) == (ID, PHONE, "高血压")
        stored = raw(person) + raw(person, "phone") + raw(person, "note")
        assert ID.encode() not in stored and PHONE.encode() not in stored and "高血压".encode() not in stored

    def test_two_rows_with_one_text_have_different_cells_and_the_same_tag(self) -> None:
        a, b = make(), make()
        assert raw(a)[:16] == raw(b)[:16]
        assert raw(a)[16:] != raw(b)[16:]

    def test_a_field_has_tags_of_its_own(self) -> None:
        person = make(id_number="440500190001018", phone="440500190001018")
        assert raw(person)[:16] != raw(person, "phone")[:16]

    def test_none_and_empty_text_are_null_where_null_is_allowed(self) -> None:
        person = make(id_number=None, phone="")
        assert (person.id_number, person.phone) == (None, None)
        again = Person.objects.get(phone__isnull=True)
        assert (again.id_number, again.phone) == (None, None)

    def test_empty_text_is_sealed_where_null_is_not_allowed(self) -> None:
        assert Person.objects.get(pk=make(note="").pk).note.reveal() == ""

    def test_bulk_create_seals_each_row_for_itself(self) -> None:
        Person.objects.bulk_create([Person(name=str(n), id_number=f"{n:018d}") for n in range(3)])
        rows = Person.objects.order_by("name")
        assert [p.id_number.reveal() for p in rows] == [f"{n:018d}" for n in range(3)]
        assert len({p.id_number.stored for p in rows}) == 3

    def test_bulk_update_renews_cell_and_search_tag_together(self) -> None:
        people = [make(), make()]
        for n, person in enumerate(people):
            person.phone = f"1380000000{n}"
        Person.objects.bulk_update(people, ["phone"])
        assert [p.phone.reveal() for p in Person.objects.order_by("pk")] == ["13800000000", "13800000001"]
        assert Person.objects.get(phone__blind="13800000001").pk == people[1].pk
        assert not Person.objects.filter(phone__blind=PHONE).exists()

    def test_save_with_update_fields_renews_the_search_tag(self) -> None:
        person = make()
        person.phone = "13800000009"
        person.save(update_fields=["phone"])
        assert Person.objects.filter(phone__blind="13800000009").count() == 1

    def test_saving_what_was_read_writes_the_same_bytes(self) -> None:
        before = raw(make())
        person = Person.objects.get()
        person.save()
        assert raw(person) == before

    def test_update_without_a_row_is_refused(self) -> None:
        make()
        with pytest.raises(TypeError, match="assign it to the instance"):
            Person.objects.update(phone=PHONE)

    def test_update_to_null_works(self) -> None:
        make()
        Person.objects.update(phone=None)
        assert Person.objects.get().phone is None

    def test_other_types_are_refused(self) -> None:
        with pytest.raises(TypeError, match="takes text, Sealed or None, not int"):
            Person(name="x", phone=13900001234)

    def test_a_mask_is_not_taken_for_a_value(self) -> None:
        person = make()
        with pytest.raises(Refused, match="星号"):
            person.phone = str(person.phone)

    def test_free_text_may_hold_a_star(self) -> None:
        assert make(note="* 复诊").note.reveal() == "* 复诊"


class TestRows:
    def test_a_value_of_another_row_is_sealed_anew(self) -> None:
        person = make()
        other = Person(name="乙", id_number=person.id_number)
        assert other.id_number.reveal() == ID
        assert other.id_number.stored != person.id_number.stored
        assert other.id_number.uid == other.uid

    def test_a_value_of_another_column_is_sealed_anew(self) -> None:
        person = make()
        person.note = person.phone
        person.save()
        assert Person.objects.get().note.reveal() == PHONE

    def test_a_copied_row_with_a_new_uid_is_sealed_anew_on_save(self) -> None:
        person = Person.objects.get(pk=make().pk)
        person.pk, person.uid = None, uuid.uuid4()
        person._state.adding = True
        person.save()
        assert [p.id_number.reveal() for p in Person.objects.all()] == [ID, ID]

    def test_a_uid_given_as_text_is_the_same_row(self) -> None:
        uid = uuid.uuid4()
        Person.objects.create(name="甲", uid=str(uid), phone=PHONE)
        assert Person.objects.get(uid=uid).phone.reveal() == PHONE

    @pytest.mark.parametrize("column", ["id_number", "phone", "note"])
    def test_bytes_moved_to_another_row_do_not_open(self, column: str) -> None:
        a, b = make(), make(id_number="110101190001020010", phone="13900005678", note="正常")
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE privacy_sample_person SET {column} = %s WHERE id = %s", [raw(a, column), b.pk])  # noqa: S608 - a column named in this file
        with pytest.raises(CellRefused, match="移到了别的行"):
            getattr(Person.objects.get(pk=b.pk), column).reveal()

    def test_bytes_moved_to_another_column_do_not_open(self) -> None:
        person = make()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE privacy_sample_person SET phone = id_number")
        with pytest.raises(KeyRefused, match="“identity”类数据密钥，此处应为“contact”类"):
            Person.objects.get(pk=person.pk).phone.reveal()

    def test_an_exchanged_search_tag_is_noticed(self) -> None:
        a, b = make(), make(id_number="110101190001020010")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE privacy_sample_person SET id_number = %s WHERE id = %s", [raw(b)[:16] + raw(a)[16:], a.pk])
        with pytest.raises(CellRefused):
            Person.objects.get(pk=a.pk).id_number.reveal()

    def test_sealed_as_keeps_cells_readable_after_a_rename(self) -> None:
        old = Person._meta.get_field("phone").spec
        with isolate_apps("tests"):

            class Renamed(models.Model):
                uid = models.UUIDField(default=uuid.uuid4)
                mobile = EncryptedTextField(data_class="contact", mask="phone", blind=True, sealed_as="privacy_sample_person.phone")

                class Meta:
                    app_label = "tests"

        uid = uuid.uuid4()
        assert Sealed(old.seal(PHONE, uid), Renamed._meta.get_field("mobile").spec, uid).reveal() == PHONE

    def test_an_abstract_field_seals_under_the_concrete_table(self) -> None:
        assert Person._meta.get_field("phone").spec.place == "privacy_sample_person.phone"
        assert not hasattr(Identified._meta.get_field("phone"), "_spec")


class TestReading:
    def test_only_with_uid_reads_in_one_query(self) -> None:
        make()
        with CaptureQueriesContext(connection) as queries:
            assert Person.objects.only("uid", "phone").get().phone.reveal() == PHONE
        assert len(queries) == 1

    def test_only_without_uid_says_so_and_fetches_nothing(self) -> None:
        make()
        with CaptureQueriesContext(connection) as queries:
            person = Person.objects.only("phone").get()
            assert str(person.phone) == UNBOUND
            with pytest.raises(CellRefused, match="同时读取 uid"):
                person.phone.reveal()
        assert len(queries) == 1

    def test_a_deferred_field_is_fetched_when_asked_for(self) -> None:
        make()
        assert Person.objects.defer("phone").get().phone.reveal() == PHONE

    def test_refresh_binds_again(self) -> None:
        person = make()
        Person.objects.get().save()
        person.refresh_from_db()
        assert person.phone.reveal() == PHONE
        person.refresh_from_db(fields=["phone"])
        assert person.phone.reveal() == PHONE

    def test_values_are_bound_by_hand(self) -> None:
        make()
        row = Person.objects.values("uid", "phone").get()
        assert row["phone"].of(row["uid"]).reveal() == PHONE
        assert repr(row["phone"]) == f"<Sealed privacy_sample_person.phone {UNBOUND}>"

    def test_values_through_a_relation(self) -> None:
        make(friend=make())
        row = Person.objects.filter(friend__isnull=False).values("friend__uid", "friend__phone").get()
        assert row["friend__phone"].of(row["friend__uid"]).reveal() == PHONE

    def test_select_related_binds_to_the_related_row(self) -> None:
        make(friend=make(phone="13800000001"), phone="13800000002")
        person = Person.objects.select_related("friend").get(friend__isnull=False)
        assert (person.phone.reveal(), person.friend.phone.reveal()) == ("13800000002", "13800000001")

    def test_a_damaged_cell_shows_as_unreadable_and_can_be_replaced(self, caplog: pytest.LogCaptureFixture) -> None:
        person = make()
        with connection.cursor() as cursor:
            whole = raw(person, "phone")
            cursor.execute("UPDATE privacy_sample_person SET phone = %s", [whole[:-1] + bytes([whole[-1] ^ 1])])
        damaged = Person.objects.get()
        with caplog.at_level(logging.ERROR):
            assert str(damaged.phone) == UNREADABLE
        assert "privacy_sample_person.phone does not open" in caplog.text
        fresh = Person.objects.get()
        fresh.phone = PHONE
        assert damaged.phone != fresh.phone
        fresh.save()
        assert Person.objects.get(pk=person.pk).phone.reveal() == PHONE


class TestSearch:
    @pytest.mark.parametrize("typed", [ID, "１１０１０１１９０００１０１００１５", " 110101 19000101 0015 ", "110101-19000101-0015"])
    def test_exact_search_is_deaf_to_spelling(self, typed: str) -> None:
        person = make()
        make(id_number="110101190001020010")
        assert list(Person.objects.filter(id_number__blind=typed)) == [person]

    def test_fifteen_digits_and_eighteen_are_one_person(self) -> None:
        old, new = make(id_number="440524000101005"), make(id_number="44052419000101005x")
        assert set(Person.objects.filter(id_number__blind="44052419000101005X")) == {old, new}
        assert set(Person.objects.filter(id_number__blind="440524000101005")) == {old, new}

    def test_blind_in_finds_several(self) -> None:
        people = [make(phone=f"1380000000{n}") for n in range(4)]
        found = Person.objects.filter(phone__blind_in=["13800000001", "+86 138-0000-0003", "13800000008"])
        assert set(found) == {people[1], people[3]}

    @pytest.mark.parametrize("nothing", ["", "  ", "--", None])
    def test_nothing_searched_finds_nothing(self, nothing: Any) -> None:
        make(phone="-")
        make(phone=None)
        assert not Person.objects.filter(phone__blind=nothing).exists()
        assert not Person.objects.filter(phone__blind_in=[]).exists()

    def test_values_without_search_form_do_not_look_alike(self) -> None:
        a, b = make(phone="-"), make(phone="-")
        assert raw(a, "phone")[:16] != raw(b, "phone")[:16]

    def test_negated_and_joined_search(self) -> None:
        make(friend=make(phone="13800000001"))
        assert Person.objects.exclude(phone__blind="13800000001").count() == 1
        assert Person.objects.filter(friend__phone__blind="13800000001").count() == 1

    def test_duplicates_group_by_the_tag(self) -> None:
        make(), make(), make(phone="13800000001")
        groups = Person.objects.annotate(tag=BlindTag("phone")).values("tag").annotate(n=Count("pk")).filter(n__gt=1)
        assert [g["n"] for g in groups] == [2]

    def test_a_unique_constraint_on_the_tag_holds(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE UNIQUE INDEX sample_once ON privacy_sample_person (SUBSTR(id_number, 1, 16))")
        make()
        with pytest.raises(IntegrityError), transaction.atomic():
            make()
        make(id_number=None), make(id_number=None)

    def test_search_uses_the_index(self) -> None:
        make()
        query = Person.objects.filter(id_number__blind=ID).order_by()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
        assert "sample_id_number_blind" in query.explain()

    def test_the_query_holds_no_plaintext(self) -> None:
        query = Person.objects.filter(id_number__blind=ID)
        assert ID not in str(query.query) and ID not in repr(query.query.where)
        with CaptureQueriesContext(connection) as queries:
            list(query)
        assert ID not in queries[0]["sql"]

    @pytest.mark.parametrize("lookup", ["id_number", "id_number__exact", "id_number__contains", "id_number__in", "id_number__gt"])
    def test_other_comparisons_are_refused(self, lookup: str) -> None:
        with pytest.raises(FieldError):
            Person.objects.filter(**{lookup: ID})

    def test_transforms_are_refused(self) -> None:
        with pytest.raises(FieldError):
            Person.objects.filter(id_number__lower=ID)
        assert isinstance(Lower("name"), Lower)

    def test_a_field_without_blind_index_is_not_searched(self) -> None:
        with pytest.raises(TypeError, match=r"privacy_sample_person\.note has no blind index"):
            Person.objects.filter(note__blind="x")

    def test_tags_under_a_retired_blind_key_are_still_found(self) -> None:
        from django.utils import timezone

        from shouwang.kernel.privacy.rotation import start_rotation

        old = make()
        start_rotation(["blind"], timezone.now())
        new = make()
        assert raw(old)[:16] != raw(new)[:16]
        assert set(Person.objects.filter(id_number__blind=ID)) == {old, new}


class TestNeverShown:
    def shows(self, value: Any) -> list[str]:
        encoded = json.dumps({"v": value}, default=str, ensure_ascii=False)
        return [str(value), repr(value), f"{value}", "%s %r" % (value, value), encoded, repr([value]), repr({"k": value})]  # noqa: UP031 - the old form is what logging uses

    @pytest.mark.parametrize(("column", "secret"), [("id_number", ID), ("phone", PHONE), ("note", "高血压")])
    def test_text_forms_show_the_mask_only(self, column: str, secret: str) -> None:
        for person in (make(), Person.objects.first()):
            for text in self.shows(getattr(person, column)):
                assert secret not in text

    def test_the_masks(self) -> None:
        person = Person.objects.get(pk=make().pk)
        assert (str(person.id_number), str(person.phone), str(person.note)) == ("110101********0015", "139****1234", "***")

    def test_plain_json_refuses(self) -> None:
        with pytest.raises(TypeError, match="not JSON serializable"):
            json.dumps({"phone": make().phone})

    @pytest.mark.usefixtures("installed")
    def test_pickles_hold_ciphertext(self) -> None:
        for thing in (make(), Person.objects.get(), Person.objects.get().phone):
            for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
                data = pickle.dumps(thing, protocol)
                assert ID.encode() not in data and PHONE.encode() not in data and "高血压".encode() not in data
                again = pickle.loads(data)  # noqa: S301 - made on the line above
                assert (again if isinstance(again, Sealed) else again.phone).reveal() == PHONE

    @pytest.mark.usefixtures("installed")
    def test_the_instance_dict_and_deep_copies_hold_no_plaintext(self) -> None:
        person = make()
        person.phone = "13811112222"
        held = repr(vars(copy.deepcopy(person))) + repr([v.stored for v in vars(person).values() if isinstance(v, Sealed)])
        assert "13811112222" not in held and ID not in held

    def test_logging_shows_the_mask(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.INFO):
            logging.getLogger("shouwang.test").info("phone %s", make().phone)
        assert PHONE not in caplog.text and "139****1234" in caplog.text

    @pytest.mark.usefixtures("installed")
    def test_a_dump_holds_ciphertext_and_loads_again(self) -> None:
        person = make(phone=None)
        dump = serializers.serialize("json", [person])
        assert ID not in dump and "高血压" not in dump
        Person.objects.all().delete()
        for loaded in serializers.deserialize("json", dump):
            loaded.save()
        again = Person.objects.get()
        assert (again.id_number.reveal(), again.phone) == (ID, None)


class TestEquality:
    def test_equal_texts_are_equal_and_hash_alike(self) -> None:
        a, b = make(), make(phone="13800000001")
        assert a.id_number == b.id_number and hash(a.id_number) == hash(b.id_number)
        assert a.phone != b.phone

    def test_the_same_text_typed_again_is_no_change(self) -> None:
        person = Person.objects.get(pk=make().pk)
        before = person.phone
        person.phone = PHONE
        assert person.phone == before and person.phone.stored != before.stored

    def test_a_sealed_value_never_equals_a_plain_text(self) -> None:
        assert make().phone != PHONE
        assert make().phone not in (None, "", [], {})

    def test_unbound_values_are_equal_only_as_bytes(self) -> None:
        make()
        first, again = (Person.objects.values_list("phone", flat=True).get() for _ in range(2))
        assert first == again and first != Person.objects.get().phone

    def test_a_value_names_its_key(self) -> None:
        assert make().phone.key_id == DataKey.objects.get(data_class="contact", retired_at=None).key_id


class TestForms:
    def test_a_form_left_as_it_is_changes_nothing_and_a_typed_text_replaces(self) -> None:
        form_class = modelform_factory(Person, fields=["phone"])
        person = Person.objects.get(pk=make().pk)
        page = form_class(instance=person).as_p()
        assert "139****1234" in page and PHONE not in page
        same = form_class({"phone": "139****1234"}, instance=person)
        assert same.is_valid() and same.save().phone.reveal() == PHONE
        other = form_class({"phone": "13800000001"}, instance=person)
        assert other.is_valid() and other.save().phone.reveal() == "13800000001"
        empty = form_class({"phone": ""}, instance=person)
        assert empty.is_valid() and empty.save().phone is None

    def test_max_length_is_the_forms(self) -> None:
        form = modelform_factory(Person, fields=["id_number"])({"id_number": "1" * 41})
        assert not form.is_valid()


class TestDeclared:
    def test_migrations_get_every_option(self) -> None:
        field = EncryptedTextField(data_class="contact", mask="phone", blind=True, sealed_as="t.c", null=True)
        _, path, args, kwargs = field.deconstruct()
        assert path == "shouwang.kernel.privacy.fields.EncryptedTextField" and args == []
        assert kwargs == {"data_class": "contact", "mask": "phone", "blind": True, "sealed_as": "t.c", "null": True}
        assert EncryptedTextField(data_class="case").deconstruct()[3] == {"data_class": "case", "mask": "text"}

    def test_an_unknown_data_class_is_refused(self) -> None:
        with pytest.raises(ValueError, match="secret"):
            EncryptedTextField(data_class="secret")

    def test_checks_pass_for_the_sample(self) -> None:
        assert [e for f in Person._meta.concrete_fields for e in f.check() if e.id.startswith("privacy")] == []

    @isolate_apps("tests")
    def test_checks_want_uid_first_and_a_searchable_kind(self) -> None:
        class Late(models.Model):
            note = EncryptedTextField(data_class="case", blind=True)
            uid = models.UUIDField(default=uuid.uuid4)

            class Meta:
                app_label = "tests"

        class Without(models.Model):
            note = EncryptedTextField(data_class="case")

            class Meta:
                app_label = "tests"

        assert [e.id for e in Late._meta.get_field("note").check()] == ["privacy.E001", "privacy.E002"]
        assert [e.id for e in Without._meta.get_field("note").check()] == ["privacy.E001"]

    def test_the_attribute_of_the_class_is_the_descriptor(self) -> None:
        assert Person.phone.field is Person._meta.get_field("phone")

    def test_expressions_in_filters_still_work_beside_it(self) -> None:
        make()
        assert Person.objects.filter(pk=F("pk"), phone__isnull=False).count() == 1

    def test_without_a_data_key_sealing_in_a_transaction_is_refused(self) -> None:
        DataKey.objects.all().delete()
        keyring().forget()
        with pytest.raises(KeyRefused, match="shouwang keys init"):
            Person(name="x", note="y")
        with pytest.raises(KeyRefused, match="盲索引密钥"):
            Person(name="x", phone=PHONE)
