import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kernel.official import balance_title
from shouwang.kernel.official.layout import em_width


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("龙湖区关于疫情影响情况的报告", ["龙湖区关于疫情影响情况的报告"]),
        ("关于2026年10月防止返贫监测帮扶工作情况的通报", ["关于2026年10月防止返贫", "监测帮扶工作情况的通报"]),
        (
            "汕头市龙湖区扶贫工作领导小组办公室关于疫情对脱贫攻坚工作影响及应对举措情况的报告",
            ["汕头市龙湖区扶贫工作领导小组办公室", "关于疫情对脱贫攻坚工作影响", "及应对举措情况的报告"],
        ),
        (
            "汕头市扶贫开发领导小组关于转发《广东省2020年扶贫工作要点》的通知",
            ["汕头市扶贫开发领导小组关于转发", "《广东省2020年扶贫工作要点》的通知"],
        ),
    ],
)
def test_title_breaks_between_words(title: str, lines: list[str]) -> None:
    assert balance_title(title) == lines


def test_line_breaks_of_the_author_stay() -> None:
    assert balance_title("关于甲的\n 报告 ") == ["关于甲的", "报告"]


def test_empty_title_has_no_line() -> None:
    assert balance_title(" \n") == []


def test_quoted_name_longer_than_a_line_is_cut_and_never_leaves_a_bracket_alone() -> None:
    lines = balance_title("关于印发《甲市乙区丙街道巩固拓展脱贫攻坚成果同乡村振兴有效衔接工作实施方案》的通知")
    assert len(lines) == 3
    assert not any(line[0] in "》的，、" or line[-1] in "《（" for line in lines)


@given(st.text(alphabet="关于的报告疫情影响甲乙丙2020年月《》（）、，ab ", max_size=70))
def test_lines_fit_lose_nothing_and_hold_words(title: str) -> None:
    lines = balance_title(title)
    assert "".join("".join(lines).split()) == "".join(title.split())
    assert all(0 < em_width(line) <= 20 for line in lines)


@given(st.lists(st.sampled_from(["脱贫攻坚", "疫情", "影响", "工作", "情况", "返岗", "帮扶"]), min_size=6, max_size=18))
def test_known_words_stay_whole(words: list[str]) -> None:
    lines = balance_title("".join(words))
    starts = {0}
    for word in words:
        starts.add(max(starts) + len(word))
    at = 0
    for line in lines:
        assert at in starts
        at += len(line)
