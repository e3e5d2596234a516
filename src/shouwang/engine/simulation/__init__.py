"""What if: income shocks by source over every household, against the lines of the day. docs/algorithms/simulation.md.

`scenario` says what is asked and loads nothing heavy; `population.load` reads a snapshot; `running.simulate` computes.
"""
