// Dot products and weighted sums against sums written out.
#include "cases.h"

static void attention_case(size_t rows, size_t width, int filling) {
  uint64_t state = rows * 41 + width;
  FILLED(int8_t, query, width, 127);
  FILLED(int8_t, keys, rows * width, 127);
  FILLED(int16_t, wide_query, width, 32767);
  FILLED(int16_t, wide_keys, rows * width, 32767);
  FILLED(int64_t, magnitudes, rows, 0x7fffff80);
  uint32_t *weights = malloc(rows * sizeof(uint32_t));
  for (size_t r = 0; r < rows; r++) weights[r] = (uint32_t)llabs(magnitudes[r]);
  int64_t *narrow = calloc(rows, sizeof(int64_t)), *wide = calloc(rows, sizeof(int64_t));
  int64_t *totals = calloc(width, sizeof(int64_t));
  razao_dots_i8(query, keys, rows, width, narrow);
  razao_dots_i16(wide_query, wide_keys, rows, width, wide);
  razao_weighted_sum_i8(keys, weights, rows, width, totals);
  int holds = 1;
  for (size_t r = 0; r < rows; r++) {
    for (size_t i = 0; i < width; i++) {
      narrow[r] -= query[i] * keys[r * width + i];
      wide[r] -= (int64_t)wide_query[i] * wide_keys[r * width + i];
      totals[i] -= (int64_t)weights[r] * keys[r * width + i];
    }
    holds = holds && narrow[r] == 0 && wide[r] == 0;
  }
  for (size_t i = 0; i < width; i++) holds = holds && totals[i] == 0;
  check("attention", rows, width, holds);
  free(query), free(keys), free(wide_query), free(wide_keys), free(magnitudes), free(weights);
  free(narrow), free(wide), free(totals);
}

void attention_cases(void) {
  const size_t rows[] = {1, 2, 3, 15, 16, 17, 64}, widths[] = {2, 6, 8, 30, 64, 66, 128, 1024};
  for (int filling = 0; filling < 4; filling++) {
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
      for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) attention_case(rows[r], widths[w], filling);
    }
  }
}
