"""Static files: hashed names once collected, plain names before (tests and the first start of a checkout)."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise publishes no types
    """Falls back to the plain name where collectstatic has not run, so that tests need no collected files."""

    manifest_strict = False
