"""Named data-quality checks (数据核查): the cards of rulebook/registry_checks.yaml and a pure function for each.

A function of `members` takes (person, home, limit), one of `homes` (home, limit); it gives the stored values that are at odds, or
None. The values, not words, are what a finding remembers (as a keyed digest): ages and days are left out, so that nothing but an
edit changes them.
"""
