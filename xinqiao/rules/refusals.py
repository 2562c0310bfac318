"""The one way in which a rule says no."""


class StepRefused(Exception):
    """The rules do not allow this step now.

    `message` is written for the person who will read it: what is the matter, then what to do.
    `code` is a whole English word for programs (API, tests); it never changes once published.
    """

    def __init__(self, message: str, *, code: str):
        super().__init__(message)
        self.message = message
        self.code = code
