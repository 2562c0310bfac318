"""Every way in and every way out: which row of `permissions.py` each page, API operation, export, job and message belongs to.

A line: names, separated by spaces | what is asked for: object and letter, `or` between alternatives | who proves what | scope | basis.

    who      everybody   nobody has to prove anything          code      number and query code, or the own account
             account     a mobile number, by the code sent     officer   log-in, second factor, active post
             token       a program by its token                system    no person: the worker, after an event or by the clock
    scope    page        the same for everybody                session   only what this browser or officer itself put in
             own         `visible_to(Citizen)`                 matters   `visible_to(officer)`: list, search, count, open alike
             post        of this post and nobody else's        event     the matter of this one event, told to who may open it
             all         everything, by a post that stands outside the cases

An address without a line does not exist: the gate answers 404 and writes it to the log (secure-checklist 11). Whoever adds a page, an
operation, an export, a job or a message adds its name here; `tests/authz` fails otherwise, and for a line whose name is gone.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

from xinqiao.rules.permissions import ROWS, Action, Caller, Cell, allowed
from xinqiao.rules.stages import Role

WHO = frozenset({"everybody", "code", "account", "officer", "token", "system"})
SCOPES = frozenset({"page", "session", "own", "matters", "post", "event", "all"})

TABLE = """
# the frame
healthz readyz favicon                                             | public_page R         | everybody | page    | asked by the load balancer; says no more than yes or no
ui:set_large_print ui:gallery ui:gallery_officer                   | public_page R         | everybody | session | large print is a cookie of this browser; the gallery is open in the demonstration only

# citizens: to read without telling who one is
portal:home portal:robots portal:help portal:law portal:privacy portal:accessibility | public_page R | everybody | page | R-18(1), PIPL 17
portal:performance portal:performance_of                           | public_page R | everybody | page | H.8: finished quarters of one organ, small figures withheld (C-14); no ranking
portal:answered portal:answered_one                                | public_page R | everybody | page | I-17, PIPL 25: with consent, without identities, approved by a second person; gone at once with the consent
portal:proof portal:proof_feed portal:proof_keys portal:proof_qr portal:proof_check | public_page R | everybody | page | LG-1: signed roots without rows; a receipt is checked for whoever holds it
portal:verify_letter portal:verify                                 | letter_check R        | everybody | page    | FD-4: by the code on the paper; the answer names nobody

# citizens: to write
portal:new portal:file portal:autosave portal:suggested portal:check portal:saved portal:discard | filing W | everybody | session | R-17(1), I-01: the draft of this browser
portal:upload                                                      | filing W              | everybody | session | I-07: material of the draft of this browser
portal:receipt portal:receipt_qr portal:receipt_slip portal:receipt_json              | receipt R             | code      | session | I-15: this browser has just handed it in

# citizens: to follow
portal:track portal:leave                                          | session W             | everybody | session | I-15: number and query code open a session of 30 idle minutes
portal:login portal:code                                           | session W             | everybody | session | I-16: a mobile number and the code sent to it
portal:account                                                     | citizen_account R     | account   | own     | I-16
portal:claim portal:claim_this                                     | citizen_account W     | account   | own     | I-16: what was proved is put into the own account
portal:seal portal:receipt_file                                    | receipt R             | code      | own     | LG-1, I-15: the proof of the own receipt
portal:matter portal:reckoning                                     | progress R            | code      | own     | R-20, DL-19
portal:looked                                                      | own_access_list R     | code      | own     | LG-6, PIPL 44: who looked
portal:my_data portal:my_data_copy                                 | identity R            | code      | own     | PIPL 45, 46: see, copy, have corrected
portal:letter                                                      | letter R              | code      | own     | B.3 "own R"
portal:attachment                                                  | attachment R          | code      | own     | B.3 "own R"
portal:supplement portal:ask portal:object portal:confirm portal:dispute portal:withdraw portal:cancel_withdrawal portal:resume portal:recusal portal:supervision | step W | code | own | D.2, WD-1 to WD-5
portal:ledger                                                      | ledger W              | code      | own     | A-33, G.4: the citizen opens again what was said to be solved, for 30 days
portal:retaliation                                                 | filing W              | code      | own     | C-06: a new sealed report one level up; the earlier file says nothing of it
portal:unpublish                                                   | step W                | code      | own     | I-17, PIPL 15: consent to publication is taken back
portal:rate portal:rated                                           | rating W              | code      | own     | RA-1: once per target
portal:review portal:recheck                                       | review W              | code      | own     | R-35, R-36

