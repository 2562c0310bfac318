"""Pages of the ledgers: what is to be done by whom until when, the responsibility sheet, backlog, hand-over, campaigns."""
