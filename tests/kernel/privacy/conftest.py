"""Tables of the sample models, data keys, and a keyring that remembers nothing of other tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import AppConfig, apps
from django.db import connection

from shouwang.kernel.privacy import keyring, make_missing_keys
from shouwang.kernel.privacy.models_datakey import DataKey
from tests.kernel.privacy import sample
from tests.kernel.privacy.sample import Careless, Person


@pytest.fixture(scope="session")
def tables(django_db_setup: None, django_db_blocker: Any) -> None:  # noqa: ARG001 - asked for its effect
    """Made once for the session; the key table is the kernel's own."""
    with django_db_blocker.unblock():
        there = set(connection.introspection.table_names())
        with connection.schema_editor() as editor:
            for model in (DataKey, Person, Careless):
                if model._meta.db_table not in there:
                    editor.create_model(model)


@pytest.fixture
def vault(tables: None, db: None) -> Iterator[None]:  # noqa: ARG001 - asked for their effect
    """Tables, data keys and an empty keyring, before and after."""
    keyring().forget()
    make_missing_keys()
    yield
    keyring().forget()


@pytest.fixture
def installed() -> Iterator[None]:
    """The sample models as an installed app: for pickles, dumps and the walk over all encrypted columns."""
    config = AppConfig("tests.kernel.privacy", sample)
    config.label, config.apps, config.models = "privacy_sample", apps, apps.all_models["privacy_sample"]
    apps.app_configs["privacy_sample"] = config
    apps.clear_cache()
    yield
    del apps.app_configs["privacy_sample"]
    apps.clear_cache()


@pytest.fixture
def kek_file(tmp_path: Path, settings: Any) -> Path:
    """A place of its own for the key of keys, outside a data folder of its own; nothing is there yet."""
    settings.SHOUWANG_HOME = tmp_path / "data"
    settings.SHOUWANG_KEK_FILE = tmp_path / "keys" / "kek.json"
    return settings.SHOUWANG_KEK_FILE