# officers
workbench:login workbench:logout                                   | session W             | everybody | session | checklist 48 to 51
workbench:second_step workbench:passkey_login workbench:provider workbench:provider_back | session W  | everybody | session | checklist 51: after the password, or in its place; opens nothing by itself
workbench:account workbench:password workbench:factors workbench:add_app workbench:add_passkey workbench:remove_factor workbench:recovery_codes workbench:end_sessions | officer_account W | officer | post | checklist 48 to 51: the own log-in, whatever the post
workbench:admin workbench:admin_user workbench:rights_requests workbench:rights_request | setup R | officer | all | B.3: users and posts, never a case
workbench:running                                                  | setup R               | officer   | all     | how the installation is: names of work and numbers, never a case
workbench:ask_for_user workbench:ask_for_post workbench:ask_to_change workbench:ask_about workbench:issue_password workbench:withdraw_request | setup W | officer | all | B.3: SYS asks, SEC decides
workbench:decide_request workbench:reset_factor workbench:admin_end_sessions | setup A | officer | all | B.3: the second approval is SEC's
workbench:post                                                     | session W             | officer   | post    | another post of the same user: other rights, other session
workbench:queue                                                    | bench R               | officer   | matters | checklist 14: lists, side bar and counts are filtered
workbench:list_settings workbench:list_filters workbench:delete_filter | bench W           | officer   | post    | G.4: how the own lists look, and own filters by facts of the matter; never by a person
workbench:search                                                   | search R              | officer   | matters | checklist 14
workbench:find_person                                              | identity R            | officer   | matters | DU-1, G.4: one whole name or number, for somebody who is there; on record before it is shown (C-11)
workbench:roundup                                                  | inbox W               | officer   | post    | how often the own post is told figures, and by which ways; checklist 46
workbench:messages                                                 | inbox R               | officer   | post    | checklist 46
workbench:case                                                     | case M                | officer   | matters | B.3 rows text and report
workbench:report                                                   | report R              | officer   | matters | B.3 row report; every opening is on record, C-11
workbench:reveal workbench:reveal_close                            | reveal W              | officer   | matters | C-11: a purpose, the password again, the record first
workbench:reveals                                                  | reveal W or reveal A  | officer   | post    | C-11: what waits for one's consent, and what one asked
workbench:reveal_decide                                            | reveal A              | officer   | matters | C-11: the second person, of the same organisation, never the asker
workbench:why                                                      | access_explanation R  | officer   | matters | which line of this table opens it
workbench:readers                                                  | readers R             | officer   | matters | who may open it, who did; without one's own looking, LG-4
workbench:note                                                     | note W                | officer   | matters | a working paper of one's organisation
workbench:letter                                                   | letter R              | officer   | matters | B.3, I-17
workbench:file                                                     | attachment R          | officer   | matters | B.3
workbench:step                                                     | step W                | officer   | matters | moves.py
workbench:bulk                                                     | step W                | officer   | matters | rules/bulk.py: each petition by its own step
workbench:bulk_result                                              | step W                | officer   | post    | what came of the own batch; what is hidden by now is only counted
workbench:opinion workbench:opinion_page workbench:opinion_pdf workbench:opinion_word | draft W | officer | matters | B.3 rows opinion and review: the text before it is signed
workbench:sealed                                                   | sealed_register R     | officer   | post    | B.3 "own sealed list", C-08, C-15
workbench:window                                                   | filing W              | officer   | session | I-01
workbench:window_proposals                                         | filing W              | officer   | matters | PIPL 24, I-01: what the machine reads in words that are being typed; read-only, keeps nothing; earlier matters through visible_to
workbench:statistics                                               | statistics C          | officer   | matters | B.3 "counts", C-14: without reports; of the own subtree as the cell says
workbench:indicators workbench:indicator                           | statistics C          | officer   | matters | G.2, B.3 "counts", C-14: numerator and denominator of organs, small ones withheld
workbench:indicator_matters                                        | statistics C          | officer   | matters | G.2: the matters behind a figure, only those that may be opened; ratings for who may read them
workbench:indicators_export                                        | statistics X          | officer   | matters | C-11, C-14: one table as it is shown
workbench:statistics_export                                        | statistics X          | officer   | matters | C-11, C-14: one table as it is shown
workbench:export                                                   | list_export X         | officer   | matters | C-11: the rows of the list itself, without reports
workbench:exports workbench:export_progress                        | list_export X or requested_export X or audit_log X | officer | post | C-10, C-11, LG-5: files that one asked for oneself
workbench:inspection workbench:inspection_request                  | requested_export R    | officer   | post    | C-10, R-41(2): requests of the own office; the leader decides there, checked again
workbench:inspection_new                                           | requested_export W    | officer   | post    | C-10: the liaison asks, in the name of an inspection organ
workbench:digests workbench:digest                                 | digest R              | officer   | post    | C-09, R-30(2): of the own office, or delivered to the own personnel organ
workbench:digest_new                                               | digest W              | officer   | matters | C-09: from reports that the liaison may open
workbench:patrol workbench:finding                                 | finding R             | officer   | matters | SV-1: checked and decided by the supervisor, read by the unit
workbench:urgent_list workbench:urgent_report                      | urgent_report R       | officer   | matters | UR-1: `UrgentReport.visible_to`; an addressed organ reads the report, not the matter
workbench:ratings workbench:rating                                 | alike_ratings R       | officer   | matters | G.4: ratings of an organ below that look alike; of an organ, never of a citizen
workbench:samples workbench:sample                                 | sample R              | officer   | post    | G.2: samples of the own office
workbench:sample_new workbench:sheet                               | sample W              | officer   | matters | G.2: drawn by chance from what may be opened; a sheet of a hidden matter is a 404
workbench:completions                                              | transfer R            | officer   | matters | SV-8: reports on assigned matters, of the own office and the own organ
workbench:supervisions workbench:supervision                                             | supervision R         | officer   | matters | SV-2: of the own office, and those that concern the own organ
workbench:recommendations workbench:recommendation                 | recommendation R      | officer   | matters | SV-4, SV-5: of the own office, addressed to the own organ, or of the offices below
workbench:recommendation_new workbench:recommendation_draft workbench:recommendation_edit | recommendation W | officer | matters | SV-4: drafted by the petition office only
workbench:recommendation_letter                                    | recommendation R      | officer   | matters | F-27, F-28: numbers of matters, never who petitions
workbench:measures workbench:measure workbench:measure_letter      | measure R             | officer   | matters | SV-6: of the own office or conference, and those towards the own organ
workbench:measure_new workbench:measure_edit                       | measure W             | officer   | matters | R-39(3): proposed by the petition office or the office of the conference
workbench:information workbench:information_report                 | information R         | officer   | post    | A-36: of the own unit, what came to it, what was sent within the own area
workbench:information_new workbench:information_edit workbench:information_act | information W | officer | post | A-36: rules/information.py says which act at which state
workbench:screening                                                | screening R           | officer   | post    | A-34: tasks of the own unit, progress of the own area
workbench:screening_zero                                           | screening W           | officer   | post    | A-35: the zero report of the own unit
workbench:screening_order                                          | screening A           | officer   | post    | A-35: a concentrated round in the own area
workbench:screening_units                                          | screening R           | officer   | post    | A-34: a unit outside the own area is a 404
workbench:ledgers workbench:ledger_print workbench:ledger_item workbench:ledger_file workbench:ledger_sheet_print | ledger R | officer | matters | A-33, H.2: `Item.visible_to`; a report is in none (C-01)
workbench:campaigns workbench:campaign                             | ledger R              | officer   | matters | A-55: progress of measures, of the items that one may see
workbench:backlog workbench:hand_overs workbench:hand_over         | ledger R              | officer   | matters | G.1, A-30: `visible_to`; putting in and signing are checked again
workbench:campaign_new workbench:campaign_round workbench:hand_over_new | ledger W         | officer   | matters | A-30, A-55: who runs or signs, checked again
workbench:ledger_new workbench:ledger_edit workbench:ledger_act workbench:ledger_sheet    | ledger W              | officer   | matters | A-33: ledgers.py decides which act
workbench:ledger_export                                            | ledger X              | officer   | matters | C-11: the rows as they are listed
workbench:month                                                    | statistics C          | officer   | matters | H.1, B.3 "counts", G.4: a month of the own area as figures; each leads to what this post may open
workbench:model_draft                                              | case M                | officer   | matters | PIPL 24, checklist 47: the operator's own model drafts text about one matter; on record first, never a report
workbench:proposal_effect                                          | proposal C            | officer   | all     | PIPL 24, G.4, C-14: how well the machine proposed, by version; no officer, no organ, no report, small figures withheld
workbench:classifier_versions                                      | classifier R          | officer   | all     | PIPL 24, G.4, C-14: what the classifier learned from, in counts; no officer, no organ, no report, small figures withheld
workbench:use_classifier                                           | classifier W          | officer   | all     | PIPL 24: back to an older version, with a reason, on record
workbench:reports workbench:analysis_report workbench:analysis_file | analysis R            | officer   | post    | H.1, H.4, H.5: reports of the own office, issued ones that were given to the own organ
workbench:analysis_new workbench:analysis_title workbench:analysis_part workbench:analysis_parts | analysis W        | officer   | post    | H.1: write and change what is not issued
workbench:analysis_act                                             | analysis W or analysis A | officer | post   | H.5: hand in; the leader of the petition office issues or sends back
workbench:meetings workbench:meeting workbench:minutes             | meeting R             | officer   | post    | A-48, H.1: of the own unit; issued ones of the own area
workbench:meeting_new workbench:meeting_edit workbench:meeting_decide workbench:meeting_drop | meeting W | officer | post | A-48: the record of the own unit until it is issued
workbench:meeting_issue                                            | meeting A             | officer   | post    | A-48: the leader issues it; each decision becomes an item of the ledger
workbench:same_matter                                              | same_matter W         | officer   | matters | DU-1, DU-7, G.4: starts from a matter; both matters through visible_to, none under seal
workbench:hot_issues workbench:hot_issue workbench:hot_sheet         | hot_issue R           | officer   | matters | H.3: figures without persons; its matters one by one through visible_to
workbench:hot_act workbench:hot_send                                 | hot_issue W           | officer   | matters | H.3: an analyst decides; no matter is touched (DU-7)
workbench:published                                                | public_answer R       | officer   | matters | I-17: of the own office, of matters that may be opened
workbench:published_new workbench:published_one                    | public_answer W       | officer   | matters | I-17: prepared here; approved by somebody else with the letter A, checked again
workbench:audit workbench:audit_entry                              | audit_log R           | officer   | all     | B.3, LG-4: no content, nothing about oneself
workbench:audit_export                                             | audit_log X           | officer   | all     | LG-5: signed
workbench:receipt workbench:slip                                   | receipt R             | officer   | session | I-15: this officer has just registered it

