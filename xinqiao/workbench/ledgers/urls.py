"""Addresses of the ledgers, below `desk/`."""

from django.urls import path

from . import backlog, campaigns, hand_overs, lists, pages, sheets

urlpatterns = [
    path("ledgers/", lists.list_page, name="ledgers"),
    path("ledgers/print/", lists.print_page, name="ledger_print"),
    path("ledgers/export/", lists.export_page, name="ledger_export"),
    path("ledgers/new/", pages.new_page, name="ledger_new"),
    path("ledgers/<int:item_id>/", pages.item_page, name="ledger_item"),
    path("ledgers/<int:item_id>/edit/", pages.edit_page, name="ledger_edit"),
    path("ledgers/<int:item_id>/do/<slug:act>/", pages.act_page, name="ledger_act"),
    path("ledgers/<int:item_id>/sheet/", sheets.sheet_page, name="ledger_sheet"),
    path("ledgers/<int:item_id>/sheet/print/", sheets.print_page, name="ledger_sheet_print"),
    path("ledgers/files/<int:evidence_id>/", pages.file_page, name="ledger_file"),
    path("ledgers/backlog/", backlog.backlog_page, name="backlog"),
    path("ledgers/campaigns/", campaigns.list_page, name="campaigns"),
    path("ledgers/campaigns/new/", campaigns.new_page, name="campaign_new"),
    path("ledgers/campaigns/<int:campaign_id>/", campaigns.campaign_page, name="campaign"),
    path("ledgers/campaigns/<int:campaign_id>/rounds/<int:turn>/", campaigns.round_page, name="campaign_round"),
    path("ledgers/hand-overs/", hand_overs.list_page, name="hand_overs"),
    path("ledgers/hand-overs/new/", hand_overs.new_page, name="hand_over_new"),
    path("ledgers/hand-overs/<int:hand_over_id>/", hand_overs.hand_over_page, name="hand_over"),
]
