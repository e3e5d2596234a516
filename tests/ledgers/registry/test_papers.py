"""The household's file: what the catalogue asks, what is kept, run out, waived or taken out; sets and pages agree."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from shouwang.kernel.attachments.models import Attachment
from shouwang.kernel.attachments.queries import attachments_of
from shouwang.kernel.audit.models import Event
from shouwang.kernel.clock import DEMO_DATE
from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.models import Setting
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry import paper_actions, papers
from shouwang.ledgers.registry.models import Household, Paper
from tests.factories.accounts import City, make_user, sign_in
from tests.factories.registry import TODAY, add_helper, add_income, add_member, add_paper, add_status, add_visit, make_household

SYSTEM = Scope.system()
POOR = {"household_book", "application", "check_sheet", "appraisal", "posting", "agreement", "income_sheet", "helper_visits"}


@pytest.fixture(autouse=True)
def home(request: Any, tmp_path: Path, db: None) -> Iterator[None]:  # noqa: ARG001 - opens the database
    site = request.getfixturevalue("settings")
    site.SHOUWANG_HOME = site.STATIC_ROOT = tmp_path
    Setting.objects.create(key=DEMO_DATE, value=TODAY.isoformat())
    yield


@pytest.fixture
def household(city: City) -> Household:
    made = make_household(city.at("440513100001"), head_name="陈样板")
    add_status(made, standing="poor")
    add_member(made)
    return made


def picture(name: str = "户口簿.png", colour: str = "#ffffff") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/png")


def asked(household: Household, today: dt.date = TODAY) -> set[str]:
    return {s.entry.code for s in papers.slots(household, today) if s.needed}


def short(household: Household, today: dt.date = TODAY) -> set[str]:
    return {s.entry.code for s in papers.slots(household, today) if s.open}


def entry(code: str) -> papers.Entry:
    found = papers.entry(code, TODAY)
    assert found is not None
    return found


def keep_all(household: Household) -> None:
    for slot in papers.slots(household, TODAY):
        if slot.needed:
            add_paper(household, slot.entry.code, member=slot.member)


class TestCatalogue:
    def test_codes_fit_the_role_of_an_attachment_and_groups_are_known(self) -> None:
        for found in papers.catalogue(TODAY):
            assert len(found.code) <= 20
            assert found.per in ("household", "member")
            assert found.group in {"identity", "base", "income", "housing", "assistance", "health", "education", "labour"}

    def test_a_poor_household_of_one_owes_the_papers_of_its_standing(self, household: Household) -> None:
        assert asked(household) == POOR | {"id_card"}

    def test_standing_house_and_members_add_papers(self, household: Household) -> None:
        Household.objects.filter(pk=household.pk).update(registration="exited", monitoring="unstable", housing_grade="d")
        add_member(household, relation="son", birth_date=dt.date(2010, 1, 1), school_status="primary")
        add_member(household, relation="mother", sex="female", assistance="dibao", health="severe", disability_type=1, disability_grade=2)
        wanted = {
            "exit_confirmation",
            "consent",
            "housing_assessment",
            "school_proof",
            "dibao_certificate",
            "illness_papers",
            "disability_card",
        }
        assert asked(household) == POOR | {"id_card"} | wanted

    def test_an_ordinary_household_owes_none(self, city: City) -> None:
        made = make_household(city.villages[0])
        add_member(made)
        assert asked(made) == set()
        assert not papers.incomplete(Household.objects.all(), TODAY).exists()

    def test_a_child_has_no_card_to_copy_before_sixteen(self, household: Household) -> None:
        child = add_member(household, relation="son", birth_date=dt.date(2004, 2, 18), school_status="junior")
        cards = {s.member.pk for s in papers.slots(household, TODAY) if s.entry.code == "id_card" and s.needed and s.member}
        assert child.pk not in cards
        cards = {
            s.member.pk for s in papers.slots(household, TODAY + dt.timedelta(1)) if s.entry.code == "id_card" and s.needed and s.member
        }
        assert child.pk in cards

    def test_a_paper_is_asked_for_only_once_its_rule_is_in_force(self, household: Household) -> None:
        Household.objects.filter(pk=household.pk).update(registration="exited", monitoring="cleared")
        assert "clearing_sheet" not in asked(household)
        assert "clearing_sheet" in asked(household, dt.date(2020, 3, 20))

    def test_a_member_who_left_owes_nothing(self, household: Household) -> None:
        add_member(household, relation="son", left_on=TODAY, school_status="primary")
        assert "school_proof" not in asked(household)


class TestCompleteness:
    def test_every_paper_kept_makes_the_file_complete(self, household: Household) -> None:
        keep_all(household)
        assert short(household) == set()
        assert list(papers.complete(Household.objects.all(), TODAY)) == [household]
        assert not papers.incomplete(Household.objects.all(), TODAY).exists()

    def test_one_missing_member_paper_makes_it_incomplete(self, household: Household) -> None:
        keep_all(household)
        add_member(household, relation="spouse", sex="female")
        assert short(household) == {"id_card"}
        assert list(papers.incomplete(Household.objects.all(), TODAY)) == [household]

    def test_a_paper_that_ran_out_is_open_the_day_after(self, household: Household) -> None:
        keep_all(household)
        Paper.objects.filter(code="income_sheet").update(valid_until=TODAY)
        assert short(household) == set()
        assert short(household, TODAY + dt.timedelta(1)) == {"income_sheet"}
        assert list(papers.incomplete(Household.objects.all(), TODAY + dt.timedelta(1))) == [household]

    def test_a_visit_entered_here_stands_for_the_paper_record(self, household: Household) -> None:
        keep_all(household)
        Paper.objects.filter(code="helper_visits").delete()
        assert short(household) == {"helper_visits"}
        add_visit(household, reach="no_answer")
        assert short(household) == {"helper_visits"}
        add_visit(household, visited_on=dt.date(2019, 11, 17))
        assert short(household) == {"helper_visits"}
        visit = add_visit(household, visited_on=dt.date(2019, 11, 18))
        assert short(household) == set()
        assert list(papers.complete(Household.objects.all(), TODAY)) == [household]
        add_visit(household, visited_on=dt.date(2019, 9, 1), corrects=visit)
        assert short(household) == {"helper_visits"}

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
    @given(codes=st.sets(st.sampled_from(sorted(POOR | {"id_card"}))), waived=st.sets(st.sampled_from(sorted(POOR))))
    def test_the_sets_and_the_page_agree_whatever_is_kept(self, household: Household, codes: set[str], waived: set[str]) -> None:
        Paper.objects.all().delete()
        for code in codes:
            add_paper(household, code, member=household.members.get() if code == "id_card" else None)
        for code in waived - codes:
            add_paper(household, code, state="waived", waived_for="原件在上级")
        assert papers.incomplete(Household.objects.all(), TODAY).exists() is bool(short(household))
        assert papers.complete(Household.objects.all(), TODAY).exists() is not bool(short(household))
        assert short(household) == (POOR | {"id_card"}) - codes - waived


class TestKeeping:
    def test_a_paper_is_kept_with_its_date_and_the_end_of_its_validity(self, household: Household) -> None:
        kept = paper_actions.file_paper(
            household, entry("income_sheet"), [picture()], dated_on=dt.date(2020, 1, 31), by=SYSTEM, today=TODAY
        )
        assert (kept.state, kept.dated_on, kept.valid_until) == ("kept", dt.date(2020, 1, 31), dt.date(2021, 2, 27))
        assert [(a.role, a.sensitive) for a in attachments_of(kept)] == [("income_sheet", True)]
        assert {"registry.paper.add"} == set(Event.objects.filter(ledger="registry.paper").values_list("verb", flat=True))

    def test_replacing_takes_the_older_files_off_and_adding_keeps_them(self, household: Household) -> None:
        first = paper_actions.file_paper(household, entry("appraisal"), [picture()], dated_on=TODAY, by=SYSTEM, today=TODAY)
        paper_actions.file_paper(household, entry("appraisal"), [picture("二.png", "#ff0000")], dated_on=TODAY, by=SYSTEM, today=TODAY)
        assert attachments_of(first).count() == 2
        third = picture("三.png", "#00ff00")
        paper_actions.file_paper(household, entry("appraisal"), [third], dated_on=TODAY, replace=True, by=SYSTEM, today=TODAY)
        assert [a.name for a in attachments_of(first)] == ["三.png"]
        assert Event.objects.filter(verb="registry.paper.remove", reason="更换为新材料").count() == 2

    def test_the_last_file_out_makes_the_paper_missing_again(self, household: Household) -> None:
        kept = paper_actions.file_paper(household, entry("appraisal"), [picture()], dated_on=TODAY, by=SYSTEM, today=TODAY)
        assert "appraisal" not in short(household)
        file = attachments_of(kept).get()
        with pytest.raises(Refused, match="须写明理由"):
            paper_actions.remove_file(kept, file.pk, reason="", by=SYSTEM, today=TODAY)
        paper_actions.remove_file(kept, file.pk, reason="传错户", by=SYSTEM, today=TODAY)
        assert "appraisal" in short(household)

    def test_waiving_needs_a_reason_and_can_be_taken_back(self, household: Household) -> None:
        with pytest.raises(Refused, match="须写明理由"):
            paper_actions.waive(household, entry("posting"), reason=" ", by=SYSTEM, today=TODAY)
        waived = paper_actions.waive(household, entry("posting"), reason="原件由镇保管", by=SYSTEM, today=TODAY)
        assert "posting" not in short(household)
        paper_actions.ask_again(waived, by=SYSTEM, today=TODAY)
        assert "posting" in short(household)
        with pytest.raises(Refused, match="没有注明"):
            paper_actions.ask_again(Paper.objects.get(pk=waived.pk), by=SYSTEM, today=TODAY)

    def test_what_is_kept_cannot_be_waived(self, household: Household) -> None:
        paper_actions.file_paper(household, entry("posting"), [picture()], dated_on=TODAY, by=SYSTEM, today=TODAY)
        with pytest.raises(Refused, match="已归档"):
            paper_actions.waive(household, entry("posting"), reason="不需要", by=SYSTEM, today=TODAY)

    @pytest.mark.parametrize(
        ("files", "day", "words"),
        [([], TODAY, "还没有选择文件"), ([picture()], TODAY + dt.timedelta(1), "晚于今天")],
    )
    def test_bad_input_is_refused_and_nothing_written(self, household: Household, files: Any, day: dt.date, words: str) -> None:
        with pytest.raises(Refused, match=words):
            paper_actions.file_paper(household, entry("posting"), files, dated_on=day, by=SYSTEM, today=TODAY)
        assert not Paper.objects.exists()

    def test_a_damaged_picture_undoes_the_whole_upload(self, household: Household) -> None:
        bad = SimpleUploadedFile("坏.png", b"\x89PNG\r\n\x1a\n" + b"0" * 40)
        with pytest.raises(Refused, match="损坏"):
            paper_actions.file_paper(household, entry("posting"), [picture(), bad], dated_on=TODAY, by=SYSTEM, today=TODAY)
        assert (Paper.objects.count(), Attachment.objects.count()) == (0, 0)

    def test_a_member_of_another_household_is_out_of_scope(self, household: Household, city: City) -> None:
        other = add_member(make_household(city.villages[0]))
        with pytest.raises(OutOfScope):
            paper_actions.file_paper(household, entry("id_card"), [picture()], dated_on=TODAY, member=other, by=SYSTEM, today=TODAY)


class TestPages:
    def client(self, city: City, office: str, role: str) -> tuple[Client, Any]:
        user = make_user(f"{office}-{role}", city.offices[office], role)
        return sign_in(Client(), user), user

    def test_upload_from_a_phone_then_open_then_take_out(self, city: City, household: Household) -> None:
        client, _ = self.client(city, "440513100001-cwh", "village_officer")
        page = f"/registry/{household.pk}/papers/"
        said = {"code": "household_book", "day": "1", "file": [picture(), picture("第二页.png", "#123456")]}
        assert client.post(f"{page}add/", said).status_code == 302
        kept = Paper.objects.get()
        assert kept.dated_on == TODAY - dt.timedelta(1)
        text = client.get(page).content.decode()
        assert "第二页.png" in text
        assert '已有 <span class="num">1</span> 份' in text
        file = attachments_of(kept).first()
        assert file is not None
        assert client.get(f"/attachments/{file.pk}/?view=1").status_code == 200
        assert Event.objects.filter(verb="attachments.open").count() == 1
        assert client.post(f"/registry/papers/{kept.pk}/remove/", {"file": file.pk, "reason": "传错户"}).status_code == 302
        assert attachments_of(kept).count() == 1

    def test_a_helper_sees_the_list_but_opens_no_copy_of_an_identity_card(self, city: City, household: Household) -> None:
        member = household.members.get()
        kept = paper_actions.file_paper(household, entry("id_card"), [picture()], dated_on=TODAY, member=member, by=SYSTEM, today=TODAY)
        client, user = self.client(city, "440514-fpb", "helper")
        add_helper(household, user=user)
        text = client.get(f"/registry/{household.pk}/papers/").content.decode()
        assert "民主评议记录" in text
        assert "身份证复印件" not in text
        assert "份材料涉及您无权查看的信息" in text
        assert client.get(f"/attachments/{attachments_of(kept).get().pk}/").status_code == 404

    def test_the_list_filter_and_the_figure_count_the_same_households(self, city: City, household: Household) -> None:
        full = make_household(city.at("440513100001"))
        add_status(full)
        add_member(full)
        add_income(full, wage=1)
        keep_all(full)
        client, _ = self.client(city, "440513-fpb", "office_clerk")
        missing, complete = (client.get(f"/registry/?papers_{k}=1").content.decode() for k in ("missing", "complete"))
        assert (household.code in missing, full.code in missing) == (True, False)
        assert (household.code in complete, full.code in complete) == (False, True)

    @pytest.mark.parametrize("said", [{"code": "nothing"}, {"code": "id_card"}, {"code": "id_card", "member": "999999"}])
    def test_a_place_that_is_not_in_the_catalogue_is_not_found(self, city: City, household: Household, said: dict[str, str]) -> None:
        client, _ = self.client(city, "440513100001-cwh", "village_officer")
        answer = client.post(f"/registry/{household.pk}/papers/add/", {**said, "day": "0", "file": picture()})
        assert answer.status_code == 404
