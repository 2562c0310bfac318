"""指标 (G.2): what organs are shown with, always numerator and denominator, always as a set, never ranked; down to the matters behind it."""
