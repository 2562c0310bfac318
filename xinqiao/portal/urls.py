"""Addresses for citizens: the front page, filing a petition, the receipt; following one is in `follow`."""

from django.urls import include, path

from . import performance, proof, receipt, site
from .answered import pages as answered
from .filing import views as filing

app_name = "portal"

urlpatterns = [
    path("", site.home, name="home"),
    path("robots.txt", site.robots, name="robots"),
    path("help/", site.help_page, name="help"),
    path("law/", site.law, name="law"),
    path("answered/", answered.list_page, name="answered"),
    path("answered/<int:answer_id>/", answered.one_page, name="answered_one"),
    path("privacy/", site.privacy, name="privacy"),
    path("accessibility/", site.accessibility, name="accessibility"),
    path("performance/", performance.choose_page, name="performance"),
    path("performance/<slug:key>/", performance.organ_page, name="performance_of"),
    path("file/", filing.new, name="new"),
    path("file/upload/", filing.upload, name="upload"),
    path("file/suggested/", filing.suggested, name="suggested"),
    path("file/check/", filing.check, name="check"),
    path("file/saved/", filing.saved, name="saved"),
    path("file/discard/", filing.discard, name="discard"),
    path("file/<slug:slug>/autosave/", filing.autosave, name="autosave"),
    path("file/<slug:slug>/", filing.page, name="file"),
    path("receipt/", receipt.receipt_page, name="receipt"),
    path("receipt/qr.svg", receipt.qr, name="receipt_qr"),
    path("receipt/receipt.json", receipt.as_file, name="receipt_json"),
    path("proof/", proof.proof, name="proof"),
    path("proof/checkpoints.jsonl", proof.feed, name="proof_feed"),
    path("proof/keys.json", proof.keys, name="proof_keys"),
    path("proof/qr.svg", proof.qr, name="proof_qr"),
    path("proof/check/", proof.check, name="proof_check"),
    path("receipt/slip.pdf", receipt.slip, name="receipt_slip"),
    path("", include("xinqiao.portal.follow.urls")),
]
