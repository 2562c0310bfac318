"""`xinqiao verify-export`: whoever receives an exported log can check it without a database."""

import json

import pytest

from xinqiao import cli
from xinqiao.crypto import signing
from xinqiao.exports import audit_log


@pytest.fixture
def log(tmp_path):
    manifest = {"file": "audit.csv", "rows": 1, "digest_algorithm": "sha256", "digest": ""}
    from xinqiao import crypto

    data = b"chain,seq\r\n1,1\r\n"
    manifest["digest"] = crypto.digest(data, "sha256")
    path = tmp_path / "log.zip"
    path.write_bytes(audit_log._archive("csv", data, manifest))
    return path


class TestVerifyExport:
    def test_says_that_it_is_unchanged(self, log, capsys):
        assert cli.main(["verify-export", str(log)]) == cli.OK
        assert "一致" in capsys.readouterr().out

    def test_says_that_it_was_changed(self, log, capsys):
        log.write_bytes(log.read_bytes().replace(b"PK\x05\x06", b"PK\x05\x07"))
        assert cli.main(["verify-export", str(log)]) == cli.FAILED
        assert "不可信" in capsys.readouterr().out

    def test_with_keys_of_another_installation_it_does_not_hold(self, log, tmp_path, capsys):
        assert cli.main(["verify-export", str(log), "--keys", str(tmp_path)]) == cli.FAILED
        key = signing.current().public
        (tmp_path / f"{key.key_id}.public.json").write_text(json.dumps(key.as_dict()))
        assert cli.main(["verify-export", str(log), "--keys", str(tmp_path)]) == cli.OK
        capsys.readouterr()

    def test_no_such_file_is_said(self, tmp_path, capsys):
        assert cli.main(["verify-export", str(tmp_path / "none.zip")]) == cli.USAGE
        assert "打不开" in capsys.readouterr().err
