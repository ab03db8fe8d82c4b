// AVX2: sixteen pair products at a time.
#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2"))), apply_to = function)

#define TIER(name) avx2_##name
#define tile_tokens 4

#include "attention.h"
#include "rows.h"

// Eight rows with up to four tokens: eight sums stay in registers.
static always_inline void tile(const int8_t *weights, size_t groups, const int16_t *x, size_t stride, int tokens,
                               int32_t (*sums)[razao_panel_rows]) {
  __m256i partial[tile_tokens][2];
  for (int t = 0; t < tokens; t++) partial[t][0] = partial[t][1] = _mm256_setzero_si256();
  for (size_t g = 0; g < groups; g++) {
    const __m128i *packed = (const __m128i *)(weights + g * group_bytes);
    const __m256i first = _mm256_cvtepi8_epi16(_mm_loadu_si128(packed));
    const __m256i second = _mm256_cvtepi8_epi16(_mm_loadu_si128(packed + 1));
    for (int t = 0; t < tokens; t++) {
      long long four;
      __builtin_memcpy(&four, x + t * stride + g * razao_panel_group, sizeof four);
      const __m256i operands = _mm256_set1_epi64x(four);
      partial[t][0] = _mm256_add_epi32(partial[t][0], _mm256_madd_epi16(first, operands));
      partial[t][1] = _mm256_add_epi32(partial[t][1], _mm256_madd_epi16(second, operands));
    }
  }
  for (int t = 0; t < tokens; t++) {
    // Pairs of lanes are one row's; the addition of neighbours leaves rows 0 1 4 5 2 3 6 7.
    const __m256i pairs = _mm256_hadd_epi32(partial[t][0], partial[t][1]);
    _mm256_storeu_si256((__m256i *)sums[t], _mm256_permute4x64_epi64(pairs, 0xD8));
  }
}

static void avx2_products_i16(const int8_t *weights, size_t groups, const int16_t *x, size_t stride, int tokens,
                              int32_t (*sums)[razao_panel_rows]) {
  for (int row = 0; row < razao_panel_rows; row += 8) {
    int32_t(*target)[razao_panel_rows] = (int32_t(*)[razao_panel_rows])(sums[0] + row);
    const int8_t *rows = weights + row * razao_panel_group;
    switch (tokens) {
      case 4: tile(rows, groups, x, stride, 4, target); break;
      case 3: tile(rows, groups, x, stride, 3, target); break;
      case 2: tile(rows, groups, x, stride, 2, target); break;
      default: tile(rows, groups, x, stride, 1, target); break;
    }
  }
}

#include "panels.h"

#pragma clang attribute pop

const razao_table razao_avx2 = TIER_TABLE;
#endif
