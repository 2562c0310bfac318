"""Addresses for following a petition; included at the root, inside the name space `portal`."""

from django.urls import path

from . import account, ledger, looked, matter, published, rate, retaliation, review, say, seal, track, verify, withdraw

urlpatterns = [
    path("track/", track.track, name="track"),
    path("track/leave/", track.leave, name="leave"),
    path("matters/<str:number>/", matter.page, name="matter"),
    path("matters/<str:number>/seal/", seal.page, name="seal"),
    path("matters/<str:number>/receipt.json", seal.receipt_file, name="receipt_file"),
    path("matters/<str:number>/reckoning/", matter.reckoning, name="reckoning"),
    path("matters/<str:number>/looked/", looked.page, name="looked"),
    path("matters/<str:number>/my-data/", looked.my_data, name="my_data"),
    path("matters/<str:number>/my-data.json", looked.my_data_copy, name="my_data_copy"),
    path("matters/<str:number>/letters/<int:document_id>/", matter.letter, name="letter"),
    path("matters/<str:number>/files/<int:attachment_id>/", matter.attachment, name="attachment"),
    path("matters/<str:number>/publication/", published.page, name="unpublish"),
    path("matters/<str:number>/claim/", matter.claim, name="claim_this"),
    path("matters/<str:number>/supplement/", say.supplement, name="supplement"),
    path("matters/<str:number>/ask/", say.ask, name="ask"),
    path("matters/<str:number>/object/", say.object_to_filing, name="object"),
    path("matters/<str:number>/recusal/", say.recusal, name="recusal"),
    path("matters/<str:number>/supervision/", say.supervision, name="supervision"),
    path("matters/<str:number>/retaliation/", retaliation.retaliation, name="retaliation"),
    path("matters/<str:number>/confirm/", say.confirm, name="confirm"),
    path("matters/<str:number>/dispute/", say.dispute, name="dispute"),
    path("matters/<str:number>/ledger/<int:item_id>/", ledger.page, name="ledger"),
    path("matters/<str:number>/withdraw/", withdraw.withdraw, name="withdraw"),
    path("matters/<str:number>/withdraw/cancel/", withdraw.cancel, name="cancel_withdrawal"),
    path("matters/<str:number>/resume/", withdraw.resume, name="resume"),
    path("matters/<str:number>/rate/<slug:target>/", rate.rate, name="rate"),
    path("matters/<str:number>/rate/<slug:target>/thanks/", rate.rated, name="rated"),
    path("matters/<str:number>/review/", review.review, name="review"),
    path("matters/<str:number>/recheck/", review.recheck, name="recheck"),
    path("account/", account.home, name="account"),
    path("account/login/", account.login, name="login"),
    path("account/code/", account.code, name="code"),
    path("account/claim/", account.claim, name="claim"),
    path("letters/verify/", verify.ask, name="verify_letter"),
    path("letters/verify/<str:code>/", verify.result, name="verify"),
]
