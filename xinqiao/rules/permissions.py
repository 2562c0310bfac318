"""Who may do what with what: the permission matrix of B.3 as one table, and nothing else decides.

`TABLE` is read as a table: a row for each sort of object, a column for each sort of caller, in each cell `reach:letters` or `-`.

    reach    own   one's own matters, session, account, post     reg   only while it is being registered
             asg   matters given to this very person             sld   sealed list: number, date, receiver; the text under seal
             cmp   own organisation is the competent organ       org   matters on a desk of the own organisation
             sub   these, and those of every organisation below the own government; of the rating: of every unit of the matter
             all   everywhere
    letters  R read   M read with personal data masked   W create, change   A approve, sign   X export   V reveal, with a reason
             C counts only

Whoever has no cell is refused, and learns nothing: the page is the one for an address that does not exist. Being in the accused set
of a report takes away every reach whatever the cell says (C-01). Which step is open at which stage stands in `moves.py`.

It is parsed once, when the program starts; a cell that cannot be read, a missing column, a letter that a row may not have, is an error then.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from xinqiao.rules.stages import Coded, Role


class Caller(Coded):
    """Who asks, besides the roles of B.2."""

    VISITOR = "visitor", "匿名访客", "PUB"
    AGENT = "agent", "代理人", "AGT"
    CLIENT = "client", "接口客户端", "API"


class Action(Coded):
    """What is asked of an object."""

    READ = "read", "查看", "R"
    READ_MASKED = "read_masked", "脱敏查看", "M"
    WRITE = "write", "新建、变更", "W"
    APPROVE = "approve", "审批、签发", "A"
    EXPORT = "export", "导出", "X"
    REVEAL = "reveal", "说明理由后查看", "V"
    COUNT = "count", "只看数量", "C"


class Reach(StrEnum):
    """Which objects of a kind a cell opens: B.3 (own, org, sub, assigned …). Ordered from the narrowest to the widest."""

    NONE = "none"
    OWN = "own"  # the citizen's own matters; the own session, account and post
    WHILE_REGISTERING = "while_registering"  # only until the registration is finished
    ASSIGNED = "assigned"  # only matters given to this very person
    SEALED_LIST = "sealed_list"  # numbers, dates and receiver; the text after opening the seal
    COMPETENT = "competent"  # only if the own organisation is the competent organ, and never if accused
    ORGANISATION = "organisation"  # matters on the desk of the own organisation
    TERRITORY = "territory"  # these, and those of every organisation below the own government
    EVERYWHERE = "everywhere"


# Columns: the codes of B.2; PUB, AGT, API are `Caller`. A role of the program that stands here in no column may do nothing.
COLUMNS = MappingProxyType({one.code or one.value: one for one in (*Caller, *Role)})

# Rows marked * are those of B.3, in its order. INF: our choice, where B.3 has no row or no column; it is never wider than the work needs.
TABLE = """
object             | PUB   | CIT    | AGT    | API   | VIO    | REG    | TRI    | POL     | SUP    | URC    | UHD    | ULD     | RVW     | LDR    | JCO    | MED    | DSL     | PSL    | JUL    | ANA    | ARC    | SYS    | SEC    | AUD    | system | basis
*text              | -     | own:RW | own:RW | -     | asg:RW | org:RW | org:R  | sub:R   | sub:R  | org:R  | org:R  | org:R   | org:R   | asg:R  | org:R  | asg:R  | -       | -      | org:R  | sub:M  | org:R  | -      | -      | -      | -      | B.3; POL as SUP: signs supervision letters to the units below (INF); REG reads what it writes; JUL: what was sent to the courts and the police (INF)
*report            | -     | own:RW | own:RW | -     | reg:W  | reg:W  | asg:R  | sld:R   | -      | cmp:R  | cmp:R  | cmp:R   | cmp:R   | asg:R  | -      | -      | org:R   | -      | -      | all:C  | -      | -      | -      | -      | -      | B.3, C-01, R-30(3)
*identity          | -     | own:RW | own:RW | -     | asg:M  | org:RW | org:R  | org:R   | org:M  | org:R  | org:R  | org:R   | org:R   | asg:M  | org:M  | asg:M  | org:R   | -      | org:M  | -      | org:M  | -      | -      | -      | -      | B.3, C-12; VIO JCO MED JUL ARC masked (INF)
*secret_identity   | -     | own:RW | own:RW | -     | reg:W  | reg:W  | -      | -       | -      | -      | -      | -       | -       | -      | -      | -      | org:V   | -      | -      | -      | -      | -      | -      | -      | -      | B.3: written once; read with a reason, C-11
report_identity    | -     | own:RW | own:RW | -     | reg:W  | reg:W  | asg:M  | sld:M   | -      | cmp:R  | cmp:R  | cmp:R   | cmp:R   | -      | -      | -      | org:R   | -      | -      | -      | -      | -      | -      | -      | -      | B.3 row "report" for identity: who reads the text in part sees the name masked (INF)
*transfer          | -     | own:R  | own:R  | -     | -      | -      | org:RW | org:RWA | sub:R  | org:RW | org:RW | org:RWA | org:R   | asg:R  | org:R  | -      | org:RW  | -      | org:R  | -      | org:R  | -      | -      | -      | -      | B.3: sign-in and objection are writing; JCO decides disputes, R-24(1)
*notices           | -     | own:R  | own:R  | -     | -      | org:R  | org:RW | org:RA  | sub:R  | org:RW | org:RW | org:RWA | org:RW  | asg:R  | -      | -      | org:R   | -      | -      | all:C  | org:R  | -      | -      | -      | -      | B.3; REG hands over F-02, DSL its own list F-05 (INF)
*opinion           | -     | own:R  | own:R  | -     | -      | -      | org:R  | org:R   | sub:R  | org:R  | org:RW | org:RWA | org:R   | asg:R  | -      | -      | -       | -      | -      | all:C  | org:R  | -      | -      | -      | -      | B.3; drafts by UHD and ULD, not by the receiver (INF, narrower)
*review            | -     | own:RW | own:RW | -     | -      | org:W  | org:RW | org:R   | sub:R  | org:RW | org:RW | org:RWA | org:RWA | asg:R  | -      | -      | -       | -      | -      | all:C  | org:R  | -      | -      | -      | -      | B.3; REG and TRI register a request that came by letter (R-17(1))
*supervision       | -     | -      | -      | -     | -      | -      | org:RW | sub:RA  | sub:RW | org:RW | org:RW | org:RA  | -       | asg:R  | -      | -      | -       | -      | -      | all:C  | -      | -      | -      | -      | -      | B.3
*rating            | -     | own:W  | own:W  | -     | -      | -      | sub:M  | sub:M   | sub:M  | org:M  | org:M  | org:R   | -       | all:C  | -      | -      | -       | -      | -      | all:C  | -      | -      | -      | -      | -      | B.3, RA-8: after the window has closed
*incident          | -     | own:R  | own:R  | -     | -      | org:W  | -      | org:RA  | sub:R  | -      | -      | -       | -       | -      | -      | -      | -       | -      | -      | all:C  | -      | -      | -      | -      | -      | B.3, D.15
*own_access_list   | -     | own:R  | own:R  | -     | -      | -      | -      | -       | -      | -      | -      | -       | -       | -      | -      | -      | -       | -      | -      | -      | -      | -      | -      | -      | -      | B.3 row "audit log", LG-6
*audit_log         | -     | -      | -      | -     | -      | -      | -      | -       | -      | -      | -      | -       | -       | -      | -      | -      | -       | -      | -      | -      | -      | -      | -      | all:RX | all:W  | B.3: all of it, no content; LG-4, LG-5
*setup             | -     | -      | -      | -     | -      | -      | -      | -       | -      | -      | -      | -       | -       | -      | -      | -      | -       | -      | -      | -      | -      | all:RW | all:RA | all:R  | -      | B.3: users, roles, calendar, taxonomy; the second approval is SEC's
attachment         | -     | own:RW | own:RW | own:W | asg:RW | org:RW | org:R  | sub:R   | sub:R  | org:R  | org:R  | org:RW  | org:R   | asg:R  | org:R  | asg:R  | org:R   | -      | org:R  | -      | org:R  | -      | -      | -      | -      | B.3 row "text + attachments"; a picture cannot be masked: not for ANA (INF)
letter             | -     | own:R  | own:R  | -     | -      | org:R  | org:R  | sub:R   | sub:R  | org:R  | org:R  | org:R   | org:R   | asg:R  | org:R  | asg:R  | org:R   | -      | org:R  | -      | org:R  | -      | -      | -      | -      | B.3 rows transfer to review: the issued letters of a matter that may be opened; ANA counts only
draft              | -     | -      | -      | -     | -      | -      | -      | -       | -      | -      | org:RW | org:RW  | org:RW  | -      | -      | -      | -       | -      | -      | -      | -      | -      | -      | -      | -      | B.3 rows opinion "W draft" and review "W": the text of an opinion that nobody has signed
agreement          | -     | own:R  | own:R  | -     | -      | -      | org:R  | org:R   | sub:R  | org:R  | org:RW | org:RWA | -       | asg:R  | -      | asg:RW | -       | -      | -      | -      | org:R  | -      | -      | -      | -      | MD: settlement (INF)
step               | -     | own:W  | own:W  | -     | asg:W  | org:W  | org:W  | org:W   | sub:W  | org:W  | org:W  | org:W   | org:W   | -      | org:W  | asg:W  | org:W   | -      | -      | -      | org:W  | -      | -      | -      | all:W  | moves.py decides which; who has no step there has no page here
filing             | all:W | all:W  | all:W  | all:W | org:W  | org:W  | -      | -       | -      | org:W  | -      | -       | -       | -      | -      | -      | -       | -      | -      | -      | -      | -      | -      | -      | -      | R-17(1), I-01: nobody who writes is turned away; officers at their own window
import             | -     | -      | -      | -     | -      | -      | -      | -       | -      | -      | -      | -       | -       | -      | -      | -      | -       | -      | -      | -      | -      | -      | -      | -      | all:W  | history of an older system, by command only (INF)
receipt            | -     | own:R  | own:R  | own:R | own:R  | own:R  | own:R  | -       | -      | own:R  | -      | -       | -       | -      | -      | -      | -       | -      | -      | -      | -      | -      | -      | -      | -      | I-15: whoever handed it in, for half an hour
progress           | -     | own:R  | own:R  | own:R | -      | -      | -      | -       | -      | -      | -      | -       | -       | -      | -      | -      | -       | -      | -      | -      | -      | -      | -      | -      | -      | R-20, I-15: number and query code, or the account
public_page        | all:R | all:R  | all:R  | all:R | all:R  | all:R  | all:R  | all:R   | all:R  | all:R  | all:R  | all:R   | all:R   | all:R  | all:R  | all:R  | all:R   | all:R  | all:R  | all:R  | all:R  | all:R  | all:R  | all:R  | all:R  | R-18(1): channels, law and procedure are public
organisation       | all:R | all:R  | all:R  | all:R | all:R  | all:R  | all:R  | all:R   | all:R  | all:R  | all:R  | all:R   | all:R   | all:R  | all:R  | all:R  | all:R   | all:R  | all:R  | all:R  | all:R  | all:R  | all:R  | all:R  | all:R  | R-18(1): names, addresses and telephones of organs
letter_check       | all:R | all:R  | all:R  | all:R | all:R  | all:R  | all:R  | all:R   | all:R  | all:R  | all:R  | all:R   | all:R   | all:R  | all:R  | all:R  | all:R   | all:R  | all:R  | all:R  | all:R  | all:R  | all:R  | all:R  | -      | FD-4: whoever holds the paper may ask whether it is genuine; no name is shown
checkpoint         | all:R | all:R  | all:R  | all:R | all:R  | all:R  | all:R  | all:R   | all:R  | all:R  | all:R  | all:R   | all:R   | all:R  | all:R  | all:R  | all:R   | all:R  | all:R  | all:R  | all:R  | all:R  | all:R  | all:R  | all:W  | LG-1: digests only; the public proof
session            | own:W | own:W  | own:W  | -     | own:W  | own:W  | own:W  | own:W   | own:W  | own:W  | own:W  | own:W   | own:W   | own:W  | own:W  | own:W  | own:W   | own:W  | own:W  | own:W  | own:W  | own:W  | own:W  | own:W  | all:W  | checklist 48 to 51: log-in, log-out, the post one works in
citizen_account    | -     | own:RW | own:RW | -     | -      | -      | -      | -       | -      | -      | -      | -       | -       | -      | -      | -      | -       | -      | -      | -      | -      | -      | -      | -      | all:W  | an own account by mobile number; nobody else's
officer_account    | -     | -      | -      | -     | own:RW | own:RW | own:RW | own:RW  | own:RW | own:RW | own:RW | own:RW  | own:RW  | own:RW | own:RW | own:RW | own:RW  | own:RW | own:RW | own:RW | own:RW | own:RW | own:RW | own:RW | -      | checklist 48 to 51: own password, second factor, sessions
inbox              | -     | -      | -      | -     | own:RW | own:RW | own:RW | own:RW  | own:RW | own:RW | own:RW | own:RW  | own:RW  | own:RW | own:RW | own:RW | own:RW  | own:RW | own:RW | own:RW | own:RW | own:RW | own:RW | own:RW | all:W  | the bell, without content (checklist 46); made and shown only for what may be opened
bench              | -     | -      | -      | -     | own:RW | own:RW | own:RW | own:RW  | own:RW | own:RW | own:RW | own:RW  | own:RW  | own:RW | own:RW | own:RW | own:RW  | own:RW | own:RW | own:RW | own:RW | own:RW | own:RW | own:RW | -      | the first page after the log-in; its lists are `visible_to`, empty for who reads none; how the own lists look is one's own
search             | -     | -      | -      | -     | asg:R  | org:R  | org:R  | sub:R   | sub:R  | org:R  | org:R  | org:R   | org:R   | asg:R  | org:R  | asg:R  | org:R   | -      | org:R  | -      | org:R  | -      | -      | -      | -      | checklist 14: in what may be read in full; titles are not masked, so not for ANA (INF)
case               | -     | -      | -      | -     | asg:R  | org:R  | org:R  | sub:R   | sub:R  | org:R  | org:R  | org:R   | org:R   | asg:R  | org:R  | asg:R  | org:R   | -      | org:R  | sub:M  | org:R  | -      | -      | -      | -      | the page of a matter: text or report above, whichever it is
note               | -     | -      | -      | -     | -      | org:RW | org:RW | org:RW  | org:RW | org:RW | org:RW | org:RW  | org:RW  | asg:RW | org:RW | asg:RW | org:RW  | -      | org:RW | -      | org:RW | -      | -      | -      | -      | working paper of one organisation (INF)
same_matter        | -     | -      | -      | -     | -      | org:RW | org:RW | org:RW  | org:RW | org:RW | org:RW | org:RW  | org:RW  | asg:RW | org:RW | asg:RW | org:RW  | -      | org:RW | -      | org:RW | -      | -      | -      | all:W  | DU-1, DU-7: is this the same matter as an earlier one; both must be open to who says so, and nothing is joined (INF)
access_explanation | -     | -      | -      | -     | asg:R  | org:R  | org:R  | sub:R   | sub:R  | org:R  | org:R  | org:R   | org:R   | asg:R  | org:R  | asg:R  | org:R   | -      | org:R  | sub:R  | org:R  | -      | -      | -      | -      | why may I see this: of every matter that one may open
readers            | -     | -      | -      | -     | -      | -      | -      | -       | sub:R  | -      | -      | -       | -       | -      | -      | -      | org:R   | -      | -      | -      | -      | -      | -      | -      | -      | who may see this matter: the supervisor; of a report the liaison (C-01)
reveal             | -     | -      | -      | -     | -      | org:W  | org:W  | org:WA  | -      | org:W  | org:W  | org:WA  | org:W   | -      | -      | -      | org:WA  | -      | -      | -      | -      | -      | -      | -      | -      | C-11: a reason of 10 characters; protected level: another liaison or the office's leader lets it through
clearance          | -     | -      | -      | -     | -      | -      | -      | -       | -      | -      | -      | -       | -       | -      | -      | -      | org:RW  | -      | -      | -      | -      | -      | -      | -      | -      | C-02: clear a subordinate of the accused, with a reason
sealed_register    | -     | -      | -      | -     | -      | -      | -      | org:R   | -      | -      | -      | -       | -       | -      | -      | -      | org:R   | -      | -      | -      | -      | -      | -      | -      | -      | B.3 "own sealed list", C-08: number, days and receiver of what was passed on; nothing can be opened from it
statistics         | -     | -      | -      | -     | -      | -      | org:C  | sub:CX  | sub:CX | -      | -      | org:CX  | -       | all:CX | org:C  | -      | -       | -      | -      | sub:CX | -      | -      | -      | -      | all:W  | B.3 "counts"; C-14: no cell below 5; X: a table as it is shown, for a purpose (C-11)
list_export        | -     | -      | -      | -     | -      | -      | org:X  | sub:X   | sub:X  | -      | -      | org:X   | -       | -      | -      | -      | -       | -      | -      | -      | org:X  | -      | -      | -      | -      | C-11: what the list shows, no identity; noted with a reason (INF)
requested_export   | -     | -      | -      | -     | -      | -      | -      | org:RA  | -      | -      | -      | -       | -       | -      | -      | -      | org:RWX | -      | -      | -      | -      | -      | -      | -      | -      | C-10, R-41(2): request, purpose, approval of POL, log
digest             | -     | -      | -      | -     | -      | -      | -      | org:RA  | -      | -      | -      | -       | -       | -      | -      | -      | org:RW  | org:R  | -      | -      | -      | -      | -      | -      | -      | C-09, R-30(2): sealed digest for the personnel organ
urgent_report      | -     | -      | -      | -     | -      | org:RW | org:RW | sub:RWA | sub:RW | org:RW | org:RW | org:RWA | org:RW | org:R | org:R | -      | -       | -      | -      | -      | -      | -      | -      | -      | all:W  | R-25: of the own organ, of the organs below for who supervises, and what was sent to the own organ; without a name
alike_ratings      | -     | -      | -      | -     | -      | -      | -      | sub:RA  | sub:RA | -      | -      | -       | -       | -     | -      | -      | -       | -      | -      | -      | -      | -      | -      | -      | all:W  | G.4: ratings of an organ that look as if somebody else had given them; decided above, never by the organ itself
sample             | -     | -      | -      | -     | -      | -      | -      | sub:RW  | sub:RW | -      | -      | -       | -       | -     | -      | -      | -       | -      | -      | -      | -      | -      | -      | -      | -      | G.2 "registration quality": drawn by chance, without reports
finding            | -     | -      | -      | -     | -      | -      | -      | sub:RA  | sub:RA | -      | -      | org:R   | -       | -      | -      | -      | -       | -      | -      | -      | -      | -      | -      | -      | all:W  | SV-1, SV-2: what the patrol found; supervisors decide, the unit itself may read what concerns it (INF)
recommendation     | -     | -      | -      | -     | -      | -      | org:RW | sub:RWA | sub:RW | org:RW | org:RW | org:RWA | -       | cmp:RA | -      | -      | cmp:RWA | cmp:RWA| cmp:RWA| all:C  | -      | -      | -      | -      | all:W  | B.3 row "supervision letter, recommendation"; cmp: only as the addressed organ, the head of government or committee, the liaisons of the organs with cadre competence, of courts and police (R-40(2) to (4), INF)
measure            | -     | -      | -      | -     | -      | -      | -      | sub:RWA | sub:RW | org:R  | org:RW | org:RWA | -       | org:R  | sub:RWA| -      | -       | -      | -      | all:C  | -      | -      | -      | -      | all:W  | SV-6, R-39(3): proposed by the supervisor, decided by the joint conference, whose office enters it; the organ reads and reports (INF)
ledger             | -     | own:RW | own:RW | -     | org:RW | org:R  | org:RW | sub:RWAX | sub:RWAX | org:RW | org:RW | org:RWAX | -       | asg:RW | org:RWAX | -      | -       | -      | org:RW | -      | -      | -      | -      | -      | all:W  | A-33, H.2: what is to be done by whom until when; ledgers.py decides which act; A: cancels, as a second person (INF)
information        | -     | -      | -      | -     | org:RW | org:RW | org:RW | sub:RWA | sub:RW | org:RW | org:RW | org:RWA | -       | org:R  | sub:RWA| -      | -       | -      | -      | sub:R  | -      | -      | -      | -      | -      | A-36: reports upwards about matters and places, never persons; the leader lets them go up; who looks over an area reads what was sent within it (INF)
screening          | -     | -      | -      | -     | org:RW | org:RW | org:RW | sub:RWA | sub:RW | sub:RW | org:RW | sub:RWA | -       | sub:R  | sub:RWA| -      | -       | -      | -      | sub:R  | -      | -      | -      | -      | all:W  | A-34, A-35: the own unit's task; how far the units of the area are, counts of units and nothing of what they found (INF)
meeting            | -     | -      | -      | -     | org:RW | org:RW | org:RW | sub:RWA | sub:RW | org:R  | org:R  | org:RWA | -       | org:R  | sub:RWA| -      | -       | -      | -      | sub:R  | -      | -      | -      | -      | -      | A-10, A-48, A-53: records of the own unit's meetings; issued ones of an area for those who look over it (INF)
analysis           | -     | -      | -      | -     | -      | -      | org:RW | sub:RWA | sub:RW | org:R  | -      | org:R   | -       | org:R  | org:RW | -      | -       | -      | -      | sub:RW | -      | -      | -      | -      | all:W  | H.1, H.4, H.5, R-41(1): reports of the own office; issued ones that were given to the own organ, or of an office of the own area; the leader of the petition office issues (INF)
hot_issue          | -     | -      | -      | -     | -      | -      | -      | sub:RWA | sub:RW | -      | -      | org:R   | -       | org:R  | sub:R  | -      | -       | -      | -      | sub:RW | -      | -      | -      | -      | all:W  | H.3: groups of matters of the own area, no persons; JCO reads what was confirmed, a unit what was given to it as the leading one (INF)
public_answer      | -     | -      | -      | -     | -      | -      | org:RW | org:RWA | org:RW | -      | -      | -       | -       | -      | -      | -      | -       | -      | -      | -      | -      | -      | -      | -      | -      | I-17, PIPL 25: the office prepares, its leader lets it through as a second person; everybody reads what is published (public_page) (INF)
proposal           | -     | -      | -      | -     | -      | -      | -      | -       | all:C  | -      | -      | -       | -       | -      | -      | -      | -       | -      | -      | all:C  | -      | all:C  | -      | -      | all:W  | how well the machine proposed, small figures withheld: of versions, never of officers (G.4); beside a matter it is shown to who may read the text (INF)
classifier         | -     | -      | -      | -     | -      | -      | -      | -       | -      | -      | -      | -       | -       | -      | -      | -      | -       | -      | -      | all:R  | -      | all:RW | -      | -      | all:W  | PIPL 24, G.4: versions of the classifier with their figures, small ones withheld; the administrator may go back to an older one (INF)
message            | -     | own:R  | own:R  | -     | -      | -      | -      | -       | -      | -      | -      | -       | -       | -      | -      | -      | -       | -      | -      | -      | -      | -      | -      | -      | all:W  | SMS and e-mail to the petitioner; a report is not named (C-01, checklist 46)
upkeep             | -     | -      | -      | -     | -      | -      | -      | -       | -      | -      | -      | -       | -       | -      | -      | -      | -       | -      | -      | -      | -      | -      | -      | -      | all:W  | what the program does by the clock: limits, forgetting, keys
"""  # fmt: skip

_REACHES = {
    "own": Reach.OWN,
    "reg": Reach.WHILE_REGISTERING,
    "asg": Reach.ASSIGNED,
    "sld": Reach.SEALED_LIST,
    "cmp": Reach.COMPETENT,
    "org": Reach.ORGANISATION,
    "sub": Reach.TERRITORY,
    "all": Reach.EVERYWHERE,
}
_WIDTH = {reach: number for number, reach in enumerate(Reach)}
_LETTERS = {action.code: action for action in Action}
_CELL = re.compile(rf"(?P<reach>{'|'.join(_REACHES)}):(?P<letters>[{''.join(_LETTERS)}]+)")
NOBODY = "-"


class WrongTable(ValueError):
    """A line of the table cannot be read; the program does not start with it."""


@dataclass(frozen=True)
class Cell:
    """One crossing of the table: how far, and what."""

    reach: Reach
    actions: frozenset[Action]

    def lets(self, action: Action) -> bool:
        """Whoever reads in full also reads masked; whoever reads may count."""
        reads = Action.READ in self.actions
        masked = reads or Action.READ_MASKED in self.actions
        match action:
            case Action.READ_MASKED:
                return masked
            case Action.COUNT:
                return masked or Action.COUNT in self.actions
        return action in self.actions

    def __str__(self) -> str:
        reach = next(word for word, reach in _REACHES.items() if reach is self.reach)
        return f"{reach}:{''.join(action.code for action in Action if action in self.actions)}"


@dataclass(frozen=True)
class Row:
    """One sort of object: its cells by caller, and what they rest on. `in_b3`: a row of the domain spec's own matrix."""

    name: str
    cells: MappingProxyType
    basis: str
    in_b3: bool


