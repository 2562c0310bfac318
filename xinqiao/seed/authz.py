"""The fixture for trying who sees what: two prefectures with every sort of post, one object of each kind, and canaries in every field.

What a citizen says, and who the citizen is, is a word that stands nowhere else (`Canaries`): whoever finds it in an answer knows which
field of which matter has leaked. Everything is made by the real steps. `tests/authz/test_matrix.py` loops over it.
"""

import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.timezone import localdate

from xinqiao import crypto
from xinqiao.api import clients
from xinqiao.documents.models import Document, Status
from xinqiao.matters import files, intake, opinions, steps
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Attachment, Matter, Record, Referral
from xinqiao.organisations import tree
from xinqiao.organisations.models import ContentClass, Officer, Organisation, User
from xinqiao.people.models import Account
from xinqiao.rules.identity import resident_id_check_character
from xinqiao.rules.stages import Channel, Kind, Line, Role, Step

R, L = Role, Line
PREFIX = "authz"


class NotHere(Exception):
    """The fixture does not belong into this database."""


# (key, name, line, level, parent, superior in the line); `{t}` is the prefecture.
REGION = (
    ("region-gov", "云岭测试自治区人民政府", L.GOVERNMENT, 1, "", ""),
    ("region-office", "云岭测试自治区信访局", L.PETITION_OFFICE, 1, "region-gov", ""),
    ("region-housing", "云岭测试自治区住房和城乡建设厅", L.DEPARTMENT, 1, "region-gov", ""),
    ("region-discipline", "云岭测试自治区纪律检查委员会", L.DISCIPLINE, 1, "region-gov", ""),
)
PREFECTURE = (
    ("gov", "{t}地区行政公署", L.GOVERNMENT, 2, "region-gov", ""),
    ("office", "{t}地区信访局", L.PETITION_OFFICE, 2, "gov", "region-office"),
    ("housing", "{t}地区住房和城乡建设局", L.DEPARTMENT, 2, "gov", "region-housing"),
    ("station", "{t}地区住房保障站", L.INSTITUTION, 2, "housing", ""),
    ("water", "{t}地区水利局", L.DEPARTMENT, 2, "gov", ""),
    ("police", "{t}地区公安局", L.POLICE, 2, "gov", ""),
    ("discipline", "{t}地区纪律检查委员会", L.DISCIPLINE, 2, "gov", "region-discipline"),
    ("personnel", "{t}地区党委组织部", L.PERSONNEL, 2, "gov", ""),
    ("court", "{t}地区中级人民法院", L.COURT, 2, "gov", ""),
    ("joint", "{t}地区信访工作联席会议办公室", L.JOINT_CONFERENCE, 2, "gov", ""),
    ("town", "{t}地区柳河镇人民政府", L.GOVERNMENT, 4, "gov", ""),
)
# (key, what, organisation, roles): the sixteen of issue 3, and one for every other role of B.2.
POSTS = (
    ("accused_officer", "被反映单位的承办人", "housing", (R.UNIT_RECEIVER, R.HANDLER)),
    ("accused_head", "被反映单位的负责人", "housing", (R.UNIT_LEADER,)),
    ("subordinate", "被反映单位的下属单位", "station", (R.UNIT_RECEIVER, R.HANDLER, R.UNIT_LEADER)),
    ("handler", "承办人", "water", (R.HANDLER,)),
    ("receiver", "承办单位的收文岗", "water", (R.UNIT_RECEIVER,)),
    ("unit_head", "承办单位的负责人", "water", (R.UNIT_LEADER,)),
    ("sibling", "同级的另一单位", "police", (R.UNIT_RECEIVER, R.HANDLER, R.UNIT_LEADER)),
    ("registrar", "登记员", "office", (R.REGISTRAR,)),
    ("triage", "甄别转办岗", "office", (R.TRIAGE,)),
    ("office_leader", "信访部门负责人", "office", (R.OFFICE_LEADER,)),
    ("supervisor", "督查专员", "office", (R.SUPERVISOR,)),
    ("liaison", "信访部门的纪检监察对接人", "office", (R.DISCIPLINE_LIAISON,)),
    ("discipline", "纪检监察机关的对接人", "discipline", (R.DISCIPLINE_LIAISON,)),
    ("reviewer", "复查复核承办人", "gov", (R.REVIEWER,)),
    ("leader", "接访领导", "office", (R.LEADER,)),
    ("analyst", "分析研判岗", "office", (R.ANALYST,)),
    ("archivist", "档案员", "office", (R.ARCHIVIST,)),
    ("mediator", "调解员", "water", (R.MEDIATOR,)),
    ("joint_conference", "联席办", "joint", (R.JOINT_CONFERENCE,)),
    ("judicial", "政法对接人", "court", (R.JUDICIAL_LIAISON,)),
    ("personnel", "组织人事对接人", "personnel", (R.PERSONNEL_LIAISON,)),
    ("village", "信访信息员", "town", (R.VILLAGE_INFORMATION_OFFICER,)),
    ("system_administrator", "系统管理员", "office", (R.SYSTEM_ADMINISTRATOR,)),
    ("security_administrator", "安全管理员", "office", (R.SECURITY_ADMINISTRATOR,)),
    ("auditor", "审计员", "office", (R.AUDITOR,)),
    ("disabled", "停用的账号（原承办人）", "water", (R.HANDLER, R.UNIT_LEADER)),
)
ABOVE = (
    ("above_leader", "上级信访部门负责人", "region-office", (R.OFFICE_LEADER, R.TRIAGE)),
    ("above_supervisor", "上级督查专员", "region-office", (R.SUPERVISOR,)),
    ("above_unit", "上级主管部门", "region-housing", (R.UNIT_RECEIVER, R.HANDLER, R.UNIT_LEADER)),
)


