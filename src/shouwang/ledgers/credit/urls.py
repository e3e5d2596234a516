"""Routes of the ledger."""

from django.urls import URLPattern, URLResolver, path

from shouwang.kernel.lists import export_page, list_page
from shouwang.ledgers.credit.pages import loans, risk, subsidies, terms
from shouwang.ledgers.credit.subsidy_tables import CLAIMS, FIGURES, FUND, ITEMS, RUNS
from shouwang.ledgers.credit.tables import HOUSEHOLDS, LOANS, TERM_CHANGES

LIST = "credit/list.html"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", list_page(LOANS, LIST), name="credit_loans"),
    path("export/", export_page(LOANS), name="credit_loans_export"),
    path("households/", list_page(HOUSEHOLDS), name="credit_households"),
    path("households/export/", export_page(HOUSEHOLDS), name="credit_households_export"),
    path("board/", risk.show_board, name="credit_board"),
    path("apply/", loans.start, name="credit_start"),
    path("apply/<int:pk>/", loans.apply, name="credit_apply"),
    path("<int:pk>/", loans.loan, name="credit_loan"),
    path("<int:pk>/approve/", loans.approve, name="credit_approve"),
    path("<int:pk>/release/", loans.release, name="credit_release"),
    path("<int:pk>/repay/", loans.repay, name="credit_repay"),
    path("<int:pk>/parts/", loans.parts, name="credit_parts"),
    path("<int:pk>/default/", loans.default, name="credit_default"),
    path("<int:pk>/claim/", risk.file_claim, name="credit_file_claim"),
    path("<int:pk>/ask/<slug:kind>/", terms.ask, name="credit_ask"),
    path("<int:pk>/step/<slug:move>/", loans.step, name="credit_step"),
    path("repayments/<int:pk>/back/", loans.take_back, name="credit_take_back"),
    path("terms/", list_page(TERM_CHANGES), name="credit_terms"),
    path("terms/export/", export_page(TERM_CHANGES), name="credit_terms_export"),
    path("terms/<int:pk>/", terms.term, name="credit_term"),
    path("terms/<int:pk>/agree/", terms.agree, name="credit_agree"),
    path("terms/<int:pk>/step/<slug:move>/", terms.step, name="credit_term_step"),
    path("figures/", list_page(FIGURES, LIST), name="credit_figures"),
    path("figures/export/", export_page(FIGURES), name="credit_figures_export"),
    path("figures/<int:pk>/", subsidies.figure, name="credit_figure"),
    path("figures/<int:pk>/settle/", subsidies.settle, name="credit_settle"),
    path("runs/", list_page(RUNS, LIST), name="credit_runs"),
    path("runs/export/", export_page(RUNS), name="credit_runs_export"),
    path("runs/new/", subsidies.compute, name="credit_compute"),
    path("runs/<int:pk>/", subsidies.run, name="credit_run"),
    path("runs/<int:pk>/step/<slug:move>/", subsidies.run_step, name="credit_run_step"),
    path("runs/<int:pk>/file/", subsidies.payment_file, name="credit_file"),
    path("runs/<int:pk>/posting/", subsidies.posted, name="credit_posting"),
    path("items/", list_page(ITEMS, LIST), name="credit_items"),
    path("items/export/", export_page(ITEMS), name="credit_items_export"),
    path("items/<int:pk>/", subsidies.item, name="credit_item"),
    path("items/<int:pk>/result/", subsidies.result, name="credit_result"),
    path("items/<int:pk>/account/", subsidies.account, name="credit_account"),
    path("items/<int:pk>/corrected/", subsidies.corrected, name="credit_corrected"),
    path("claims/", list_page(CLAIMS), name="credit_claims"),
    path("claims/export/", export_page(CLAIMS), name="credit_claims_export"),
    path("claims/<int:pk>/", risk.claim, name="credit_claim"),
    path("claims/<int:pk>/compensate/", risk.compensate, name="credit_compensate"),
    path("claims/<int:pk>/recover/", risk.recover, name="credit_recover"),
    path("fund/", risk.show_fund, name="credit_fund"),
    path("fund/new/", risk.move_fund, name="credit_move_fund"),
    path("fund/list/", list_page(FUND), name="credit_fund_list"),
    path("fund/list/export/", export_page(FUND), name="credit_fund_list_export"),
    path("claims/<int:pk>/step/<slug:move>/", risk.step, name="credit_claim_step"),
]
