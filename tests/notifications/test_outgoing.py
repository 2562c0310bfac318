"""Messages: one for each person and event, at a decent hour, never sent twice blindly, never called sent when only a file was written."""

import json
import threading
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from django.core import mail
from django.utils import timezone

from tests.world import SHANGHAI
from xinqiao import http_client
from xinqiao.notifications import inbox, messages, outgoing
from xinqiao.notifications.models import Channel, Message, OptOut, State

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=SHANGHAI)


def owe(**changes) -> Message | None:
    facts = {"at": NOON, "purpose": "accepted", "event_id": 7, "matter_id": 3, **changes}
    return outgoing.owe(Channel.SMS, facts.pop("to", "13800138000"), "【临江】您好。", **facts)


class Gateway(BaseHTTPRequestHandler):
    """A carrier for tests: answers what it is told to."""

    status, body, seen, drop = 200, b'{"code": "OK", "id": "g-1"}', [], False

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).seen.append((self.path, dict(self.headers), content.decode()))
        if self.drop:
            self.connection.close()
            return
        self.send_response(self.status)
        if self.status == 302:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        try:
            self.wfile.write(self.body)
        except OSError:
            pass

    def log_message(self, *_args):
        pass


@pytest.fixture
def gateway(settings):
    class Mine(Gateway):
        seen = []

    server = ThreadingHTTPServer(("127.0.0.1", 0), Mine)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.XINQIAO_SMS = "http"
    settings.XINQIAO_SMS_URL = f"http://127.0.0.1:{server.server_port}/send?to=$mobile"
    settings.XINQIAO_SMS_SUCCESS = '"OK"'
    settings.XINQIAO_SMS_HEADERS = '{"X-Key": "k"}'
    yield Mine
    server.shutdown()
    server.server_close()


@pytest.mark.django_db
class TestOwe:
    def test_the_same_event_is_told_to_the_same_person_once(self):
        assert owe() and owe() is None
        assert owe(to="13900139000") and owe(event_id=8)
        assert Message.objects.count() == 3

    def test_recipient_and_text_are_sealed(self):
        row = Message.objects.values().get(pk=owe().pk)
        assert not [value for value in row.values() if "13800138000" in str(value) or "您好" in str(value)]

    def test_who_opted_out_gets_none_until_opting_in(self):
        outgoing.opt_out("sms", "13800138000", at=NOON)
        assert owe() is None
        outgoing.opt_in("sms", "13800138000")
        assert owe() and not OptOut.objects.exists()

    def test_without_a_carrier_it_is_said_so(self, settings):
        settings.XINQIAO_SMS = "off"
        assert owe().state == State.NOT_CONFIGURED
        assert outgoing.send_next("w", at=NOON) is None

    @pytest.mark.parametrize(
        ("hour", "minute", "day", "until", "why"),
        [
            (20, 59, 3, 20, "still evening"),
            (21, 0, 4, 8, "night: tomorrow at eight"),
            (2, 30, 3, 8, "night: this morning at eight"),
            (8, 0, 3, 8, "morning"),
        ],
    )
    def test_nobody_is_woken(self, hour, minute, day, until, why):
        sent_at = outgoing.after_quiet_hours(NOON.replace(hour=hour, minute=minute)).astimezone(SHANGHAI)
        assert (sent_at.day, sent_at.hour) == (day, until), why

    def test_what_is_urgent_goes_out_at_night(self):
        night = NOON.replace(hour=23)
        assert owe(at=night, urgent=True).next_try_at == night
        assert owe(at=night, event_id=9).next_try_at > night

    def test_quiet_hours_can_be_switched_off(self, settings):
        settings.XINQIAO_QUIET_HOURS = (0, 0)
        night = NOON.replace(hour=3)
        assert outgoing.after_quiet_hours(night) == night


@pytest.mark.django_db
class TestSpool:
    def test_a_line_in_a_file_is_spooled_and_never_called_sent(self, settings, tmp_path):
        settings.XINQIAO_SPOOL = tmp_path
        owed = owe()
        message = outgoing.send_next("w", at=NOON)
        (line,) = (tmp_path / "sms.jsonl").read_text(encoding="utf-8").splitlines()
        assert json.loads(line) == {
            "key": owed.key,
            "to": "13800138000",
            "subject": outgoing.SUBJECT,
            "text": "【临江】您好。",
        }
        assert (message.state, Message.objects.get().state) == (State.SPOOLED, "spooled")
        assert Path(tmp_path / "sms.jsonl").stat().st_mode & 0o077 == 0
        assert outgoing.send_next("w", at=NOON) is None


