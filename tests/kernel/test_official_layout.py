import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kernel.official.layout import Placed, em_width, format_on, head_size, place_signature
from tests.kernel.official_samples import report

FMT = format_on(dt.date(2020, 2, 20))


def test_type_area_is_156_by_225_mm_and_holds_22_lines_of_28_characters() -> None:
    width, height = FMT.page_width - FMT.margin_left - FMT.margin_right, FMT.page_height - FMT.margin_top - FMT.margin_bottom
    assert (width, height) == (156, 225)
    assert FMT.lines_per_page * FMT.line_pitch <= height * 72 / 25.4 < (FMT.lines_per_page + 1) * FMT.line_pitch
    assert FMT.chars_per_line * FMT.em <= width * 72 / 25.4 < (FMT.chars_per_line + 1) * FMT.em


def test_draft_without_date_takes_the_newest_format() -> None:
    assert format_on(None) == format_on(dt.date(2025, 1, 1))


def test_date_before_the_standard_is_an_error_with_a_remedy() -> None:
    with pytest.raises(ValueError, match="2012年6月30日没有可用的公文格式"):
        format_on(dt.date(2012, 6, 30))


def test_width_counts_latin_half_and_points_a_quarter() -> None:
    assert em_width("附件：1.“甲”2020") == 3 + 0.5 + 0.25 + 3 + 2


def _ends(item: Placed) -> float:
    """Room on the right of a line in body characters."""
    if item.centred:
        return (FMT.width_em - item.left - em_width(item.text)) / 2
    return FMT.width_em - item.left - em_width(item.text)


def test_sealed_date_stands_four_from_the_right_and_the_name_is_centred_over_it() -> None:
    name, date = place_signature(report(sealed=True), FMT)
    assert _ends(date) == pytest.approx(4)
    assert (name.text, name.left, name.centred) == ("云岭县扶贫办", date.left, True)


def test_sealed_name_too_long_ends_at_the_edge_over_the_middle_of_the_date() -> None:
    name, date = place_signature(report(sealed=True, signature=["汕头市龙湖区扶贫工作领导小组办公室"]), FMT)
    assert _ends(name) == pytest.approx(0)
    assert (date.text, date.left, date.centred) == ("2020年2月20日", name.left, True)


def test_unsealed_name_stands_two_from_the_right_and_the_date_begins_two_further() -> None:
    name, date = place_signature(report(signature=["汕头市扶贫开发领导小组"]), FMT)
    assert _ends(name) == pytest.approx(2)
    assert (date.text, date.left, date.centred) == ("2020年2月20日", name.left + 2, False)


def test_unsealed_name_shorter_than_the_date_gives_the_date_two_from_the_right() -> None:
    name, date = place_signature(report(signature=["县扶贫办"]), FMT)
    assert _ends(date) == pytest.approx(2)
    assert date.left == name.left + 2


def test_joint_unsealed_names_begin_in_one_column() -> None:
    first, second, date = place_signature(report(signature=["云岭县扶贫办", "云岭县人力资源社会保障局"]), FMT)
    assert first.left == second.left == date.left - 2
    assert _ends(second) == pytest.approx(2)


@pytest.mark.parametrize("sealed", [True, False])
def test_date_of_a_third_wider_figures_still_has_room(sealed: bool) -> None:
    date = place_signature(report(sealed=sealed, signature=["县办"], date=dt.date(2020, 12, 20)), FMT)[-1]
    sides = 2 if date.centred else 1
    room = FMT.width_em - date.left + sides * date.spare
    assert room >= em_width("2020年12月20日") + 8 * 0.5 / 3 + 5 * 0.21  # LibreOffice parts Han and figures by 0.21 characters


def test_draft_has_a_name_without_date() -> None:
    [name] = place_signature(report(date=None), FMT)
    assert _ends(name) == pytest.approx(2)


@given(st.lists(st.text(alphabet="市县区办局a1", min_size=1, max_size=30), max_size=4), st.booleans(), st.dates(dt.date(2012, 7, 1)))
def test_nothing_is_placed_beyond_the_left_edge(names: list[str], sealed: bool, day: dt.date) -> None:
    placed = place_signature(report(signature=names, sealed=sealed, date=day), FMT)
    assert len(placed) == len(names) + 1
    assert all(0 <= item.left < FMT.width_em for item in placed)


@given(st.integers(4, 30))
def test_red_head_never_runs_over_the_line(count: int) -> None:
    size, stretch = head_size("文" * count, FMT)
    assert 32 <= size <= 40
    assert size * count * stretch / 100 <= 156 * 72 / 25.4