@dataclass(frozen=True)
class Canaries:
    """One word for each field of one matter. The first five are the identity (C-12), the others what was said or written."""

    name: str
    mobile: str
    id_number: str
    address: str
    email: str
    title: str
    content: str
    request: str
    place: str
    file_name: str
    file_text: str
    note: str
    rating: str


_NAMES = "珂璇琛瑄璟璐璞瑗瑭璎琬瑜琪玥珮珏玮瑛琦珅"


def canaries(tenant: str, number: int) -> Canaries:
    """The words of the matter `number` of a tenant; the mobile and the ID number are well formed and belong to nobody."""
    nth = "ab".index(tenant) * 50 + number
    word = f"{tenant}{number:02d}"
    id_number = f"65900119700101{nth:03d}"
    return Canaries(
        name=f"雒{_NAMES[nth // 20 % 20]}{_NAMES[nth % 20]}",
        mobile=f"139{4_070_000 + nth * 97 + 13:08d}",
        id_number=id_number + resident_id_check_character(id_number),
        address=f"canary-{word}-address",
        email=f"canary-{word}@example.org",
        **{
            name: f"canary-{word}-{name}" for name in ("title", "content", "request", "place", "file_name", "file_text")
        },
        note=f"canary-{word}-note",
        rating=f"canary-{word}-rating",
    )


@dataclass
class Made:
    """One matter of the fixture, as the test needs to know it. Organisations and posts by their keys."""

    key: str
    tenant: str
    matter_id: int
    number: str
    query_code: str
    canaries: dict
    owner: str
    sealed: bool = False
    secrecy: bool = False
    stage: str = ""
    desks: list[dict] = field(default_factory=list)
    accused: list[str] = field(default_factory=list)
    registrar: str = ""
    note_by: str = ""
    letters: list[dict] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)


@transaction.atomic
def run(*, at: datetime, force: bool = False) -> dict:
    """Make the fixture; returns log-ins, query codes, matters and addresses. Raises NotHere where real petitions may be."""
    if not (force or settings.XINQIAO_DEMO):
        raise NotHere("这不是演示或测试环境（XINQIAO_DEMO），没有写入。确实需要时用 --force。")
    if Organisation.objects.filter(key__startswith=f"{PREFIX}-").exists():
        raise NotHere("这个数据库里已经有这套测试数据，没有再写入。")
    return Fixture(at).make()


