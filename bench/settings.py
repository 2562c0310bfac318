"""The PostgreSQL server while a measuring database is filled. Measured is with the program's own settings.

Nothing has to survive a power cut, because the database can be filled again; the last thing a filling server does is a checkpoint.
"""

FILLING = {
    "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "wal_level": "minimal", "max_wal_senders": "0",
    "autovacuum": "off", "max_wal_size": "4GB", "checkpoint_timeout": "30min", "shared_buffers": "1GB", "max_parallel_maintenance_workers": "2",
}  # fmt: skip
BUILDING = (
    "SET maintenance_work_mem = '1GB'", "SET max_parallel_maintenance_workers = 2", "SET statement_timeout = 0", "SET lock_timeout = 0",
)  # fmt: skip
