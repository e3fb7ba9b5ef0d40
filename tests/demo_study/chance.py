"""Random choices that are the same on every machine and Python version: only Random.random() is used."""

import random

SEED = 20250630


class Chance:
    """A stream of choices of its own for each subject and purpose, so that a change of one moves no other."""

    def __init__(self, subject_id: str, purpose: int):
        self._random = random.Random(SEED + 100_000_000 * purpose + 1_000_000_000 * int(subject_id)).random

    def happens(self, probability: float) -> bool:
        return self._random() < probability

    def whole(self, lowest: int, highest: int) -> int:
        """A whole number from lowest to highest, both included."""
        return lowest + int(self._random() * (highest - lowest + 1))

    def one_of(self, things):
        return things[self.whole(0, len(things) - 1)]

    def some_of(self, things, how_many: int) -> list:
        """how_many different things, in their original order."""
        places = list(range(len(things)))
        for place in range(how_many):
            other = self.whole(place, len(places) - 1)
            places[place], places[other] = places[other], places[place]
        return [things[place] for place in sorted(places[:how_many])]

    def shuffled(self, things) -> list:
        rest, mixed = list(things), []
        while rest:
            mixed.append(rest.pop(self.whole(0, len(rest) - 1)))
        return mixed
