"""The statutory steps, in the order of the law: receive, register, transfer, accept, handle, review, follow, end.

Every step is one function of its own name, with keyword-only `by` (who) and `at` (when), in one transaction, ending in one event.
`FUNCTIONS` finds it by its Step: what pages, the programme interface and the tests call.
"""

from xinqiao.rules.stages import Step

from . import (
    accept,
    completion,
    end,
    follow,
    handle,
    import_history,
    ledger,
    receive,
    recuse,
    register,
    reports,
    review,
    split,
    supervise,
    transfer,
    unseal,
    urgent,
)

MODULES = (
    receive, import_history, register, split, unseal, reports, transfer, accept, handle, completion, recuse, supervise, urgent, ledger, review, follow, end,
)  # fmt: skip
FUNCTIONS = {step: getattr(module, step.value) for step in Step for module in MODULES if hasattr(module, step.value)}
