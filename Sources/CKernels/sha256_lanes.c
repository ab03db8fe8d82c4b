// SHA-256 of sixteen messages at once with AVX-512: lane l of every vector belongs to message l.
#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl"))), apply_to = function)

// Rows of sixteen words become columns.
static always_inline void transpose(__m512i *r) {
  __m512i pairs[16], quads[16];
  for (int i = 0; i < 16; i += 2) {
    pairs[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    pairs[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {  // quads[i + c]: column 4q + c of rows i...i + 3, in quarter q
    quads[i] = _mm512_unpacklo_epi64(pairs[i], pairs[i + 2]);
    quads[i + 1] = _mm512_unpackhi_epi64(pairs[i], pairs[i + 2]);
    quads[i + 2] = _mm512_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
    quads[i + 3] = _mm512_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
  }
  for (int c = 0; c < 4; c++) {
    const __m512i a = _mm512_shuffle_i32x4(quads[c], quads[4 + c], 0x88);
    const __m512i b = _mm512_shuffle_i32x4(quads[8 + c], quads[12 + c], 0x88);
    const __m512i d = _mm512_shuffle_i32x4(quads[c], quads[4 + c], 0xDD);
    const __m512i e = _mm512_shuffle_i32x4(quads[8 + c], quads[12 + c], 0xDD);
    r[c] = _mm512_shuffle_i32x4(a, b, 0x88);
    r[8 + c] = _mm512_shuffle_i32x4(a, b, 0xDD);
    r[4 + c] = _mm512_shuffle_i32x4(d, e, 0x88);
    r[12 + c] = _mm512_shuffle_i32x4(d, e, 0xDD);
  }
}

// Distances are immediates of the instructions, hence no functions.
#define sum_of_rotations(x, a, b, c) \
  _mm512_ternarylogic_epi32(_mm512_ror_epi32(x, a), _mm512_ror_epi32(x, b), _mm512_ror_epi32(x, c), 0x96)
#define schedule(x, a, b, shift) \
  _mm512_ternarylogic_epi32(_mm512_ror_epi32(x, a), _mm512_ror_epi32(x, b), _mm512_srli_epi32(x, shift), 0x96)

// `state` is eight words of sixteen lanes each.
void razao_sha256_lanes(uint32_t (*state)[16], const uint8_t *const *messages, size_t block_count,
                        const uint32_t *constants) {
  const __m512i swap = _mm512_broadcast_i32x4(_mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL));
  __m512i s[8];
  for (int i = 0; i < 8; i++) s[i] = _mm512_loadu_si512(state[i]);
  for (size_t block = 0; block < block_count; block++) {
    __m512i w[16], v[8];
    for (int l = 0; l < 16; l++) {
      w[l] = _mm512_shuffle_epi8(_mm512_loadu_si512(messages[l] + 64 * block), swap);
    }
    transpose(w);
    for (int i = 0; i < 8; i++) v[i] = s[i];
    for (int start = 0; start < 64; start += 16) {
#pragma clang loop unroll(full)
      for (int i = 0; i < 16; i++) {
        if (start > 0) {
          const __m512i first = schedule(w[(i + 1) & 15], 7, 18, 3), second = schedule(w[(i + 14) & 15], 17, 19, 10);
          w[i] = _mm512_add_epi32(_mm512_add_epi32(w[i], w[(i + 9) & 15]), _mm512_add_epi32(first, second));
        }
        // The names a...h move by one each round; indices do instead.
        __m512i *a = &v[(64 - i) & 7], *b = &v[(65 - i) & 7], *c = &v[(66 - i) & 7], *d = &v[(67 - i) & 7];
        __m512i *e = &v[(68 - i) & 7], *f = &v[(69 - i) & 7], *g = &v[(70 - i) & 7], *h = &v[(71 - i) & 7];
        const __m512i added = _mm512_add_epi32(w[i], _mm512_set1_epi32((int)constants[start + i]));
        const __m512i choice = _mm512_ternarylogic_epi32(*e, *f, *g, 0xCA);
        const __m512i majority = _mm512_ternarylogic_epi32(*a, *b, *c, 0xE8);
        const __m512i rotated = _mm512_add_epi32(sum_of_rotations(*e, 6, 11, 25), choice);
        const __m512i t1 = _mm512_add_epi32(_mm512_add_epi32(*h, added), rotated);
        *d = _mm512_add_epi32(*d, t1);
        *h = _mm512_add_epi32(t1, _mm512_add_epi32(sum_of_rotations(*a, 2, 13, 22), majority));
      }
    }
    for (int i = 0; i < 8; i++) s[i] = _mm512_add_epi32(s[i], v[i]);
  }
  for (int i = 0; i < 8; i++) _mm512_storeu_si512(state[i], s[i]);
}

#pragma clang attribute pop
#else
void razao_sha256_lanes(uint32_t (*state)[16], const uint8_t *const *messages, size_t block_count,
                        const uint32_t *constants) {
  (void)state, (void)messages, (void)block_count, (void)constants;
}
#endif
