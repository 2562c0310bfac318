"""A small region with names, for tests: 临江地区 with 青石县, its offices, a housing bureau, police, discipline organ, and people.

Everything that happens is made by calling the real steps at moments that the test chooses. The town itself is built once in a process;
every later `World()` writes the same rows again, in four statements.
"""

import pickle
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.test import Client

from xinqiao.matters import intake, opinions, steps
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import Matter
from xinqiao.organisations import tree
from xinqiao.organisations.models import ContentClass, Officer, Organisation, User
from xinqiao.rules.stages import Kind, Line, Role, Step

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """`at("2026-03-02")` is ten in the morning of that day, `at("2026-03-02 15:30")` that moment."""
    day, _, clock = text.partition(" ")
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock or "10:00"), SHANGHAI)


def client_of(officer: Officer) -> Client:
    """A browser in which this officer has signed in."""
    client = Client()
    client.force_login(officer.user)
    return client


class World:
    """The town and its people. Names say who they are: `tang_registers` at the petition office, `xu_handles` at the bureau."""

    _built: bytes | None = None  # the town as it stood when it was new

    def __init__(self):
        if World._built:
            self._settle_again()
            return
        self._organisations()
        self._officers()
        self.housing_class = ContentClass.objects.create(
            code="03-02", name="工程质量", level=2, version="2020", valid_from=date(2020, 1, 1)
        )
        World._built = pickle.dumps(vars(self))

    def _settle_again(self) -> None:
        """The same rows with the same keys, and objects that no other test has in its hands."""
        vars(self).update(pickle.loads(World._built))
        found = list(vars(self).values())
        officers = [one for one in found if isinstance(one, Officer)]
        Organisation.objects.bulk_create([one for one in found if isinstance(one, Organisation)])
        User.objects.bulk_create([officer.user for officer in officers])
        Officer.objects.bulk_create(officers)
        ContentClass.objects.bulk_create([self.housing_class])

    def _organisation(self, key, name, short, line, level, parent=None, parent_line=None, code="990100", **more):
        return Organisation.objects.create(
            key=key,
            name=name,
            short=short,
            line=line,
            level=level,
            parent=parent,
            parent_line=parent_line,
            division_code=code,
            address=f"{name}大院1号",
            phone="0990-5550100",
            **more,
        )

    def _organisations(self):
        make = self._organisation
        self.region_gov = make("region-gov", "云岭自治区人民政府", "云政", Line.GOVERNMENT, 1, code="990000", further_instance=False)
        self.region_office = make("region-po", "云岭自治区信访局", "云信", Line.PETITION_OFFICE, 1, self.region_gov, code="990000")
        self.region_housing = make("region-housing", "云岭自治区住房和城乡建设厅", "云建", Line.DEPARTMENT, 1, self.region_gov, code="990000")
        self.government = make("pref-gov", "临江地区行政公署", "临署", Line.GOVERNMENT, 2, self.region_gov)
        self.office = make("pref-po", "临江地区信访局", "临信", Line.PETITION_OFFICE, 2, self.government, self.region_office)
        self.housing = make(
            "pref-housing", "临江地区住房和城乡建设局", "临建", Line.DEPARTMENT, 2, self.government, self.region_housing
        )
        self.environment = make("pref-environment", "临江地区生态环境局", "临环", Line.DEPARTMENT, 2, self.government)
        self.police = make("pref-police", "临江地区公安局", "临公", Line.POLICE, 2, self.government)
        self.court = make("pref-court", "临江地区中级人民法院", "临法", Line.COURT, 2, self.government)
        self.discipline = make("pref-disc", "临江地区纪律检查委员会", "临纪", Line.DISCIPLINE, 2, self.government)
        self.region_discipline = make("region-disc", "云岭自治区纪律检查委员会", "云纪", Line.DISCIPLINE, 1, self.region_gov, code="990000")
        self.housing_station = make("pref-station", "临江地区房屋质量监督站", "临质", Line.INSTITUTION, 3, self.housing)
        self.county_gov = make("county-gov", "青石县人民政府", "青政", Line.GOVERNMENT, 3, self.government, code="990121")
        self.county_office = make("county-po", "青石县信访局", "青信", Line.PETITION_OFFICE, 3, self.county_gov, self.office, code="990121")
        self.county_housing = make(
            "county-housing", "青石县住房和城乡建设局", "青建", Line.DEPARTMENT, 3, self.county_gov, self.housing, code="990121"
        )
        self.township = make("township-gov", "柳河镇人民政府", "柳政", Line.GOVERNMENT, 4, self.county_gov, code="990121101")
        tree.renumber()
        for name, value in list(vars(self).items()):
            if isinstance(value, Organisation):
                setattr(self, name, Organisation.objects.get(pk=value.pk))

    def officer(self, username, name, organisation, *roles, title="工作人员") -> Officer:
        user = User.objects.create_user(username, "不要用在别处的密码1", name=name)
        post = Officer.objects.create(
            user=user, organisation=organisation, title=title, roles=[role.value for role in roles], phone="0990-5550123"
        )
        return Officer.objects.select_related("user", "organisation").get(pk=post.pk)

    def _officers(self):
        make = self.officer
        self.tang_registers = make("tang", "唐登记", self.office, Role.REGISTRAR)
        self.li_triages = make("li", "李甄别", self.office, Role.TRIAGE)
        self.wang_leads_office = make("wang", "王局长", self.office, Role.OFFICE_LEADER)
        self.sun_supervises = make("sun", "孙督查", self.office, Role.SUPERVISOR)
        self.dai_liaises = make("dai", "戴对接", self.office, Role.DISCIPLINE_LIAISON)
        self.qian_receives = make("qian", "钱收文", self.housing, Role.UNIT_RECEIVER)
        self.xu_handles = make("xu", "徐承办", self.housing, Role.HANDLER)
        self.zhou_leads_unit = make("zhou", "周负责", self.housing, Role.UNIT_LEADER)
        self.wu_at_police = make("wu", "吴警官", self.police, Role.UNIT_RECEIVER, Role.HANDLER, Role.UNIT_LEADER)
        self.gu_at_environment = make("gu", "顾承办", self.environment, Role.UNIT_RECEIVER, Role.HANDLER, Role.UNIT_LEADER)
        self.feng_in_county = make("feng", "冯县局", self.county_office, Role.REGISTRAR, Role.TRIAGE, Role.OFFICE_LEADER)
        self.han_at_county_housing = make(
            "han", "韩县建", self.county_housing, Role.UNIT_RECEIVER, Role.HANDLER, Role.UNIT_LEADER
        )
        self.shen_reviews = make("shen", "沈复查", self.government, Role.REVIEWER)
        self.shi_reviews_line = make("shi", "施复查", self.region_housing, Role.REVIEWER)
        self.jiang_rechecks = make("jiang", "蒋复核", self.region_gov, Role.REVIEWER)
        self.yang_at_discipline = make("yang", "杨纪检", self.discipline, Role.DISCIPLINE_LIAISON)
        self.lu_at_region_discipline = make("lu", "陆纪检", self.region_discipline, Role.DISCIPLINE_LIAISON)
        self.niu_at_region_office = make("niu", "牛省信", self.region_office, Role.REGISTRAR, Role.TRIAGE, Role.OFFICE_LEADER)
        self.mo_at_station = make("mo", "莫监督", self.housing_station, Role.UNIT_RECEIVER, Role.HANDLER, Role.UNIT_LEADER)
        self.he_archives = make("he", "何档案", self.office, Role.ARCHIVIST)
        self.sys_admin = make("sysadmin", "系统员", self.office, Role.SYSTEM_ADMINISTRATOR)

    # ---- what people do ---------------------------------------------------------------------------------------------

    def raw(self, **changes) -> dict:
        """What 王秀兰 writes about her leaking roof."""
        return {
            "purpose": "solve",
            "channel": "web",
            "title": "住建局验收过的新房漏水，三次报修没人管",
            "content": "我家住在和平路12号院3号楼，去年交的新房，今年一下雨屋顶就漏。\n报修三次，开发商推给物业，物业推给开发商。",
            "requests": ["修好漏水的屋顶", "赔偿泡坏的家具2300元"],
            "place": self.government,
            "place_detail": "和平路12号院3号楼",
            "people": [{"name": "王秀兰", "mobile": "13800138000", "address": "临江地区和平路12号院3号楼501"}],
            "electronic_service": True,
            **changes,
        }

    def file(self, when="2026-03-02", by=None, **changes) -> "steps.receive.Receipt":
        """The citizen (or an officer, at the window) files; returns the receipt."""
        moment = at(when)
        clean = intake.clean(self.raw(**changes), today=moment.date())
        return steps.receive.receive(clean, by=by or Citizen(), at=moment)

    def take(self, step: Step, matter_id: int, by, when: str, **facts):
        """Take one step at a moment."""
        return steps.FUNCTIONS[step](matter_id, by=by, at=at(when), **facts)

    def triaged(self, when="2026-03-02", kind=Kind.REQUEST, also_reports=False, **changes) -> Matter:
        """Filed, registered and classified at the prefecture's petition office."""
        receipt = self.file(when, **changes)
        self.take(Step.REGISTER, receipt.matter_id, self.tang_registers, when)
        requests = changes.get("requests", self.raw()["requests"])
        self.take(
            Step.CLASSIFY, receipt.matter_id, self.li_triages, when,
            kind=kind, content_class=self.housing_class, requests=requests, also_reports=also_reports,
        )  # fmt: skip
        return Matter.objects.get(pk=receipt.matter_id)

    def signed_in(self, when="2026-03-02", to=None, **changes) -> Matter:
        """Transferred to the housing bureau and signed in there."""
        matter = self.triaged(when, **changes)
        self.take(
            Step.TRANSFER, matter.pk, self.li_triages, when, to=to or self.housing, reason="房屋质量监管属于住建部门职责"
        )
        self.take(Step.SIGN_IN, matter.pk, self.qian_receives, when)
        return Matter.objects.get(pk=matter.pk)

    def in_handling(self, when="2026-03-02", **changes) -> Matter:
        """Accepted, with a handler who declared no interest."""
        matter = self.signed_in(when, **changes)
        self.take(Step.ACCEPT, matter.pk, self.xu_handles, when)
        self.take(Step.START_HANDLING, matter.pk, self.zhou_leads_unit, when, handler=self.xu_handles, no_interest=True)
        return Matter.objects.get(pk=matter.pk)

    def answers(self, outcome="support") -> list[dict]:
        """A complete answer to each of the two requests."""
        basis = [{"title": "房屋建筑工程质量保修办法", "article": "第七条"}]
        support = dict(measure="更换3号楼屋面防水层", by_whom="临江市宏远房地产公司", until_on="2026-06-30")
        return [
            opinions.answer(
                1, outcome=outcome, facts="屋面防水层施工有缺陷，仍在保修期内。", reasons="屋面防水的保修期为五年。", basis=basis,
                conclusion="决定支持您的诉求，由开发企业在2026年6月30日前更换防水层。" if outcome == "support" else "不予支持。",
                **(support if outcome == "support" else {}),
            ),
            opinions.answer(
                2, outcome="not_support", facts="家具损失没有票据，双方对数额有争议。", reasons="属于民事赔偿争议。", basis=basis,
                conclusion="不予支持。您可以向人民法院起诉。",
            ),
        ]  # fmt: skip

    def draft(self, matter: Matter, when: str, by=None, **changes):
        content = {
            "facts": "2026年3月10日现场查看，3号楼顶层5户漏水。",
            "evidence": ["现场检查记录", "照片6张"],
            "answers": self.answers(),
            **changes,
        }
        return opinions.save_draft(matter.pk, by=by or self.xu_handles, at=at(when), **content)

    def issued(self, when="2026-03-02", *, drafted="2026-04-01", issued="2026-04-01", opinion=None, **changes) -> Matter:
        """The opinion is signed, and not served yet. `opinion`: what it says otherwise than usual."""
        matter = self.in_handling(when, **changes)
        self.draft(matter, drafted, **(opinion or {}))
        self.take(Step.SUBMIT_OPINION, matter.pk, self.xu_handles, drafted)
        self.take(Step.ISSUE_OPINION, matter.pk, self.zhou_leads_unit, issued)
        return Matter.objects.get(pk=matter.pk)

    def served(self, when="2026-03-02", issued="2026-04-01", served="2026-04-02", **changes) -> Matter:
        """The opinion is signed and served in person."""
        matter = self.issued(when, drafted=issued, issued=issued, **changes)
        self.take(
            Step.SERVE_OPINION, matter.pk, self.xu_handles, served, manner="in_person",
            proof={"signed_on": at(served).date(), "signed_by": "王秀兰", "relation": "self"},
        )  # fmt: skip
        return Matter.objects.get(pk=matter.pk)
