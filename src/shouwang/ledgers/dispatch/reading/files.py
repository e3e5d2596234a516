from .model import ReadingError
from pathlib import Path
def file_text(source, *, name=None):
    return Path(source).read_text()