class Fixture:
    """The fixture while it is being made. `org` and `post` find what was made by key."""

    def __init__(self, at: datetime):
        self.start = at - timedelta(days=8)
        self.orgs: dict[str, Organisation] = {}
        self.posts: dict[str, Officer] = {}
        self.identities: list[dict] = []
        self.matters: list[Made] = []
        self.password = f"Xq-{secrets.token_urlsafe(12)}"  # one for all, other in every fixture

    def make(self) -> dict:
        self._organisations()
        for row in ABOVE:
            self._post("", *row)
        for tenant in "ab":
            for row in POSTS:
                self._post(tenant, *row)
        for tenant in "ab":
            Tenant(self, tenant).make()
        self._disable()
        self._outsiders()
        return self._told()

    def org(self, tenant: str, key: str) -> Organisation:
        return self.orgs.get(f"{tenant}-{key}") or self.orgs[key]

    def _organisations(self) -> None:
        for row in REGION:
            self._organisation("", "", "990000", *row)
        for tenant, name, code in (("a", "甲临", "990200"), ("b", "乙川", "990300")):
            for row in PREFECTURE:
                self._organisation(tenant, name, code, *row)
        tree.place_new(list(self.orgs.values()))

    def _organisation(self, tenant, name, code, key, words, line, level, parent, superior) -> None:
        own = f"{tenant}-{key}" if tenant else key
        full = words.format(t=name)
        self.orgs[own] = Organisation.objects.create(
            key=f"{PREFIX}-{own}",
            name=full,
            short=f"{name}{full[len(name) : len(name) + 2]}" if tenant else "云测",
            line=line,
            level=level,
            parent=self.org(tenant, parent) if parent else None,
            parent_line=self.org(tenant, superior) if superior else None,
            division_code=code if level < 4 else f"{code}101",
            address=f"{full}大院1号",
            phone="0990-5550100",
        )

    def _post(self, tenant: str, key: str, what: str, organisation: str, roles: tuple[Role, ...]) -> None:
        own = f"{tenant}-{key}" if tenant else key
        org = self.org(tenant, organisation)
        user = User.objects.create_user(f"{PREFIX}-{own}", self.password, name=f"测试{what[:6]}{tenant.upper()}")
        post = Officer.objects.create(user=user, organisation=org, title=what[:20], roles=[one.value for one in roles])
        self.posts[own] = Officer.objects.select_related("user", "organisation").get(pk=post.pk)
        self.identities.append(
            {
                "key": own, "tenant": tenant, "what": what, "sort": "officer", "username": user.username, "password": self.password,
                "organisation": org.key.removeprefix(f"{PREFIX}-"), "roles": [one.value for one in roles], "active": key != "disabled",
                "user_id": user.pk, "officer_id": post.pk,
            }
        )  # fmt: skip

    def _disable(self) -> None:
        for key, post in self.posts.items():
            if key.endswith("disabled"):
                User.objects.filter(pk=post.user_id).update(is_active=False)

    def _outsiders(self) -> None:
        self.identities.append(
            {"key": "anonymous", "tenant": "", "what": "匿名访客", "sort": "visitor", "active": True}
        )
        client, token = clients.create(f"{PREFIX}-client", at=self.start, rate=100_000)
        self.identities.append(
            {
                "key": "client",
                "tenant": "",
                "what": "接口客户端",
                "sort": "client",
                "token": token,
                "active": True,
                "client_id": client.pk,
            }
        )
        for owner in dict.fromkeys(one.owner for one in self.matters):
            mine = [one for one in self.matters if one.owner == owner]
            self.identities.append(
                {
                    "key": owner, "tenant": owner[0], "what": "检举人" if "informant" in owner else "信访人", "sort": "citizen",
                    "active": True, "matters": [one.key for one in mine],
                    "query_codes": {one.number: one.query_code for one in mine},
                }
            )  # fmt: skip

    def _told(self) -> dict:
        site = settings.XINQIAO_PUBLIC_URL
        urls = {
            one.key: {
                "desk": site + reverse("workbench:case", args=[one.number]),
                "portal": site + reverse("portal:matter", args=[one.number]),
            }
            for one in self.matters
        }
        parents = {
            key: org.parent.key.removeprefix(f"{PREFIX}-") if org.parent else "" for key, org in self.orgs.items()
        }
        return {
            "site": site,
            "login": site + reverse("workbench:login"),
            "track": site + reverse("portal:track"),
            "identities": self.identities,
            "matters": [asdict(one) for one in self.matters],
            "organisations": {key: {"parent": parents[key], "line": org.line} for key, org in self.orgs.items()},
            "urls": urls,
        }


