"""Tables: foreign keys point down, every app has migrations, names are those of the glossary."""

import importlib.util
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import ForeignKey, ManyToManyField, Model

ROOT = Path(__file__).parents[2]
LEDGER_ORDER = (
    ("registry",),
    ("exchange",),
    ("impact",),
    ("monitoring", "employment", "produce", "credit", "projects", "publicity", "care"),
    ("rectification",),
    ("supervision",),
    ("dispatch",),
)
OURS = [a for a in apps.get_app_configs() if a.name.startswith("shouwang.")]
MODELS = [m for a in OURS for m in a.get_models()]


def rank(model: type[Model]) -> float:
    """The floor of a model's app: kernel 0, then the ledgers in import order, then the portal."""
    label = model._meta.app_label
    if model._meta.app_config.name.startswith("shouwang.kernel"):  # type: ignore[union-attr]  # installed models have one
        return 0
    for floor, labels in enumerate(LEDGER_ORDER, 1):
        if label in labels:
            return floor
    return len(LEDGER_ORDER) + 1


def relations() -> list[tuple[type[Model], ForeignKey | ManyToManyField]]:
    return [(m, f) for m in MODELS for f in m._meta.get_fields() if isinstance(f, ForeignKey | ManyToManyField)]


def test_foreign_keys_point_to_the_same_floor_or_down():
    upward = [f"{m._meta.label}.{f.name}" for m, f in relations() if rank(m) < rank(f.related_model)]
    siblings = [
        f"{m._meta.label}.{f.name}"
        for m, f in relations()
        if rank(m) == rank(f.related_model) > 0 and m._meta.app_label != f.related_model._meta.app_label
    ]
    assert (upward, siblings) == ([], [])


def test_a_lower_table_gets_no_attribute_from_a_higher_one():
    named = [f"{m._meta.label}.{f.name}" for m, f in relations() if rank(m) > rank(f.related_model) and not f.remote_field.hidden]
    assert named == []


@pytest.mark.parametrize("app", [a.name for a in OURS if list(a.get_models())])
def test_app_has_migrations(app):
    """An app without the package gets no tables, and Django says nothing."""
    found = importlib.util.find_spec(f"{app}.migrations")
    assert found is not None
    assert list(Path(str(found.origin)).parent.glob("0001_*.py"))


@pytest.mark.django_db
def test_migrations_match_the_models():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_constraint_is_named_after_what_it_holds():
    unnamed = [f"{m._meta.label}: {c.name}" for m in MODELS for c in m._meta.constraints if "%" in c.name or len(c.name) < 8]
    assert unnamed == []


def test_ledger_models_are_in_the_glossary_under_their_chinese_name():
    """A row of GLOSSARY.md joins the Chinese term and the one English name: a model that gives itself a name stands there with it."""
    rows = [line for line in (ROOT / "GLOSSARY.md").read_text("utf-8").splitlines() if line.startswith("|")]
    missing = []
    for model in MODELS:
        if not model._meta.app_config.name.startswith("shouwang.ledgers"):  # type: ignore[union-attr]  # installed models have one
            continue
        name, chinese = model.__name__, str(model._meta.verbose_name)
        own = not chinese.isascii()
        if not any(f"`{name}`" in row and (not own or chinese in row) for row in rows):
            missing.append(f"{name} {chinese if own else ''}".strip())
    assert missing == []
