"""Reading notices: text in, clauses and dated duties out. Plain Python, no Django."""

from .model import Clause, Contact, Duty, Heading, NoticeReading, ReadingError
from .reader import read_file, read_notice

__all__ = ["Clause", "Contact", "Duty", "Heading", "NoticeReading", "ReadingError", "read_file", "read_notice"]
