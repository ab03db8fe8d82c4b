// The tier that runs everywhere: plain C, and on x86-64 the vector unit that every such processor has.
#include "kernels.h"

#define TIER(name) portable_##name
#define tile_tokens 2

#include "attention.h"
#include "rows.h"

#if defined(__SSE2__)
#include <emmintrin.h>

enum { tile_rows = 8 };

// Pair products of 16 bits with sums of 32, eight rows at a time.
static always_inline void tile(const int8_t *weights, size_t groups, const int16_t *x, size_t stride, int tokens,
                               int32_t (*sums)[razao_panel_rows]) {
  __m128i partial[tile_tokens][4];
  for (int t = 0; t < tokens; t++) {
    for (int i = 0; i < 4; i++) partial[t][i] = _mm_setzero_si128();
  }
  for (size_t g = 0; g < groups; g++) {
    const __m128i *packed = (const __m128i *)(weights + g * group_bytes);
    const __m128i first = _mm_loadu_si128(packed), second = _mm_loadu_si128(packed + 1);
    const __m128i wide[4] = {
        _mm_srai_epi16(_mm_unpacklo_epi8(first, first), 8), _mm_srai_epi16(_mm_unpackhi_epi8(first, first), 8),
        _mm_srai_epi16(_mm_unpacklo_epi8(second, second), 8), _mm_srai_epi16(_mm_unpackhi_epi8(second, second), 8)};
    for (int t = 0; t < tokens; t++) {
      const __m128i four = _mm_loadl_epi64((const __m128i *)(x + t * stride + g * razao_panel_group));
      const __m128i operands = _mm_unpacklo_epi64(four, four);
      for (int i = 0; i < 4; i++) partial[t][i] = _mm_add_epi32(partial[t][i], _mm_madd_epi16(wide[i], operands));
    }
  }
  for (int t = 0; t < tokens; t++) {
    for (int i = 0; i < 4; i++) {
      int32_t pairs[4];
      _mm_storeu_si128((__m128i *)pairs, partial[t][i]);
      sums[t][2 * i] = pairs[0] + pairs[1];
      sums[t][2 * i + 1] = pairs[2] + pairs[3];
    }
  }
}
#else
enum { tile_rows = 1 };

static always_inline void tile(const int8_t *weights, size_t groups, const int16_t *x, size_t stride, int tokens,
                               int32_t (*sums)[razao_panel_rows]) {
  for (int t = 0; t < tokens; t++) {
    int32_t sum = 0;
    for (size_t g = 0; g < groups; g++) {
      const int8_t *w = weights + g * group_bytes;
      const int16_t *operands = x + t * stride + g * razao_panel_group;
      for (int c = 0; c < razao_panel_group; c++) sum += w[c] * operands[c];
    }
    sums[t][0] = sum;
  }
}
#endif

static void portable_products_i16(const int8_t *weights, size_t groups, const int16_t *x, size_t stride, int tokens,
                                  int32_t (*sums)[razao_panel_rows]) {
  for (int row = 0; row < razao_panel_rows; row += tile_rows) {
    int32_t(*target)[razao_panel_rows] = (int32_t(*)[razao_panel_rows])(sums[0] + row);
    const int8_t *rows = weights + row * razao_panel_group;
    if (tokens == tile_tokens) {
      tile(rows, groups, x, stride, tile_tokens, target);
    } else {
      tile(rows, groups, x, stride, 1, target);
    }
  }
}

#include "panels.h"

const razao_table razao_portable = TIER_TABLE;