@pytest.mark.django_db
class TestHttp:
    def test_sends_one_message_with_its_key_and_keeps_the_gateways_number(self, gateway):
        owed = owe()
        message = outgoing.send_next("w", at=NOON)
        ((path, headers, body),) = gateway.seen
        assert path == "/send?to=13800138000" and headers["X-Key"] == "k" and headers["Idempotency-Key"] == owed.key
        assert json.loads(body) == {"id": owed.key, "mobile": "13800138000", "text": "【临江】您好。"}
        assert (message.state, message.provider_id, message.sent_at) == (State.SENT, "g-1", NOON)

    def test_a_text_cannot_break_out_of_the_body(self, gateway):
        outgoing.send_sms("13800138000", '您", "mobile": "1\n$key', at=NOON, purpose="received")
        assert json.loads(gateway.seen[0][2])["text"] == '您", "mobile": "1\n$key'
        assert json.loads(gateway.seen[0][2])["mobile"] == "13800138000"

    @pytest.mark.parametrize(
        ("status", "body", "state", "why"),
        [
            (200, b'{"code": "BALANCE"}', "failed", "the gateway's own word of success is missing"),
            (400, b"", "failed", "refused"),
            (302, b"", "failed", "redirects are not followed"),
            (429, b"", "waiting", "busy: nothing was taken"),
            (503, b"", "waiting", "busy: nothing was taken"),
            (500, b"", "unknown", "it broke, perhaps after sending"),
            (200, b"x" * (http_client.ANSWER_BYTES + 10), "unknown", "an answer nobody can read"),
        ],
    )
    def test_each_answer_is_understood(self, gateway, status, body, state, why):
        gateway.status, gateway.body = status, body
        owe()
        assert outgoing.send_next("w", at=NOON).state == state, why
        assert len(gateway.seen) == 1

    def test_a_lost_answer_is_unknown_and_not_sent_again(self, gateway):
        gateway.drop = True
        owe()
        assert outgoing.send_next("w", at=NOON).state == State.UNKNOWN
        assert outgoing.send_next("w", at=NOON + timedelta(days=3)) is None

    def test_with_a_gateway_that_knows_keys_it_is_tried_again_under_the_same_key(self, gateway, settings):
        settings.XINQIAO_SMS_IDEMPOTENT = True
        gateway.drop = True
        owe()
        assert outgoing.send_next("w", at=NOON).state == State.WAITING
        gateway.drop = False
        assert outgoing.send_next("w", at=NOON + timedelta(hours=1)).state == State.SENT
        keys = {headers["Idempotency-Key"] for _path, headers, _body in gateway.seen}
        assert len(gateway.seen) == 2 and len(keys) == 1

    def test_no_connection_is_tried_again_and_given_up_in_the_end(self, settings):
        settings.XINQIAO_SMS, settings.XINQIAO_SMS_URL = "http", "http://127.0.0.1:1/"
        owe()
        at, states = NOON, []
        for _ in range(outgoing.TRIES):
            message = outgoing.send_next("w", at=at)
            states.append(message.state)
            at = message.next_try_at + timedelta(seconds=1)
        assert states == [State.WAITING] * (outgoing.TRIES - 1) + [State.FAILED]

    def test_a_sender_that_died_leaves_unknown_and_not_a_second_message(self, gateway):
        owe()
        claimed, _before = outgoing._claim("victim", at=NOON)
        assert outgoing.send_next("heir", at=NOON + timedelta(seconds=119)) is None
        message = outgoing.send_next("heir", at=NOON + timedelta(seconds=121))
        assert (message.pk, message.state) == (claimed.pk, State.UNKNOWN)
        assert gateway.seen == []


class TestAddresses:
    @pytest.mark.parametrize(
        ("address", "private", "loopback", "allowed", "why"),
        [
            ("8.8.8.8", False, False, True, "public"),
            ("10.1.2.3", False, False, False, "inner network, not allowed by the operator"),
            ("10.1.2.3", True, False, True, "inner network, allowed"),
            ("127.0.0.1", True, False, False, "this machine"),
            ("127.0.0.1", False, True, True, "this machine, in tests"),
            ("169.254.169.254", True, False, False, "where clouds keep secrets"),
            ("::1", True, False, False, "this machine"),
            ("fe80::1", True, False, False, "link-local"),
            ("0.0.0.0", True, False, False, "unspecified"),
            ("224.0.0.1", True, False, False, "multicast"),
        ],
    )
    def test_only_where_the_operator_means(self, address, private, loopback, allowed, why):
        given = http_client.may_talk_to(ip_address(address), private_network=private, loopback=loopback)
        assert given is allowed, why

    @pytest.mark.parametrize(
        "url", ["http://example.org/", "ftp://x/", "https://u:p@x/", "https://x:99999/", "https:///", "//"]
    )
    def test_a_wrong_address_is_not_reached(self, url):
        with pytest.raises(http_client.NotReached):
            http_client.post(url, b"", {})


