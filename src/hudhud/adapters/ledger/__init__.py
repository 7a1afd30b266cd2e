"""The ledger: a record told in pages that a journalist can read, English and Arabic, with the proof of every entry."""

from hudhud.adapters.ledger.pages import ledger_files
from hudhud.adapters.ledger.site import write_site

__all__ = ["ledger_files", "write_site"]
