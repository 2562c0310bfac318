from dataclasses import replace

import pytest

from xinqiao.rules.review_organ import OrgFacts, candidates
from xinqiao.rules.stages import Line

REGION = OrgFacts(1, "自治区人民政府", Line.GOVERNMENT, 1, further_instance=False)
PREFECTURE = OrgFacts(2, "某地区行署", Line.GOVERNMENT, 2, government=REGION)
COUNTY = OrgFacts(3, "临河县人民政府", Line.GOVERNMENT, 3, government=PREFECTURE)
TOWN = OrgFacts(4, "青山镇人民政府", Line.GOVERNMENT, 4, government=COUNTY)
PREFECTURE_HOUSING = OrgFacts(5, "地区住建局", Line.DEPARTMENT, 2, government=PREFECTURE)
HOUSING = OrgFacts(6, "县住建局", Line.DEPARTMENT, 3, government=COUNTY, line_superior=PREFECTURE_HOUSING)
PREFECTURE_TAX = OrgFacts(7, "地区税务局", Line.DEPARTMENT, 2, vertically_managed=True)
TAX = OrgFacts(8, "县税务局", Line.DEPARTMENT, 3, COUNTY, PREFECTURE_TAX, vertically_managed=True)
PREFECTURE_COMMITTEE = OrgFacts(9, "地委", Line.COMMITTEE, 2)
COMMITTEE = OrgFacts(10, "县委", Line.COMMITTEE, 3, COUNTY, PREFECTURE_COMMITTEE)
SCHOOL = OrgFacts(11, "县第一中学", Line.INSTITUTION, 3, COUNTY, OrgFacts(12, "县教育局", Line.DEPARTMENT, 3))
COMPANY = OrgFacts(13, "县水务公司", Line.ENTERPRISE, 3, COUNTY)
VILLAGE = OrgFacts(14, "柳树村村委会", Line.VILLAGE, 5, TOWN)


class TestCandidates:
    @pytest.mark.parametrize(
        ("org", "names", "why"),
        [
            (COUNTY, ["某地区行署"], "government: the next government"),
            (TOWN, ["临河县人民政府"], "township: the county"),
            (HOUSING, ["临河县人民政府", "地区住建局"], "department: the citizen chooses (P7f)"),
            (TAX, ["地区税务局"], "vertically managed: only the line"),
            (COMMITTEE, ["地委"], "Party organ: the next Party organ, never the government"),
            (SCHOOL, ["县教育局"], "public institution: the body in charge"),
            (COMPANY, ["临河县人民政府"], "enterprise without a body in charge: its government"),
            (VILLAGE, ["青山镇人民政府"], "village: the township"),
            (PREFECTURE_HOUSING, ["某地区行署"], "recheck after a review by the department above"),
            (REGION, [], "marked: no further instance"),
            (replace(HOUSING, government=None, line_superior=None), [], "nothing above in the tree"),
            (replace(HOUSING, line_superior=COUNTY), ["临河县人民政府"], "the same organ on both axes is named once"),
            (replace(COUNTY, government=COUNTY), [], "an organ never reviews itself"),
        ],
    )
    def test_names(self, org, names, why):
        assert [candidate.name for candidate in candidates(org)] == names, why

    def test_every_line_has_an_answer(self):
        for line in Line:
            org = OrgFacts(20, "某单位", line, 3, government=COUNTY, line_superior=PREFECTURE_HOUSING)
            assert candidates(org)
            assert all(candidate.reason for candidate in candidates(org))
