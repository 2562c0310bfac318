"""The look that the citizen portal and the officer workbench share: styles, small scripts, templates, tags (docs/ui.md).

Knows nothing about petitions but the closed lists of `xinqiao.rules`, and has no models.
"""
