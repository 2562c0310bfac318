"""Addresses of the ledgers, below `desk/`."""

from django.urls import path

from . import lists, pages

urlpatterns = [
    path("ledgers/", lists.list_page, name="ledgers"),
    path("ledgers/print/", lists.print_page, name="ledger_print"),
    path("ledgers/export/", lists.export_page, name="ledger_export"),
    path("ledgers/new/", pages.new_page, name="ledger_new"),
    path("ledgers/<int:item_id>/", pages.item_page, name="ledger_item"),
    path("ledgers/<int:item_id>/edit/", pages.edit_page, name="ledger_edit"),
    path("ledgers/<int:item_id>/do/<slug:act>/", pages.act_page, name="ledger_act"),
    path("ledgers/files/<int:evidence_id>/", pages.file_page, name="ledger_file"),
]
