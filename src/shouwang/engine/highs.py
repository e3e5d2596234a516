"""HiGHS without its banner, and a model given as columns and sparse rows."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Quiet(highspy.Highs):
    """A solver that prints nothing: the wrapper's own start turns callbacks on and prints a banner, which would break JSON on stdout."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()
        self.setOptionValue("output_flag", False)


@dataclass(frozen=True, slots=True)
class Model:
    """Maximise cost · x, 0 ≤ x ≤ upper, rows ≤ limit; entry i puts `value[i]` into row `row[i]` and column `column[i]`."""

    cost: Floats
    upper: Floats
    whole: npt.NDArray[np.bool_]  # columns that must be integer
    limit: Floats
    row: npt.NDArray[np.int64]
    column: npt.NDArray[np.int64]
    value: Floats


@dataclass(frozen=True, slots=True)
class Answer:
    """What the solver found: `x` (empty when nothing was found), its value, and a value that none exceeds."""

    x: Floats
    value: float
    bound: float
    status: str


def solve(model: Model, *, whole: bool = True, seconds: float = 60.0, gap: float = 1e-4) -> Answer:
    """Maximise; with `whole` False the linear relaxation. Stops at the relative gap or after the seconds with the best so far."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(model.cost), len(model.limit)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = model.cost, np.zeros(len(model.cost)), model.upper
    lp.row_lower_, lp.row_upper_ = np.full(len(model.limit), -highspy.kHighsInf), model.limit
    order = np.lexsort((model.row, model.column))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.searchsorted(model.column[order], np.arange(len(model.cost) + 1))
    lp.a_matrix_.index_, lp.a_matrix_.value_ = model.row[order], model.value[order]
    integral = whole and bool(model.whole.any())
    if integral:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(w)] for w in model.whole]
    highs = Quiet()
    highs.setOptionValue("time_limit", float(seconds))
    highs.setOptionValue("mip_rel_gap", gap)
    highs.passModel(lp)
    highs.run()
    info, status = highs.getInfo(), highs.modelStatusToString(highs.getModelStatus())
    x = (
        np.array(highs.getSolution().col_value)
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        else np.zeros(0)
    )
    value = float(info.objective_function_value)
    bound = float(info.mip_dual_bound) if integral else value if status == "Optimal" else float("inf")
    return Answer(x, value, bound, status)
