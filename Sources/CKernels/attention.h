// Dot products and weighted sums for attention, written once for the tiers that have nothing better.

enum { dot_chunk = 256 };

#ifndef TIER_HAS_DOTS_I8
static void TIER(dots_i8)(const int8_t *query, const int8_t *keys, size_t row_count, size_t width, int64_t *products) {
  for (size_t r = 0; r < row_count; r++) products[r] = 0;
  for (size_t start = 0; start < width; start += dot_chunk) {
    const size_t count = width - start < dot_chunk ? width - start : dot_chunk;
    int16_t wide[dot_chunk];  // widened once for all rows
    for (size_t i = 0; i < count; i++) wide[i] = query[start + i];
    for (size_t r = 0; r < row_count; r++) {
      const int8_t *key = keys + r * width + start;
      int32_t sum = 0;
      for (size_t i = 0; i < count; i++) sum += wide[i] * (int16_t)key[i];
      products[r] += sum;
    }
  }
}
#endif

static void TIER(dots_i16)(const int16_t *query, const int16_t *keys, size_t row_count, size_t width,
                           int64_t *products) {
  for (size_t r = 0; r < row_count; r++) {
    const int16_t *key = keys + r * width;
    int64_t sum = 0;
    for (size_t i = 0; i < width; i++) sum += (int32_t)query[i] * key[i];
    products[r] = sum;
  }
}

#ifndef TIER_HAS_WEIGHTED_SUM
// Unsigned 32-bit products are what every vector unit has: values move up by 128, the excess is taken off at the end.
static always_inline void TIER(weighted_columns)(const int8_t *values, const uint32_t *weights, size_t row_count,
                                                 size_t width, int columns, uint64_t excess, int64_t *totals) {
  uint64_t sums[8] = {0};
  for (size_t r = 0; r < row_count; r++) {
    const int8_t *v = values + r * width;
    const uint32_t w = weights[r];
    for (int i = 0; i < columns; i++) sums[i] += (uint64_t)w * (uint8_t)(v[i] ^ -128);
  }
  for (int i = 0; i < columns; i++) totals[i] = wrapping_sum(totals[i], (int64_t)(sums[i] - excess));
}

static void TIER(weighted_sum_i8)(const int8_t *values, const uint32_t *weights, size_t row_count, size_t width,
                                  int64_t *totals) {
  uint64_t excess = 0;
  for (size_t r = 0; r < row_count; r++) excess += 128 * (uint64_t)weights[r];
  size_t i = 0;
  for (; i + 8 <= width; i += 8) {
    TIER(weighted_columns)(values + i, weights, row_count, width, 8, excess, totals + i);
  }
  for (; i < width; i++) TIER(weighted_columns)(values + i, weights, row_count, width, 1, excess, totals + i);
}
#endif
