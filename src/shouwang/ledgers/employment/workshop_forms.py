"""Forms of workshops."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from shouwang.ledgers.employment.forms import Sections, day_field
from shouwang.ledgers.employment.models import Workshop
from shouwang.ledgers.employment.workshop_queries import People


class RecognitionForm(forms.Form):
    """The county's recognition."""

    document = forms.CharField(label="认定文件", max_length=120, help_text="文件名称和文号。")
    recognised_on = day_field("认定日期")

    def __init__(self, *args: Any, workshop: Workshop | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if workshop is not None:
            self.initial.update({name: getattr(workshop, name) for name in self.fields})


def people_field(label: str, help_text: str = "") -> forms.IntegerField:
    """A number of people."""
    return forms.IntegerField(label=f"{label}（人）", min_value=0, max_value=100_000, help_text=help_text)


class ReviewForm(forms.Form):
    """What somebody found there today; the fields begin with the last review, before the first with whom the ledger knows."""

    running = forms.TypedChoiceField(
        label="是否正常开工", choices=(("1", "是"), ("0", "否")), coerce=lambda v: v == "1", widget=forms.RadioSelect, initial="1"
    )
    workers = people_field("在车间务工")
    poor_workers = people_field("其中贫困劳动力")
    steady = people_field("其中稳定务工")
    problems = forms.CharField(
        label="存在问题", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text="没有正常开工的须写明原因；不写个人姓名。"
    )  # fmt: skip
    sections: ClassVar[Sections] = (("今天所见", ("running", "workers", "poor_workers", "steady", "problems")),)

    def __init__(self, *args: Any, workshop: Workshop, known: People, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source: Any = known if workshop.reviewed_on is None else workshop
        self.initial.update({name: getattr(source, name) for name in ("workers", "poor_workers", "steady")})
