"""The numbers of the tree: nested whatever is founded or moved, and touched no further than needed."""

from random import Random

import pytest

from xinqiao.organisations import tree
from xinqiao.organisations.models import Organisation
from xinqiao.rules.stages import Line


def organ(pk, parent=None, line=Line.DEPARTMENT, level=2):
    return Organisation(pk=pk, key=f"o{pk:05}", parent_id=parent, line=line, level=level)


def is_nested(everyone) -> bool:
    """Whether each lies inside its parent and beside everybody else."""
    by_id = {org.pk: org for org in everyone}
    inside = all(
        by_id[org.parent_id].lft < org.lft < org.rgt < by_id[org.parent_id].rgt if org.parent_id else org.lft < org.rgt
        for org in everyone
    )
    ends = sorted(number for org in everyone for number in org.interval)
    stack = []
    for number, org, opens in sorted(
        [(org.lft, org.pk, True) for org in everyone] + [(org.rgt, org.pk, False) for org in everyone]
    ):
        if opens:
            if by_id[org].parent_id != (stack[-1] if stack else None):
                return False
            stack.append(org)
        elif stack.pop() != org:
            return False
        assert number > 0
    return inside and len(set(ends)) == 2 * len(everyone)


@pytest.fixture
def small():
    """A root with two governments; the first has three organs."""
    everyone = [organ(1), organ(2, 1), organ(3, 1), organ(4, 2), organ(5, 2), organ(6, 2)]
    tree.settle(everyone, {org.pk for org in everyone})
    return everyone


class TestSettle:
    def test_a_whole_tree_is_numbered_with_gaps(self, small):
        assert is_nested(small)
        assert [org.lft for org in small[:2]] == [10, 20]
        assert small[0].rgt == 10 * 2 * len(small)

    def test_a_new_one_moves_nobody(self, small):
        new = organ(7, 3)
        assert tree.settle([*small, new], {7}) == [new]
        assert is_nested([*small, new])

    def test_one_too_many_moves_only_its_area(self, small):
        many = [organ(number, 3) for number in range(10, 16)]
        changed = {org.pk for org in tree.settle([*small, *many], {org.pk for org in many})}
        assert is_nested([*small, *many])
        assert changed >= {org.pk for org in many}
        assert 1 not in changed, "the root stays"

    def test_without_any_room_all_are_numbered_anew(self, small):
        many = [organ(number, 3) for number in range(10, 300)]
        tree.settle([*small, *many], {org.pk for org in many})
        assert is_nested([*small, *many])

    def test_whoever_moves_takes_those_below_along(self, small):
        small[1].parent_id = 3
        changed = {org.pk for org in tree.settle(small, {2})}
        assert is_nested(small)
        assert changed >= {2, 4, 5, 6}

    def test_another_tree_stands_behind(self, small):
        new = [organ(20), organ(21, 20)]
        assert set(tree.settle([*small, *new], {20, 21})) == set(new)
        assert is_nested([*small, *new])

    def test_a_petition_office_looks_over_its_government(self, small):
        office = organ(9, 3, line=Line.PETITION_OFFICE)
        tree.settle([*small, office], {9})
        assert office.territory == small[2].interval

    @pytest.mark.parametrize("seed", range(20))
    def test_any_changes_leave_it_nested(self, seed):
        rng = Random(seed)
        everyone = [organ(1)]
        tree.settle(everyone, {1})
        for turn in range(12):
            first = len(everyone) + 1
            new = [
                organ(pk, rng.choice([*range(1, first), None]), level=rng.randint(1, 4))
                for pk in range(first, first + rng.choice((1, 2, 40)))
            ]
            everyone += new
            moved = rng.choice(everyone)
            inside = {org.pk for org in tree._with_all_below(moved, tree._below(everyone))}
            elsewhere = [org.pk for org in everyone if org.pk not in inside]
            moved.parent_id = rng.choice([*elsewhere, None])
            tree.settle(everyone, {org.pk for org in new} | {moved.pk})
            assert is_nested(everyone), turn
