"""Seeded choices on top of numpy's PCG64 bit stream, the same on every platform and numpy version."""

import numpy as np


class Chooser:
    BLOCK = 1 << 14

    def __init__(self, seed: int):
        self._bits = np.random.PCG64(seed)
        self._block, self._next = [], 0

    def below(self, bound: int) -> int:
        if self._next == len(self._block):
            self._block, self._next = (self._bits.random_raw(self.BLOCK) >> np.uint64(32)).tolist(), 0
        value = self._block[self._next]
        self._next += 1
        return (value * bound) >> 32

    def pick(self, items):
        return items[self.below(len(items))]

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent

    def between(self, low: int, high: int) -> int:
        return low + self.below(high - low + 1)

    def sample(self, items, count: int):
        """`count` different items."""
        pool, chosen = list(items), []
        for _ in range(count):
            chosen.append(pool.pop(self.below(len(pool))))
        return chosen

    def weighted(self, table):
        """table: ((weight, value), …)."""
        at = self.below(sum(weight for weight, _ in table))
        for weight, value in table:
            if at < weight:
                return value
            at -= weight
