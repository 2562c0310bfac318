"""Sealed fields, blind indexes, digests, query-code hashes: what a reader of the database can and cannot do."""

import pytest

from xinqiao import crypto


class TestSeal:
    @pytest.mark.parametrize("text", ["王秀兰", "𠮷田龑", "138 0013 8000", "a" * 5000, "🙂"])
    def test_opens_with_its_own_context_only(self, text):
        sealed = crypto.seal(text, context="petitioner.name")
        assert text not in sealed
        assert crypto.open_sealed(sealed, context="petitioner.name") == text
        with pytest.raises(crypto.SealBroken):
            crypto.open_sealed(sealed, context="petitioner.address")

    def test_twice_gives_two_ciphertexts(self):
        assert crypto.seal("王秀兰") != crypto.seal("王秀兰")

    def test_one_changed_character_does_not_open(self):
        sealed = crypto.seal("王秀兰")
        changed = sealed[:-4] + ("AAAA" if sealed[-4:] != "AAAA" else "BBBB")
        with pytest.raises(crypto.SealBroken):
            crypto.open_sealed(changed)

    def test_says_algorithm_and_key(self):
        assert crypto.seal("x").startswith("sm4gcm$1$")

    def test_empty_stays_empty(self):
        assert crypto.seal("") == crypto.open_sealed("") == ""


class TestBlindIndex:
    def test_finds_the_same_value_and_separates_contexts(self):
        mobile = crypto.blind_index("13800138000", context="mobile")
        assert mobile == crypto.blind_index("13800138000", context="mobile")
        assert mobile != crypto.blind_index("13800138000", context="id")
        assert mobile != crypto.blind_index("13800138001", context="mobile")

    def test_is_keyed(self):
        assert crypto.blind_index("13800138000", context="mobile") != crypto.digest(b"mobile\x0013800138000")


class TestDigest:
    def test_sm3_matches_the_standard_example(self):
        assert crypto.digest(b"abc", "sm3") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


class TestSlowHash:
    def test_matches_its_own_secret_only(self, monkeypatch):
        monkeypatch.setattr(crypto, "SLOWNESS", 2**12)  # as in service; all other tests take a quick one
        stored = crypto.slow_hash("0123456789ABCDEF")
        assert crypto.slow_hash_matches("0123456789ABCDEF", stored)
        assert not crypto.slow_hash_matches("0123456789ABCDEG", stored)
        assert not crypto.slow_hash_matches("0123456789ABCDEF", "")
        assert not crypto.slow_hash_matches("", "")
