// Products of packed int8 weights with rows of operands, portable. Layout: SPEC.md, section 6, "panels".
//
// A panel is multiplied in chunks of groups, so that sums of 32 bits cannot overflow and the chunk's weights stay in
// the first-level cache for all tokens. Operands are spread to 16 bits once a chunk: pair products of 16 bits with
// sums of 32 are what even the oldest vector unit of the architecture has.
#include "CKernels.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum {
  chunk_groups = 128,  // 128 * 4 products of at most 127 * 32767 stay below 2^31
  tile_rows = 8,
  tile_tokens = 2,
  spread = 8,  // a group's four operands, twice
  dot_chunk = 256,
  group_bytes = razao_panel_rows * razao_panel_group
};

// sums[t][a] = products of `groupCount` groups of tile_rows rows with each token's operands.
// weights: the tile's rows in the first group; x: tokenCount rows of chunk_groups * spread values.
#if defined(__SSE2__)
static inline __attribute__((always_inline)) void tile_products(const int8_t *weights, size_t groupCount,
                                                                const int16_t *x, int tokenCount,
                                                                int32_t sums[tile_tokens][tile_rows]) {
  __m128i partial[tile_tokens][4];
  for (int t = 0; t < tokenCount; t++) {
    for (int i = 0; i < 4; i++) partial[t][i] = _mm_setzero_si128();
  }
  for (size_t g = 0; g < groupCount; g++) {
    const __m128i *packed = (const __m128i *)(weights + g * group_bytes);
    const __m128i first = _mm_loadu_si128(packed), second = _mm_loadu_si128(packed + 1);
    const __m128i wide[4] = {
        _mm_srai_epi16(_mm_unpacklo_epi8(first, first), 8), _mm_srai_epi16(_mm_unpackhi_epi8(first, first), 8),
        _mm_srai_epi16(_mm_unpacklo_epi8(second, second), 8), _mm_srai_epi16(_mm_unpackhi_epi8(second, second), 8)};
    for (int t = 0; t < tokenCount; t++) {
      const __m128i operands = _mm_loadu_si128((const __m128i *)(x + ((size_t)t * chunk_groups + g) * spread));
      for (int i = 0; i < 4; i++) partial[t][i] = _mm_add_epi32(partial[t][i], _mm_madd_epi16(wide[i], operands));
    }
  }
  for (int t = 0; t < tokenCount; t++) {
    for (int i = 0; i < 4; i++) {
      int32_t pairs[4];
      _mm_storeu_si128((__m128i *)pairs, partial[t][i]);
      sums[t][2 * i] = pairs[0] + pairs[1];
      sums[t][2 * i + 1] = pairs[2] + pairs[3];
    }
  }
}
#else
static inline void tile_products(const int8_t *weights, size_t groupCount, const int16_t *x, int tokenCount,
                                 int32_t sums[tile_tokens][tile_rows]) {
  for (int t = 0; t < tokenCount; t++) {
    for (int a = 0; a < tile_rows; a++) {
      int32_t sum = 0;
      for (size_t g = 0; g < groupCount; g++) {
        const int8_t *w = weights + g * group_bytes + razao_panel_group * a;
        const int16_t *operands = x + ((size_t)t * chunk_groups + g) * spread;
        for (int c = 0; c < razao_panel_group; c++) sum += w[c] * operands[c];
      }
      sums[t][a] = sum;
    }
  }
}
#endif

static inline void spread_i8(const int8_t *operands, size_t groupCount, int16_t *x) {
  for (size_t g = 0; g < groupCount; g++) {
    for (int c = 0; c < spread; c++) x[g * spread + c] = operands[g * razao_panel_group + (c & 3)];
  }
}

static inline void spread_i16(const int16_t *operands, size_t groupCount, int16_t *x) {
  for (size_t g = 0; g < groupCount; g++) {
    for (int c = 0; c < spread; c++) x[g * spread + c] = operands[g * razao_panel_group + (c & 3)];
  }
}