@pytest.mark.django_db
class TestMail:
    def test_one_recipient_a_subject_that_says_nothing_and_a_stable_id(self, settings):
        settings.XINQIAO_MAIL = "smtp"
        owed = outgoing.owe(
            Channel.EMAIL, "wang@example.cn", "【临江】您好。", at=NOON, purpose="accepted", event_id=1, matter_id=1
        )
        assert outgoing.send_next("w", at=NOON).state == State.SENT
        (sent,) = mail.outbox
        assert (sent.to, sent.subject, sent.cc, sent.bcc) == (["wang@example.cn"], outgoing.SUBJECT, [], [])
        assert owed.key in sent.extra_headers["Message-ID"]


@pytest.mark.django_db
class TestAtOnce:
    def test_a_login_code_goes_out_now_and_is_not_kept(self, settings, tmp_path):
        settings.XINQIAO_SPOOL = tmp_path
        text = outgoing.login_code_text("482913")
        message = outgoing.send_sms("13800138000", text, at=NOON.replace(hour=23), purpose="login_code")
        assert message.state == State.SPOOLED and "482913" in (tmp_path / "sms.jsonl").read_text(encoding="utf-8")
        assert Message.objects.get().text == ""

    def test_a_failure_is_said_and_the_code_never_comes_late(self, settings):
        settings.XINQIAO_SMS, settings.XINQIAO_SMS_URL = "http", "http://127.0.0.1:1/"
        message = outgoing.send_sms("13800138000", "验证码1", at=NOON, purpose="login_code")
        assert message.state == State.FAILED
        assert outgoing.send_next("w", at=NOON + timedelta(days=30)) is None

    def test_two_codes_to_one_number_are_two_messages(self):
        for _ in range(2):
            outgoing.send_sms("13800138000", "验证码1", at=NOON, purpose="login_code")
        assert Message.objects.count() == 2


class TestWords:
    def test_every_text_is_signed_warns_and_fits_three_parts_of_an_sms(self):
        for purpose, text in messages.TEXTS.items():
            words = messages.compose(
                text, site="临江地区网上信访", number="9901002026030200012", unit="临江地区住房和城乡建设局",
                due_on=NOON.date(), code="123456",
            )  # fmt: skip
            assert words.startswith("【临江地区网上信访】") and words.endswith(messages.NO_MONEY), purpose
            assert len(words) <= 3 * 67 and "{" not in words and "您" in words, purpose
            assert "http" not in words, "no links"

    def test_a_sentence_with_an_unknown_date_is_left_out(self):
        words = messages.compose(messages.TEXTS["answered"], site="临江", number="9901002026030200012")
        assert "复查" not in words and "答复来了" in words

    def test_what_is_neutral_names_neither_unit_nor_petition(self):
        for purpose in messages.TEXTS:
            if purpose == "login_code":
                continue
            text = messages.text_for(purpose, neutral=True)
            assert "unit" not in text.words and "信访" not in text.words and "举报" not in text.words, purpose


@pytest.mark.django_db
class TestInbox:
    def test_shown_counted_and_marked_only_for_who_may_open_the_matter(self):
        from tests.world import World

        world = World()
        matter = world.signed_in(timezone.localtime().strftime("%Y-%m-%d %H:%M"))
        people = [world.xu_handles, world.wu_at_police]
        assert inbox.tell(people, "有期限临近，请抓紧办理。", matter=matter, event_id=1, at=NOON) == 1
        inbox.tell(people, "有期限临近，请抓紧办理。", matter=matter, event_id=1, at=NOON)
        assert (inbox.unread_count(world.xu_handles), inbox.unread_count(world.wu_at_police)) == (1, 0)
        (row,) = inbox.recent(world.xu_handles)
        assert row.matter.pk == matter.pk
        assert inbox.mark_read(world.xu_handles, at=NOON, matter_id=matter.pk) == 1
        assert inbox.unread_count(world.xu_handles) == 0 and inbox.recent(world.xu_handles)[0].read_at == NOON

    def test_a_matter_that_was_hidden_since_disappears_from_the_bell(self):
        from tests.world import World
        from xinqiao.matters.secrecy import add_accused

        world = World()
        matter = world.signed_in(timezone.localtime().strftime("%Y-%m-%d %H:%M"))
        inbox.tell([world.xu_handles], "有期限临近，请抓紧办理。", matter=matter, event_id=1, at=NOON)
        add_accused(matter, organisations=[world.housing])
        assert inbox.unread_count(world.xu_handles) == 0 and inbox.recent(world.xu_handles) == []