class Tenant:
    """One prefecture: its matters, each brought by the real steps to where it is needed."""

    def __init__(self, fixture: Fixture, tenant: str):
        self.fixture, self.tenant = fixture, tenant
        self.count = 0
        self.at = fixture.start
        self.content_class = ContentClass.objects.get_or_create(
            code="03-02-authz",
            defaults={"name": "测试分类", "level": 2, "version": "2020", "valid_from": localdate(self.at)},
        )[0]

    def make(self) -> None:
        self.handled()
        self.secret()
        self.report()
        self.fresh_report()
        self.at_window()
        self.suggestion()
        self.under_review()
        self.accused_units_own()
        self.of_a_village()

    def org(self, key: str) -> Organisation:
        return self.fixture.org(self.tenant, key)

    def post(self, key: str) -> Officer:
        return self.fixture.posts[f"{self.tenant}-{key}"]

    # ---- the matters ----------------------------------------------------------------------------------------------------

    def handled(self) -> None:
        """An ordinary request, answered and served, rated; of the first citizen."""
        made = self.file("handled", "citizen")
        self.to_unit(made, "water", "receiver")
        self.answered(made)
        self.take(made, Step.RATE, self.citizen(made), target="office", value="satisfied", text=made.canaries["rating"])
        self.note(made, "handler")
        self.finish(made)

    def secret(self) -> None:
        """A request whose petitioner asks for secrecy, with a draft that nobody has signed; of the second citizen."""
        made = self.file("secret", "other_citizen", secrecy=True)
        self.to_unit(made, "water", "receiver")
        self.accepted(made)
        self.draft(made)
        self.finish(made)

    def report(self) -> None:
        """A report against the housing bureau, passed on sealed to the discipline organ; of the informant."""
        made = self.file("report", "informant", **self.against("housing"))
        self.take(made, Step.REGISTER, self.post("triage"))
        self.classify(made, Kind.REPORT, accused=[self.org("housing")])
        made.accused = [self._key(self.org("housing"))]
        self.take(made, Step.TRANSFER_DISCIPLINE, self.post("liaison"), to=self.org("discipline"))
        self.note(made, "discipline")
        self.finish(made)

    def fresh_report(self) -> None:
        """A report that nobody has registered yet."""
        made = self.file("fresh_report", "informant", **self.against("housing"))
        made.accused = [self._key(self.org("housing"))]
        self.finish(made)

    def at_window(self) -> None:
        """A letter that the registrar entered and that waits to be decided."""
        made = self.file("at_window", "citizen", by=self.post("registrar"), channel=Channel.LETTER)
        made.registrar = f"{self.tenant}-registrar"
        self.take(made, Step.REGISTER, self.post("registrar"))
        self.finish(made)

    def suggestion(self) -> None:
        made = self.file("suggestion", "other_citizen", purpose="suggest")
        self.take(made, Step.REGISTER, self.post("registrar"))
        self.classify(made, Kind.SUGGESTION)
        self.send(made, "police", "sibling")
        self.finish(made)

    def under_review(self) -> None:
        """The opinion was not accepted: the organ above has the request for a review."""
        made = self.file("under_review", "citizen")
        self.to_unit(made, "water", "receiver")
        self.answered(made)
        self.take(
            made,
            Step.REQUEST_REVIEW,
            self.citizen(made),
            organ_id=self.org("gov").pk,
            request="请撤销原意见",
            facts="答复与事实不符",
        )
        self.finish(made)

    def accused_units_own(self) -> None:
        """The accused bureau's ordinary work: it sees this one."""
        made = self.file("of_housing", "other_citizen")
        self.take(made, Step.REGISTER, self.post("registrar"))
        self.classify(made, Kind.REQUEST)
        self.send(made, "housing", "accused_officer")
        self.finish(made)

    def of_a_village(self) -> None:
        """Brought by the village's information officer for somebody who does not write."""
        made = self.file("of_village", "citizen", by=self.post("village"), channel=Channel.AGENT)
        made.registrar = f"{self.tenant}-village"
        self.finish(made)

    # ---- the beats ------------------------------------------------------------------------------------------------------

    def file(self, key: str, owner: str, *, by=None, **changes) -> Made:
        self.count += 1
        words = canaries(self.tenant, self.count)
        raw = {
            "purpose": "solve",
            "channel": "web",
            "title": words.title,
            "content": f"屋后水渠垮了，田里没水。{words.content}",
            "requests": [f"修好水渠 {words.request}"],
            "place": self.org("gov"),
            "place_detail": words.place,
            "people": [
                {
                    "name": words.name,
                    "mobile": words.mobile,
                    "id_number": words.id_number,
                    "address": words.address,
                    "email": words.email,
                }
            ],
            "attachments": [files.store(words.file_text.encode(), name=f"{words.file_name}.txt")],
            **changes,
        }
        self.at += timedelta(minutes=5)
        receipt = steps.receive.receive(intake.clean(raw, today=localdate(self.at)), by=by or Citizen(), at=self.at)
        account = self._account(owner)
        if by is None:
            Matter.objects.filter(pk=receipt.matter_id).update(account_id=account.pk)
        owner = f"{self.tenant}-{owner}"
        return Made(key=f"{self.tenant}-{key}", tenant=self.tenant, matter_id=receipt.matter_id, number=receipt.number, query_code=receipt.query_code, canaries=asdict(words), owner=owner)  # fmt: skip

    def _account(self, owner: str) -> Account:
        """The account of one citizen, by a mobile number that is none of the canaries."""
        mobile = f"1370000{['citizen', 'other_citizen', 'informant'].index(owner) + 10 * 'ab'.index(self.tenant):04d}"
        index = crypto.blind_index(mobile, context="mobile")
        sealed = crypto.seal(mobile, context="account.mobile")
        return Account.objects.get_or_create(
            mobile_index=index, defaults={"sealed_mobile": sealed, "created_at": self.at}
        )[0]

    def against(self, key: str) -> dict:
        org = self.org(key)
        return {"purpose": "accuse", "respondent": {"unit": org.name, "organisation_id": org.pk}}

    def citizen(self, made: Made) -> Citizen:
        return Citizen(matter_id=made.matter_id)

    def take(self, made: Made, step: Step, by, **facts) -> None:
        self.at += timedelta(minutes=5)
        steps.FUNCTIONS[step](made.matter_id, by=by, at=self.at, **facts)

    def classify(self, made: Made, kind: Kind, **more) -> None:
        requests = [made.canaries["request"]]
        self.take(
            made,
            Step.CLASSIFY,
            self.post("triage"),
            kind=kind,
            content_class=self.content_class,
            requests=requests,
            **more,
        )

    def send(self, made: Made, unit: str, receiver: str) -> None:
        self.take(
            made, Step.TRANSFER, self.post("triage"), to=self.org(unit), reason="农田水利和房屋管理属于该单位的职责"
        )
        self.take(made, Step.SIGN_IN, self.post(receiver))

    def to_unit(self, made: Made, unit: str, receiver: str) -> None:
        self.take(made, Step.REGISTER, self.post("registrar"))
        self.classify(made, Kind.REQUEST)
        self.send(made, unit, receiver)

    def accepted(self, made: Made) -> None:
        self.take(made, Step.ACCEPT, self.post("unit_head"))
        self.take(made, Step.START_HANDLING, self.post("unit_head"), handler=self.post("handler"), no_interest=True)

    def draft(self, made: Made) -> None:
        answer = opinions.answer(
            1, outcome="support", facts="水渠确已垮塌。", reasons="农田水利设施由水利部门维护。",
            basis=[{"title": "农田水利条例", "article": "第十条"}], conclusion="决定支持您的诉求，在一个月内修复水渠。",
            measure="修复水渠", by_whom="水利局", until_on=(localdate(self.at) + timedelta(days=30)).isoformat(),
        )  # fmt: skip
        opinions.save_draft(
            made.matter_id,
            by=self.post("handler"),
            at=self.at,
            facts="现场查看，水渠垮塌二十米。",
            evidence=["现场照片"],
            answers=[answer],
        )

    def answered(self, made: Made) -> None:
        self.accepted(made)
        self.draft(made)
        self.take(made, Step.SUBMIT_OPINION, self.post("handler"))
        self.take(made, Step.ISSUE_OPINION, self.post("unit_head"))
        proof = {"signed_on": localdate(self.at), "signed_by": made.canaries["name"], "relation": "self"}
        self.take(made, Step.SERVE_OPINION, self.post("handler"), manner="in_person", proof=proof)

    def note(self, made: Made, by: str) -> None:
        """A working paper of one organisation (内部备注)."""
        Record.objects.create(
            matter_id=made.matter_id,
            sort="note",
            text=made.canaries["note"],
            by=self.post(by),
            at=self.at,
            shown_to_citizen=False,
        )
        made.note_by = f"{self.tenant}-{by}"

    def finish(self, made: Made) -> None:
        """Write down where it lies, and the numbers of its letters and files."""
        matter = Matter.objects.get(pk=made.matter_id)
        made.sealed, made.secrecy, made.stage = matter.sealed, matter.secrecy, matter.stage
        handlers = {post.pk: key for key, post in self.fixture.posts.items()}
        made.desks = [
            {
                "organisation": self._key(desk.organisation),
                "kind": desk.kind,
                "handler": handlers.get(desk.handler_id, ""),
            }
            for desk in Referral.objects.filter(matter=matter).select_related("organisation").order_by("pk")
        ]
        letters = Document.objects.filter(matter_id=matter.pk).exclude(status=Status.DRAFT).order_by("pk")
        made.letters = [{"id": one.pk, "kind": one.kind, "code": one.verification_code} for one in letters]
        made.files = list(Attachment.objects.filter(matter=matter).order_by("pk").values_list("pk", flat=True))
        self.fixture.matters.append(made)

    @staticmethod
    def _key(org: Organisation) -> str:
        return org.key.removeprefix(f"{PREFIX}-")
