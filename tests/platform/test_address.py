"""DATABASE_URL is read without another library."""

import pytest

from xinqiao.database import Address, BadAddress, Limits


class TestAddress:
    @pytest.mark.parametrize(
        ("url", "host", "port", "name", "why"),
        [
            ("postgresql://u:p@db.example:5433/petitions", "db.example", "5433", "petitions", "the usual form"),
            ("postgres://u:p@db.example/petitions", "db.example", "", "petitions", "the short scheme, default port"),
            ("postgresql://u:p@/petitions?host=/run/pg", "/run/pg", "", "petitions", "a socket folder"),
            ("postgresql://u:p@[::1]:5432/petitions", "::1", "5432", "petitions", "IPv6"),
        ],
    )
    def test_reads_every_form(self, url, host, port, name, why):
        address = Address.parse(url)
        assert (address.host, address.port, address.name) == (host, port, name), why
        assert Address.parse(address.url) == address, "writing and reading again changes nothing"

    def test_a_password_may_hold_any_character(self):
        address = Address("owner", "a/b@c:d?e#f%", "/run/心桥", "", "petitions")
        assert Address.parse(address.url) == address

    def test_the_password_is_not_shown(self):
        assert "secret" not in repr(Address.parse("postgresql://u:secret@h/n"))

    def test_options_reach_the_driver_and_limits_are_added(self):
        entry = Address.parse("postgresql://u@h/n?sslmode=require").django(
            limits=Limits(statement_ms=15000, lock_ms=5000), keep_seconds=60
        )
        assert entry["OPTIONS"]["sslmode"] == "require"
        assert entry["OPTIONS"]["options"].split(" -c ") == [
            "-c statement_timeout=15000",
            "lock_timeout=5000",
            "max_parallel_workers_per_gather=0",  # one page never takes the processors of all others
            "jit=off",
            "gin_pending_list_limit=512",  # every search reads the whole waiting list of the index
        ]
        assert entry["CONN_HEALTH_CHECKS"] is True

    @pytest.mark.parametrize("url", ["mysql://h/n", "postgresql://h", "postgresql://h:port/n", "nonsense"])
    def test_says_what_is_wrong(self, url):
        with pytest.raises(BadAddress, match="DATABASE_URL"):
            Address.parse(url)
