"""The `hudhud` command: `main` and one file per verb.  Each verb has `add` (its options) and `command` (its work)."""
