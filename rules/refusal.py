"""A lawful 'no' (拒绝): it has a type that programs read and words that people can act on."""


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A business refusal.

    `type` is an ASCII CamelCase name that never changes (clients and tests rely on it);
    `words` are Chinese and name the remedy. They may hold names, so they are stored with the
    answer and never travel through an engine history.
    """

    def __init__(self, type: str, words: str) -> None:  # noqa: A002 - the field's own name
        super().__init__(words)
        self.type = type
        self.words = words
