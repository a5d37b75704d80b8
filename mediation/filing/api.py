"""Nothing of filing is used elsewhere: cases are filed through ``mediation.cases.api``, pages reach it by their addresses."""
