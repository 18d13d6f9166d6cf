"""The papers of the made-up company's year with its suppliers: rules, warnings, plans, reviews, decisions.

One module per topic; `papers` lists them. Nothing in them happens after the sample's as_of.
"""
