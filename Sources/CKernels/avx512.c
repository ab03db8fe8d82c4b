// AVX-512 with VNNI: sixty-four products of bytes at a time.
//
// vpdpbusd multiplies unsigned by signed bytes and adds four products to 32 bits without saturating. Weights become
// unsigned by adding 128, which flipping their top bit does; 128 times the sum of the operands is taken off. All of it
// is arithmetic modulo 2^32, so that only the final sum needs to fit.
#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2,prfchw,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#pragma clang attribute push(TARGET, apply_to = function)

#define TIER(name) avx512_##name
#define tile_tokens 6

#define TIER_HAS_HADAMARD
#define TIER_HAS_FINISH_I32
#define TIER_HAS_PACK
#define TIER_HAS_SCORES
#define TIER_HAS_ACTIVATE
#define TIER_HAS_DOTS_I8
#define TIER_HAS_WEIGHTED_SUM
#define TIER_HAS_PANEL_I8_I32
#define TIER_HAS_UNPACK

#include "avx512_attention.h"
#include "avx512_rows.h"
#include "attention.h"
#include "rows.h"

// ---- 16-bit operands: pair products, with the weights widened on the way.

// The instruction itself: compilers split it into a product and a sum, which take twice as long where many sums hide
// its latency.
static always_inline __m512i add_pair_products(__m512i sums, __m512i a, __m512i b) {
  __asm__("vpdpwssd %2, %1, %0" : "+v"(sums) : "v"(a), "v"(b));
  return sums;
}

static always_inline void wide_tile(const int8_t *weights, size_t groups, const int16_t *x, size_t stride, int tokens,
                                    int32_t (*sums)[razao_panel_rows]) {
  __m512i partial[tile_tokens][4];
  for (int t = 0; t < tokens; t++) {
    for (int i = 0; i < 4; i++) partial[t][i] = _mm512_setzero_si512();
  }
  for (size_t g = 0; g < groups; g++) {
    const __m256i *packed = (const __m256i *)(weights + g * group_bytes);
    __m512i wide[4];
    for (int i = 0; i < 4; i++) wide[i] = _mm512_cvtepi8_epi16(_mm256_loadu_si256(packed + i));
    for (int t = 0; t < tokens; t++) {
      long long four;
      __builtin_memcpy(&four, x + t * stride + g * razao_panel_group, sizeof four);
      const __m512i operands = _mm512_set1_epi64(four);
      for (int i = 0; i < 4; i++) partial[t][i] = add_pair_products(partial[t][i], wide[i], operands);
    }
  }
  for (int t = 0; t < tokens; t++) {
    for (int i = 0; i < 4; i++) {  // pairs of lanes are one row's
      const __m512i pairs = _mm512_add_epi32(partial[t][i], _mm512_srli_epi64(partial[t][i], 32));
      _mm256_storeu_si256((__m256i *)(sums[t] + 8 * i), _mm512_cvtepi64_epi32(pairs));
    }
  }
}

static void avx512_products_i16(const int8_t *weights, size_t groups, const int16_t *x, size_t stride, int tokens,
                                int32_t (*sums)[razao_panel_rows]) {
  switch (tokens) {
    case 6: wide_tile(weights, groups, x, stride, 6, sums); break;
    case 5: wide_tile(weights, groups, x, stride, 5, sums); break;
    case 4: wide_tile(weights, groups, x, stride, 4, sums); break;
    case 3: wide_tile(weights, groups, x, stride, 3, sums); break;
    case 2: wide_tile(weights, groups, x, stride, 2, sums); break;
    default: wide_tile(weights, groups, x, stride, 1, sums); break;
  }
}

// One block of 4-bit weights as eight groups of int8. A row's four columns have one multiplier: the multiplication
// of byte pairs by (multiplier, 0) and (0, multiplier) gives exact 16-bit products of even and odd columns.
static always_inline __m512i scaled(__m512i nibbles, __m512i even, __m512i odd) {
  const __m512i low = _mm512_maddubs_epi16(even, nibbles), high = _mm512_maddubs_epi16(odd, nibbles);
  return _mm512_mask_blend_epi8(0xAAAAAAAAAAAAAAAA, low, _mm512_slli_epi16(high, 8));
}

static always_inline void unpack(const uint8_t *block, uint8_t *weights, __m512i flip) {
  const __m512i bits = _mm512_set1_epi8(15), eight = _mm512_set1_epi8(8), bytes = _mm512_set1_epi16(0xFF);
  for (int half = 0; half < 2; half++) {
    const __m512i wide = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(block + 16 * half)));
    const __m512i multiplier = _mm512_mullo_epi32(wide, _mm512_set1_epi32(0x01010101));
    const __m512i even = _mm512_and_si512(multiplier, bytes), odd = _mm512_andnot_si512(bytes, multiplier);
    for (int i = 0; i < block_groups / 2; i++) {
      const __m512i packed = _mm512_loadu_si512(block + razao_panel_rows + i * group_bytes + 64 * half);
      const __m512i low = _mm512_and_si512(packed, bits);
      const __m512i high = _mm512_and_si512(_mm512_srli_epi16(packed, 4), bits);
      const __m512i first = scaled(_mm512_sub_epi8(_mm512_xor_si512(low, eight), eight), even, odd);
      const __m512i second = scaled(_mm512_sub_epi8(_mm512_xor_si512(high, eight), eight), even, odd);
      _mm512_store_si512(weights + 2 * i * group_bytes + 64 * half, _mm512_xor_si512(first, flip));
      _mm512_store_si512(weights + (2 * i + 1) * group_bytes + 64 * half, _mm512_xor_si512(second, flip));
    }
  }
}

static void avx512_unpack(const uint8_t *block, int8_t *weights) {
  unpack(block, (uint8_t *)weights, _mm512_setzero_si512());
}

#include "avx512_panels.h"
#include "panels.h"

#pragma clang attribute pop

const razao_table razao_avx512 = TIER_TABLE;
#endif
