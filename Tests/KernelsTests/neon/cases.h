// Inputs, plain definitions, and the count of what holds.
#ifndef RAZAO_NEON_CASES_H
#define RAZAO_NEON_CASES_H

#include "CKernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern int passed, failed;

static inline void check(const char *name, size_t first, size_t second, int holds) {
  if (holds) {
    passed++;
  } else {
    failed++;
    printf("%s, %zu, %zu: not as defined\n", name, first, second);
  }
}

static inline uint64_t next_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

// Filling 0: random; 1: all greatest; 2: all least; 3: alternating.
static inline int64_t value(int filling, size_t index, int64_t limit, uint64_t *state) {
  switch (filling) {
    case 1: return limit;
    case 2: return -limit;
    case 3: return index % 2 == 0 ? limit : -limit;
    default: return (int64_t)(next_random(state) % (2 * (uint64_t)limit + 1)) - limit;
  }
}

#define FILLED(Type, name, length, limit) \
  Type *name = malloc(((length) + 1) * sizeof(Type)); \
  for (size_t filled = 0; filled < (length); filled++) name[filled] = (Type)value(filling, filled, limit, &state)

void panel_cases(void);
void attention_cases(void);
void row_cases(void);

#endif
