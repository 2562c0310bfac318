"""Pages and panels about what the machine understands of a text: proposals beside a form, and how good they were."""