# programs
api:docs api:openapi-json api:api-root api:nothing_here            | public_page R         | everybody | page    | the description; other addresses are a 404 in JSON
api:organisations                                                  | organisation R        | everybody | page    | R-18(1)
api:submit                                                         | filing W              | token     | session | I-01, R-17(1)
api:upload                                                         | attachment W          | token     | session | files of the same client
api:follow                                                         | progress R            | code      | own     | I-15

# the worker: by the clock
duty:withdrawals duty:deadlines duty:provisional                   | step W                | system    | event   | WD-3, DL-17, DL-20, T-57, T-58
duty:rating_windows                                                | alike_ratings W       | system    | event   | RA-3, RA-6, G.4: reminder, end of the window, ratings that look alike; never a single value
duty:urgent_alarms                                                 | urgent_report W       | system    | event   | UR-3, UR-5: 30 and 60 minutes after the mark, and when a continued report is late, each once
duty:patrol                                                        | finding W             | system    | event   | SV-1: days noted for a second look
duty:recommendations                                               | recommendation W      | system    | event   | SV-5, SV-6: who is asked is told once, a last day that passed is found once
duty:ledgers                                                       | ledger W              | system    | event   | A-33: whose turn it is, what is past its day; told once, to who may see it
duty:exports                                                       | upkeep W              | system    | event   | C-11: files that an officer asked for, in that officer's scope
duty:checkpoints                                                   | upkeep W              | system    | event   | LG-1: one signed root a minute, copied outside
duty:reports                                                       | analysis W            | system    | event   | H.1: reports that an officer asked for, part by part
duty:screening duty:screening_alerts                               | screening W           | system    | all     | A-35: rounds from the calendar; what is late is told once
duty:meetings                                                          | inbox W               | system    | all     | A-48: a month without a record of its meeting is told once to the heads of the organ
duty:roundups                                                      | inbox W               | system    | all     | checklist 46: figures of the own desk and area, numbers only, once a period
duty:proposals                                                     | proposal W            | system    | event   | PIPL 24: of what waits and has none, a few at a time
duty:model_drafts                                                  | proposal W            | system    | event   | PIPL 24, checklist 47: what was asked for on a page, on record before; the text is shown to who asked and gone after an hour
duty:classifier                                                    | classifier W          | system    | all     | C-01, PIPL 24: learns at night from decided petitions without reports; keeps pieces of words that stand in several
duty:rescan                                                        | upkeep W              | system    | event   | files that waited for the virus scanner
duty:forget                                                        | upkeep W              | system    | event   | PIPL 19: what nobody may need any more
duty:search                                                        | upkeep W              | system    | event   | checklist 14: entries of imported and moved matters, with their scope
duty:word_scale                                                    | same_matter W         | system    | all     | C-01: how common pairs of characters are, in a sample without reports; it names nobody
duty:indicators duty:indicators_check                              | statistics W          | system    | all     | G.2: facts and sums of organs, without a person; proved every night
duty:hot_issues duty:hot_surges                                    | hot_issue W           | system    | all     | H.3, A-66: like matters into groups, what rises into a bell; no person, no report
duty:counts duty:counts_check                                      | statistics W          | system    | all     | B.3 "counts": sums by unit, without a matter or a person; proved once a night

