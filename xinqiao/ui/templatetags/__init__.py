"""Template tags of the look: `{% load ui_tags %}`. What each gives is in docs/ui.md."""