// One kernel for each pair of operand and accumulator types; the loops are the same.
#define PANEL_KERNEL(name, Operand, Accumulator, spread_operands)                                                  \
  void name(const int8_t *weights, size_t groupCount, const Operand *operands, size_t stride, size_t tokenCount,   \
            Accumulator *accumulators) {                                                                           \
    int16_t x[tile_tokens * chunk_groups * spread];                                                                \
    int32_t sums[tile_tokens][tile_rows];                                                                          \
    for (size_t i = 0; i < tokenCount * razao_panel_rows; i++) accumulators[i] = 0;                                \
    for (size_t start = 0; start < groupCount; start += chunk_groups) {                                            \
      const size_t groups = groupCount - start < chunk_groups ? groupCount - start : chunk_groups;                 \
      for (size_t t = 0; t < tokenCount; t += tile_tokens) {                                                       \
        const int tokens = tokenCount - t < tile_tokens ? (int)(tokenCount - t) : tile_tokens;                     \
        for (int i = 0; i < tokens; i++) {                                                                         \
          spread_operands(operands + (t + i) * stride + start * razao_panel_group, groups,                         \
                          x + i * chunk_groups * spread);                                                          \
        }                                                                                                          \
        for (int row = 0; row < razao_panel_rows; row += tile_rows) {                                              \
          const int8_t *tile = weights + start * group_bytes + row * razao_panel_group;                            \
          if (tokens == tile_tokens) {                                                                             \
            tile_products(tile, groups, x, tile_tokens, sums);                                                     \
          } else {                                                                                                 \
            tile_products(tile, groups, x, 1, sums);                                                               \
          }                                                                                                        \
          for (int i = 0; i < tokens; i++) {                                                                       \
            Accumulator *target = accumulators + (t + i) * razao_panel_rows + row;                                 \
            for (int a = 0; a < tile_rows; a++) target[a] += sums[i][a];                                           \
          }                                                                                                        \
        }                                                                                                          \
      }                                                                                                            \
    }                                                                                                              \
  }

PANEL_KERNEL(razao_panel_i8_i32, int8_t, int32_t, spread_i8)
PANEL_KERNEL(razao_panel_i16_i64, int16_t, int64_t, spread_i16)
PANEL_KERNEL(razao_panel_i8_i64, int8_t, int64_t, spread_i8)

int32_t razao_dot_i8(const int8_t *a, const int8_t *b, size_t count) {
  int32_t sum = 0;
  for (size_t i = 0; i < count; i++) sum += a[i] * b[i];
  return sum;
}

int64_t razao_dot_i16(const int16_t *a, const int16_t *b, size_t count) {
  int64_t sum = 0;
  for (size_t i = 0; i < count; i++) sum += (int32_t)a[i] * b[i];
  return sum;
}

void razao_dots_i8(const int8_t *query, const int8_t *keys, size_t rowCount, size_t width, int64_t *products) {
  for (size_t r = 0; r < rowCount; r++) products[r] = 0;
  for (size_t start = 0; start < width; start += dot_chunk) {
    const size_t count = width - start < dot_chunk ? width - start : dot_chunk;
    int16_t wide[dot_chunk];  // widened once for all rows
    for (size_t i = 0; i < count; i++) wide[i] = query[start + i];
    for (size_t r = 0; r < rowCount; r++) {
      const int8_t *key = keys + r * width + start;
      int32_t sum = 0;
      for (size_t i = 0; i < count; i++) sum += wide[i] * (int16_t)key[i];
      products[r] += sum;
    }
  }
}

void razao_dots_i16(const int16_t *query, const int16_t *keys, size_t rowCount, size_t width, int64_t *products) {
  for (size_t r = 0; r < rowCount; r++) products[r] = razao_dot_i16(query, keys + r * width, width);
}

// Unsigned 32-bit products are what every vector unit has: values move up by 128, the excess is taken off at the end.
static inline __attribute__((always_inline)) void weighted_columns(const int8_t *values, const uint32_t *weights,
                                                                   size_t rowCount, size_t width, int columns,
                                                                   uint64_t excess, int64_t *totals) {
  uint64_t sums[8] = {0};
  for (size_t r = 0; r < rowCount; r++) {
    const int8_t *v = values + r * width;
    const uint32_t w = weights[r];
    for (int i = 0; i < columns; i++) sums[i] += (uint64_t)w * (uint8_t)(v[i] ^ -128);
  }
  for (int i = 0; i < columns; i++) totals[i] += (int64_t)(sums[i] - excess);
}

void razao_weighted_sum_i8(const int8_t *values, const uint32_t *weights, size_t rowCount, size_t width,
                           int64_t *totals) {
  uint64_t excess = 0;
  for (size_t r = 0; r < rowCount; r++) excess += 128 * (uint64_t)weights[r];
  size_t i = 0;
  for (; i + 8 <= width; i += 8) weighted_columns(values + i, weights, rowCount, width, 8, excess, totals + i);
  for (; i < width; i++) weighted_columns(values + i, weights, rowCount, width, 1, excess, totals + i);
}