# the worker: after an event
reaction:expand reaction:print_letters                             | upkeep W              | system    | event   | ADR 0002
reaction:rating_window                                              | alike_ratings W       | system    | event   | RA-6: from when to when one may rate
reaction:urgent                                                    | inbox W               | system    | event   | UR-1, UR-3: who must read the report, who must see that it is sent; by number only
reaction:patrol                                                    | finding W             | system    | event   | SV-1: what an organ owes and did not do, kept for the supervisor
reaction:analyse reaction:settle_proposals                         | proposal W            | system    | event   | PIPL 24, checklist 47: proposed after the event, sealed; what was decided instead
reaction:tell_citizen                                              | message W             | system    | event   | F.3
reaction:bell                                                      | inbox W               | system    | event   | checklist 46, C-01
bell:receive bell:register bell:transfer bell:transfer_down bell:assign bell:pass_down bell:transfer_political_legal bell:transfer_discipline bell:pass_sealed bell:classify bell:decide_jurisdiction bell:return_from_leadership | inbox W | system | event | C-01
bell:raise_objection bell:answer_objection_agree bell:answer_objection_refuse bell:allow_late_objection bell:dispute_jurisdiction bell:object_to_filing bell:sign_in bell:accept bell:accept_simple bell:start_handling bell:ask_recusal bell:withdraw_from_handling bell:decide_recusal | inbox W | system | event | C-01
bell:request_extension bell:extend bell:decline_extension bell:submit_opinion bell:return_opinion bell:issue_opinion bell:co_answer bell:flag_urgent bell:draft_completion bell:report_completion bell:return_completion bell:approve_completion bell:relay_completion bell:ask_supervision bell:propose_supervision bell:issue_supervision bell:answer_supervision bell:return_supervision bell:close_supervision bell:note_ledger | inbox W | system | event | C-01
bell:request_review bell:request_recheck bell:forward_review bell:serve_review_opinion bell:serve_recheck_opinion bell:supplement bell:ask_progress bell:confirm_execution bell:dispute_execution | inbox W | system | event | C-01
bell:request_withdrawal bell:cancel_withdrawal bell:resume bell:warn bell:recompute_limit bell:record_silence bell:record_overdue | inbox W | system | event | C-01

