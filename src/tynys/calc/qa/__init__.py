"""Quality assurance of automated measuring systems (EN 14181): pure functions on arrays, message keys instead of words.

`qal1` budgets an instrument's uncertainty, `qal2` finds and tests its calibration function, `surveillance` tests it every year (AST),
`drift` keeps control charts (QAL3), `weekly` counts the weeks outside the valid calibration range, `due` says what is to be done when.
"""
