"""The invented region holds together: organs, posts, petitions and classes (issue 2 section 2; A-04, B.1, B.2, C.4 to C.8)."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from random import Random

import pytest

from xinqiao.rules.identity import check_name, check_phone, check_resident_id
from xinqiao.rules.stages import Kind, Line, Outcome, Purpose, Role
from xinqiao.seed import region as region_module
from xinqiao.seed.region import draw_petition, draw_petitions, load

DEPARTMENT_LINES = {Line.DEPARTMENT, Line.POLICE, Line.JUSTICE, Line.MASS}


@pytest.fixture(scope="module")
def region():
    return load()


@pytest.fixture(scope="module")
def drawn(region):
    return list(draw_petitions(Random(20260301), region, 300))


class TestOrgans:
    def test_stand_on_four_levels_and_in_villages(self, region):
        levels = Counter(area.level for area in region.areas.values())
        assert levels == {1: 1, 2: 1, 3: 4, 4: 12, 5: 24}

    def test_have_a_petition_office_and_a_government_wherever_people_live(self, region):
        for area in region.areas.values():
            if area.level < 5:
                assert region.organisations[f"{area.key}-petition"].line is Line.PETITION_OFFICE
                assert region.organisations[f"{area.key}-gov"].line is Line.GOVERNMENT
            else:
                assert region.organisations[f"{area.key}-village"].line is Line.VILLAGE

    def test_include_forty_departments_on_three_levels(self, region):
        levels = Counter(organ.level for organ in region.organisations.values() if organ.line in DEPARTMENT_LINES)
        assert set(levels) == {1, 2, 3}
        assert sum(levels.values()) >= 40

    @pytest.mark.parametrize("line", [line for line in Line if line is not Line.CPPCC])
    def test_cover_every_line_of_b1(self, region, line):
        assert any(organ.line is line for organ in region.organisations.values())

    def test_belong_to_no_real_province(self, region):
        assert all(organ.division_code.startswith("99") for organ in region.organisations.values())
        lengths = {organ.level: len(organ.division_code) for organ in region.organisations.values()}
        assert lengths == {1: 6, 2: 6, 3: 6, 4: 9, 5: 12}
        for area in region.areas.values():
            if area.level > 3:
                assert area.division_code.startswith(region.areas[area.parent].division_code)

    def test_have_names_and_short_names_of_their_own(self, region):
        organs = region.organisations.values()
        assert len({organ.name for organ in organs}) == len({organ.short for organ in organs}) == len(organs)

    @pytest.mark.parametrize(
        ("key", "parent", "parent_line"),
        [
            ("lanjiang-housing", "lanjiang-gov", "yunling-housing"),
            ("qingshi-gov", "lanjiang-gov", "lanjiang-gov"),
            ("jiangpan-gov", "lancheng-gov", "lancheng-gov"),
            ("shanghe-village", "shimen-gov", None),
            ("shimen-petition", "shimen-gov", "qingshi-petition"),
            ("lanjiang-bus", "lanjiang-gov", "lanjiang-sasac"),
            ("yunling-gov", None, None),
        ],
    )
    def test_have_two_superiors_government_and_line(self, region, key, parent, parent_line):
        organ = region.organisations[key]
        assert (organ.parent, organ.parent_line) == (parent, parent_line)

    def test_end_at_the_top_of_the_tree(self, region):
        assert not region.organisations["yunling-gov"].further_instance
        assert region.organisations["yunling-housing"].further_instance
        assert region.organisations["qingshi-ecology"].vertically_managed

    def test_come_with_superiors_first(self, region):
        seen = set()
        for organ in region.organisations.values():
            assert organ.parent is None or organ.parent in seen, organ.key
            seen.add(organ.key)

    def test_publish_how_to_reach_them(self, region):
        """R-18(1)."""
        for organ in region.organisations.values():
            check_phone(organ.phone)
            if organ.line not in {Line.VILLAGE, Line.JOINT_CONFERENCE}:
                assert organ.public_info.address and organ.public_info.phone and organ.public_info.reception_time

    def test_streets_have_an_office_and_no_government(self, region):
        assert region.organisations["jiangpan-gov"].name == "澜城市江畔街道办事处"


class TestOfficers:
    def test_hold_every_role_but_citizen_and_system(self, region):
        held = {role for officer in region.officers for role in officer.roles}
        assert held == set(Role) - {Role.CITIZEN, Role.SYSTEM}

    def test_have_log_ins_of_their_own(self, region):
        names = [officer.username for officer in region.officers]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[a-z]+[0-9]*", name) for name in names)

    def test_have_names_that_can_be_stored(self, region):
        for officer in region.officers:
            assert check_name(officer.name) == officer.name
        assert any("·" in officer.name for officer in region.officers)

    def test_are_the_same_people_each_time(self, region):
        region_module.load.cache_clear()
        assert load().officers == region.officers

    @pytest.mark.parametrize(
        ("organisation", "role"),
        [
            ("lanjiang-petition", Role.REGISTRAR),
            ("lanjiang-petition", Role.TRIAGE),
            ("lanjiang-petition", Role.OFFICE_LEADER),
            ("lanjiang-housing", Role.UNIT_RECEIVER),
            ("lanjiang-housing", Role.HANDLER),
            ("lanjiang-housing", Role.UNIT_LEADER),
            ("lanjiang-gov", Role.REVIEWER),
            ("yunling-housing", Role.REVIEWER),
            ("yunling-gov", Role.REVIEWER),
        ],
    )
    def test_a_newcomer_can_walk_the_whole_way(self, region, organisation, role):
        assert region.officer(organisation, role).demo_login

    def test_the_three_administrators_handle_no_petition(self, region):
        administrators = {Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR}
        for officer in region.officers:
            if administrators & set(officer.roles):
                assert len(officer.roles) == 1

    def test_a_post_that_does_not_exist_is_said_so(self, region):
        with pytest.raises(LookupError):
            region.officer("binjiang-village", Role.AUDITOR)


class TestTaxonomy:
    def test_has_seventeen_classes_and_what_is_known_below(self, region):
        depths = Counter(len(path) for path in region.class_paths)
        assert (depths[1], depths[2]) == (17, 112)
        assert depths[3] > 80

    def test_has_one_code_per_class_in_the_shape_two_two_two(self, region):
        codes = []
        stack = list(region.taxonomy["classes"])
        while stack:
            node = stack.pop()
            codes.append(node["code"])
            stack += node.get("children", [])
        assert len(set(codes)) == len(codes)
        assert all(re.fullmatch(r"\d{2}|\d{4}|\d{6}", code) for code in codes)

    def test_invents_no_official_code(self, region):
        known = [node["official_code"] for node in region.taxonomy["classes"] if node["official_code"]]
        assert known == ["990000"]

    def test_every_purpose_of_c5_is_there(self, region):
        assert {row["value"] for row in region.taxonomy["purposes"]} == set(Purpose)

    def test_blames_no_petitioner(self, region):
        """C.7: a cause that labels the person is not offered."""
        assert not any("信访人" in row["name"] for row in region.taxonomy["causes"])


class TestPetitions:
    def test_are_a_hundred_and_ten_different_ones(self, region):
        assert len({petition.content for petition in region.petitions}) >= 110
        assert all(80 <= len(petition.content) <= 600 for petition in region.petitions)

    def test_cover_all_seventeen_classes(self, region):
        assert len({petition.content_class[0] for petition in region.petitions}) == 17

    @pytest.mark.parametrize(
        ("what", "least", "test"),
        [
            ("suggestions", 12, lambda p: p.purpose is Purpose.SUGGEST),
            ("reports", 10, lambda p: p.kind is Kind.REPORT),
            ("litigation", 8, lambda p: p.way in ("political_legal", "guide")),
            ("questions and thanks", 8, lambda p: p.way == "direct_reply"),
            ("groups", 8, lambda p: p.headcount >= 5),
            ("anonymous", 2, lambda p: "anonymous" in p.flags),
            ("secrecy asked", 5, lambda p: "secret" in p.flags),
            ("repeats", 1, lambda p: "repeat" in p.flags),
            ("urgent", 2, lambda p: "urgent" in p.flags),
            ("refused on the merits", 1, lambda p: any(a.outcome is Outcome.NOT_SUPPORT for a in p.answers)),
            ("explained", 4, lambda p: any(a.outcome is Outcome.EXPLAIN for a in p.answers)),
            ("reviewed", 30, lambda p: p.review is not None),
        ],
    )
    def test_have_enough_of_each_sort(self, region, what, least, test):
        assert sum(map(test, region.petitions)) >= least, what

    def test_reports_never_go_to_the_accused_unit(self, drawn):
        """C-01: the competent organ is not the one complained of."""
        reports = [petition for petition in drawn if petition.kind is Kind.REPORT]
        assert reports
        for petition in reports:
            assert petition.respondent.organisation not in (None, petition.organisation), petition.key

    def test_cite_a_law_for_every_conclusion(self, region):
        for petition in region.petitions:
            for answer in petition.answers:
                assert any(re.match(r"《.+》", law) for law in answer.legal_basis), petition.key

    def test_lead_along_all_lawful_routes(self, region):
        assert len({petition.route for petition in region.petitions if petition.route}) == 6


class TestDrawing:
    def test_is_the_same_for_the_same_seed(self, region):
        assert draw_petition(Random(5), region) == draw_petition(Random(5), region)

    def test_makes_three_hundred_different_ones(self, drawn):
        assert len({petition.content for petition in drawn}) >= 295
        assert len({petition.key for petition in drawn}) >= 110

    def test_leaves_no_slot_open(self, drawn):
        for petition in drawn:
            assert not any("{" in text for text in petition.texts), petition.key

    def test_keeps_to_a_form_that_can_be_filed(self, region, drawn):
        for petition in drawn:
            assert 80 <= len(petition.content) <= 700
            assert 1 <= len(petition.petitioners) <= 5
            assert petition.organisation in region.organisations
            assert petition.channel in petition.channels
            assert petition.address

    def test_uses_people_of_the_right_age(self, region, drawn):
        for petition in drawn:
            assert petition.voice.fits(petition.petitioners[0], 2026), petition.key

    def test_can_be_told_which_petition_and_where(self, region):
        base = next(petition for petition in region.petitions if petition.key == "roof-leak")
        petition = draw_petition(Random(1), region, base, place="gurong")
        assert (petition.key, petition.place, petition.organisation) == ("roof-leak", "gurong", "lanjiang-housing")


class TestPeople:
    def test_are_two_hundred_with_minority_and_rare_names(self, region):
        names = {person.name for person in region.people}
        assert len(names) == len(region.people) == 200
        assert any("·" in name for name in names)
        assert any("龑" in name for name in names)
        assert any("𬱖" in name for name in names)
        for name in names:
            assert check_name(name) == name

    def test_have_numbers_that_are_valid_and_nobodys(self, region):
        for person in region.people:
            assert check_phone(person.phone) == person.phone
            assert person.phone.startswith("154")
            assert check_resident_id(person.id_number, today=date(2026, 1, 1)) == person.id_number
            assert person.id_number.startswith("91")
            assert int(person.id_number[16]) % 2 == (person.sex == "male")
        assert len({person.phone for person in region.people}) == len({p.id_number for p in region.people}) == 200


class TestChecks:
    """A data file that contradicts itself is refused on loading, with the name of the culprit."""

    def faults(self, region, **changes):
        broken = replace(region, **changes)
        checks = (region_module._broken_organs, region_module._missing_posts, region_module._broken_petitions)
        return [fault for check in checks for fault in check(broken)]

    def test_an_organ_without_its_superior_is_named(self, region):
        organs = {**region.organisations}
        organs["shimen-petition"] = replace(organs["shimen-petition"], parent_line="nowhere-petition")
        assert self.faults(region, organisations=organs) == [
            "shimen-petition: superior nowhere-petition does not exist"
        ]

    def test_an_empty_post_is_named(self, region):
        officers = tuple(o for o in region.officers if o.organisation != "lanjiang-education")
        assert "lanjiang-education: nobody is handler" in self.faults(region, officers=officers)

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            ({"content_class": ("农村农业", "航天")}, "is not in the taxonomy"),
            ({"answers": ()}, "every request needs its own answer"),
            ({"places": ("nowhere",)}, "place nowhere does not exist"),
            ({"title": "{unknown}"}, "cannot be filled"),
            ({"headcount": 9, "representatives": 6}, "at most 5 representatives"),
            ({"cause": "bad_person"}, "unknown cause"),
        ],
    )
    def test_a_petition_that_does_not_fit_is_named(self, region, change, fault):
        base = next(petition for petition in region.petitions if petition.key == "roof-leak")
        faults = self.faults(region, petitions=(replace(base, **change),))
        assert any("roof-leak" in line and fault in line for line in faults)
