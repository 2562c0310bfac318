"""Tables of the package. The models stand beside what they belong to; Django looks for them here."""