def parse(table: str) -> dict[str, Row]:
    """The rows by name. Raises WrongTable for whatever cannot be read."""
    lines = [[part.strip() for part in line.split("|")] for line in table.strip().splitlines()]
    head, *rows = lines
    callers = head[1:-1]
    if head[0] != "object" or head[-1] != "basis" or set(callers) != set(COLUMNS) or len(callers) != len(COLUMNS):
        raise WrongTable(f"columns: {set(callers) ^ set(COLUMNS) or callers}")
    found: dict[str, Row] = {}
    for row in rows:
        name = row[0].removeprefix("*")
        if len(row) != len(head) or not re.fullmatch(r"[a-z_0-9]+", name) or name in found or not row[-1]:
            raise WrongTable(f"row {row[0]}: {len(row)} parts, twice, no basis or no name")
        cells = {COLUMNS[code]: _cell(text, f"{name}/{code}") for code, text in zip(callers, row[1:-1], strict=True)}
        found[name] = Row(name, MappingProxyType(cells), row[-1], row[0].startswith("*"))
    return found


def _cell(text: str, where: str) -> Cell | None:
    if text == NOBODY:
        return None
    read = _CELL.fullmatch(text)
    if read is None or len(set(read["letters"])) != len(read["letters"]):
        raise WrongTable(f"{where}: {text!r}")
    return Cell(_REACHES[read["reach"]], frozenset(_LETTERS[letter] for letter in read["letters"]))


ROWS = MappingProxyType(parse(TABLE))


def cell(caller: Role | Caller, thing: str) -> Cell | None:
    """The cell of one column. KeyError for an object without a row; None for a role without a column."""
    return ROWS[thing].cells.get(caller)


def allowed(callers: Iterable[Role | Caller], thing: str, action: Action) -> Cell | None:
    """The widest cell by which one of these may do this, or None. Whoever has several roles has the rights of each."""
    found = (cell(caller, thing) for caller in callers)
    return max((one for one in found if one and one.lets(action)), key=lambda one: _WIDTH[one.reach], default=None)


def holders(thing: str, action: Action, *reaches: Reach) -> frozenset:
    """The roles and callers whose cell lets them do this, at one of `reaches` (none named: at any)."""
    cells = ROWS[thing].cells.items()
    return frozenset(
        caller for caller, one in cells if one and one.lets(action) and (not reaches or one.reach in reaches)
    )
