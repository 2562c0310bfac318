"""Figures of what there are few of and that belongs to no single step of a matter: samples, recommendations, measures of the conference.

They need no facts: their own tables are read, in the shape of the facts, when somebody asks. What rests on a report or on a matter that
names an accused counts nowhere (C-01).
"""

from xinqiao.rules.gates import TITLES

# The line of a sheet (rules/sampling.py) → the indicator whose numerator it is when the answer is 不对.
FAULTS = {
    "kind": "wrong_kind",
    "class": "wrong_class",
    "unit": "wrong_unit",
    "requests": "missing_request",
    "gt4": "step_not_result",
}
assert "GT-4" in TITLES  # 结论是结果，不是步骤
RECOMMENDED = {"improve": "recommended_improve", "policy": "recommended_policy", "account": "recommended_account"}
MEASURES = {"talk": "talks", "notification": "notifications", "listing": "listings", "correction": "corrections"}
CODES = frozenset({*FAULTS.values(), *RECOMMENDED.values(), *MEASURES.values(), "recommendations_adopted"})

_TODAY = "(now() AT TIME ZONE 'Asia/Shanghai')::date"
_PROTECTED = (
    "SELECT 1 FROM matters_matter matter WHERE matter.id = ANY(rows.matters) AND (matter.sealed OR matter.kind = 'report' "
    "OR EXISTS (SELECT 1 FROM matters_accused accused WHERE accused.matter_id = matter.id))"
)


def _pairs(table: dict[str, str]) -> str:
    return ", ".join(f"('{key}', '{code}')" for key, code in table.items())


# Columns of `models.Fact`, and the matters that each row rests on.
ROWS = f"""
SELECT * FROM (
    SELECT line.code, sheet.organisation_id, (sheet.checked_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
        (answer <> 'na')::int AS denominator, (answer = 'no')::int AS numerator, 0 AS days, (answer = 'na')::int AS excluded,
        ARRAY[sheet.matter_id] AS matters
    FROM supervision_sheet sheet CROSS JOIN (VALUES {_pairs(FAULTS)}) line (key, code) CROSS JOIN LATERAL (SELECT sheet.answers->>line.key) said (answer)
    WHERE sheet.checked_at IS NOT NULL AND answer IN ('yes', 'no', 'na')
    UNION ALL
    SELECT line.code, coalesce(made.concerned_id, made.organisation_id), (made.issued_at AT TIME ZONE 'Asia/Shanghai')::date, 1, 1, 0, 0,
        ARRAY(SELECT matter_id FROM supervision_recommendation_matters rests WHERE rests.recommendation_id = made.id)
    FROM supervision_recommendation made JOIN (VALUES {_pairs(RECOMMENDED)}) line (key, code) ON line.key = made.sort
    WHERE made.issued_at IS NOT NULL
    UNION ALL
    SELECT 'recommendations_adopted', made.organisation_id, coalesce((said.signed_at AT TIME ZONE 'Asia/Shanghai')::date, made.feedback_by_on), 1,
        coalesce(said.adoption IN ('adopted', 'partly'), false)::int, 0, 0,
        ARRAY(SELECT matter_id FROM supervision_recommendation_matters rests WHERE rests.recommendation_id = made.id)
    FROM supervision_recommendation made LEFT JOIN LATERAL (
        SELECT signed_at, adoption FROM supervision_feedback feedback WHERE feedback.recommendation_id = made.id
            AND signed_at IS NOT NULL AND returned_at IS NULL ORDER BY round DESC LIMIT 1
    ) said ON true
    WHERE made.issued_at IS NOT NULL AND (said.signed_at IS NOT NULL OR made.feedback_by_on < {_TODAY})
    UNION ALL
    SELECT line.code, taken.organisation_id, taken.decided_on, 1, 1, 0, 0,
        ARRAY(SELECT matter_id FROM supervision_measure_matters rests WHERE rests.measure_id = taken.id)
    FROM supervision_measure taken JOIN (VALUES {_pairs(MEASURES)}) line (key, code) ON line.key = taken.sort
    WHERE taken.decided_on IS NOT NULL AND taken.state <> 'dropped'
) rows WHERE organisation_id IS NOT NULL AND NOT EXISTS ({_PROTECTED})
"""