# what leaves the house; each has a neutral form for reports and for whoever asks for secrecy
message:received message:registered message:joined message:split message:transferred message:reported_up message:guided message:sent_on message:replied message:filed message:no_longer_accepted message:reassigned | message W | system | event | C-01, checklist 46
message:signed_in message:accepted message:other_route message:not_accepted message:silence message:overdue message:handling message:recusal_decided message:supervision_asked message:supervised message:supervision_declined message:supervision_closed message:converted message:extended message:answered message:answered_suggestion message:settled message:executing message:executed message:closed | message W | system | event | C-01, checklist 46
message:review_received message:review_accepted message:review_refused message:review_answered message:recheck_received message:recheck_answered message:hearing message:hearing_over | message W | system | event | C-01, checklist 46
message:progress_answered message:withdrawal_requested message:withdrawn message:resumed message:window_review message:window_recheck message:window_confirm message:window_resume message:rating_reminder message:limit_moved | message W | system | event | C-01, checklist 46
message:login_code                                                 | message W             | system    | session | I-16: to the number that was typed
"""  # fmt: skip

_ASKED = re.compile(r"(?P<thing>\w+) (?P<letter>[RMWAXVC])")
_LETTERS = {action.code: action for action in Action}
# Who is asked in the portal and in the API; an officer is asked with the roles of the post.
CALLERS = {
    "everybody": (Caller.VISITOR, Role.CITIZEN),
    "code": (Role.CITIZEN, Caller.AGENT, Caller.CLIENT),
    "account": (Role.CITIZEN,),
    "token": (Caller.CLIENT,),
    "system": (Role.SYSTEM,),
}


class WrongLine(ValueError):
    """A line of the table cannot be read; the program does not start with it."""


@dataclass(frozen=True)
class Entrance:
    """One way in or out. `asks`: any of these (object, action) is enough."""

    name: str
    asks: tuple[tuple[str, Action], ...]
    who: str
    scope: str
    basis: str

    def opens_to(self, callers: Iterable[Role | Caller]) -> Cell | None:
        """The cell that lets one of these in, or None."""
        callers = tuple(callers)
        return next((found for thing, action in self.asks if (found := allowed(callers, thing, action))), None)


def parse(table: str) -> dict[str, Entrance]:
    """The lines by name. Raises WrongLine for whatever cannot be read."""
    found: dict[str, Entrance] = {}
    for line in table.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 5 or parts[2] not in WHO or parts[3] not in SCOPES or not parts[4]:
            raise WrongLine(line)
        asks = tuple(map(_asked, parts[1].split(" or ")))
        for name in parts[0].split():
            if name in found:
                raise WrongLine(f"{name} stands twice")
            found[name] = Entrance(name, asks, *parts[2:])
    return found


def _asked(text: str) -> tuple[str, Action]:
    read = _ASKED.fullmatch(text)
    if read is None or read["thing"] not in ROWS:
        raise WrongLine(text)
    return read["thing"], _LETTERS[read["letter"]]


ENTRANCES = MappingProxyType(parse(TABLE))


def entrance(name: str) -> Entrance | None:
    """The line of one name (`workbench:case`, `duty:forget`, `message:received`), or None."""
    return ENTRANCES.get(name)
