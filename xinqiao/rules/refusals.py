"""What a rule raises when the law does not allow what somebody wants to do."""


class StepRefused(Exception):
    """The rules do not allow this step now. The message is written for the person who will read it; `code` is for programs."""

    def __init__(self, message: str, *, code: str):
        super().__init__(message)
        self.message = message
        self.code = code
