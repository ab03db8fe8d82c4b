// SHA-256, FIPS 180-4, section 6.2: a portable version, and one with the x86 SHA extensions that works on two messages
// at a time, since each round waits for the one before.
#include "kernels.h"

#include <string.h>

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static inline uint32_t rotr(uint32_t x, int n) { return (x >> n) | (x << (32 - n)); }

static inline uint32_t big_endian(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

void razao_sha256_blocks_portable(uint32_t *state, const uint8_t *blocks, size_t block_count) {
  for (; block_count > 0; block_count--, blocks += 64) {
    uint32_t w[64], v[8];
    for (int i = 0; i < 16; i++) w[i] = big_endian(blocks + 4 * i);
    for (int i = 16; i < 64; i++) {
      uint32_t s0 = rotr(w[i - 15], 7) ^ rotr(w[i - 15], 18) ^ w[i - 15] >> 3;
      uint32_t s1 = rotr(w[i - 2], 17) ^ rotr(w[i - 2], 19) ^ w[i - 2] >> 10;
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    for (int i = 0; i < 8; i++) v[i] = state[i];
    for (int i = 0; i < 64; i++) {
      uint32_t s1 = rotr(v[4], 6) ^ rotr(v[4], 11) ^ rotr(v[4], 25);
      uint32_t choose = (v[4] & v[5]) ^ (~v[4] & v[6]);
      uint32_t t1 = v[7] + s1 + choose + K[i] + w[i];
      uint32_t s0 = rotr(v[0], 2) ^ rotr(v[0], 13) ^ rotr(v[0], 22);
      uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
      for (int j = 7; j > 0; j--) v[j] = v[j - 1];
      v[4] += t1;
      v[0] = t1 + s0 + majority;
    }
    for (int i = 0; i < 8; i++) state[i] += v[i];
  }
}

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("sha,sse4.1,ssse3"))), apply_to = function)

// The message schedule and the rounds go four words at a time; ABEF/CDGH is the order the instruction wants.
static always_inline void rounds(uint32_t *const *states, const uint8_t *const *blocks, size_t block_count,
                                 int lanes) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  __m128i abef[2], cdgh[2];
  for (int l = 0; l < lanes; l++) {
    const __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)states[l]), 0xB1);
    const __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(states[l] + 4)), 0x1B);
    abef[l] = _mm_alignr_epi8(low, high, 8);
    cdgh[l] = _mm_blend_epi16(high, low, 0xF0);
  }
  for (size_t b = 0; b < block_count; b++) {
    __m128i w[2][4], before[2][2];
    for (int l = 0; l < lanes; l++) {
      before[l][0] = abef[l];
      before[l][1] = cdgh[l];
      for (int i = 0; i < 4; i++) {
        const __m128i *words = (const __m128i *)(blocks[l] + 64 * b + 16 * i);
        w[l][i] = _mm_shuffle_epi8(_mm_loadu_si128(words), swap);
      }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) {
      const __m128i constants = _mm_loadu_si128((const __m128i *)(K + 4 * i));
      for (int l = 0; l < lanes; l++) {
        const __m128i words = w[l][i & 3];
        const __m128i sum = _mm_add_epi32(words, constants);
        cdgh[l] = _mm_sha256rnds2_epu32(cdgh[l], abef[l], sum);
        abef[l] = _mm_sha256rnds2_epu32(abef[l], cdgh[l], _mm_shuffle_epi32(sum, 0x0E));
        if (i < 12) {
          __m128i next = _mm_sha256msg1_epu32(words, w[l][(i + 1) & 3]);
          next = _mm_add_epi32(next, _mm_alignr_epi8(w[l][(i + 3) & 3], w[l][(i + 2) & 3], 4));
          w[l][i & 3] = _mm_sha256msg2_epu32(next, w[l][(i + 3) & 3]);
        }
      }
    }
    for (int l = 0; l < lanes; l++) {
      abef[l] = _mm_add_epi32(abef[l], before[l][0]);
      cdgh[l] = _mm_add_epi32(cdgh[l], before[l][1]);
    }
  }
  for (int l = 0; l < lanes; l++) {
    const __m128i low = _mm_shuffle_epi32(abef[l], 0x1B), high = _mm_shuffle_epi32(cdgh[l], 0xB1);
    _mm_storeu_si128((__m128i *)states[l], _mm_blend_epi16(low, high, 0xF0));
    _mm_storeu_si128((__m128i *)(states[l] + 4), _mm_alignr_epi8(high, low, 8));
  }
}

static void one_lane(uint32_t *const *states, const uint8_t *const *blocks, size_t block_count) {
  rounds(states, blocks, block_count, 1);
}

static void two_lanes(uint32_t *const *states, const uint8_t *const *blocks, size_t block_count) {
  rounds(states, blocks, block_count, 2);
}

#pragma clang attribute pop

static int has_instructions(void) {
  static int choice = -1;  // a race writes the same value twice
  int known = __atomic_load_n(&choice, __ATOMIC_RELAXED);
  if (known < 0) {
    unsigned a, b, c, d;
    known = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & (1u << 29)) != 0;
    __atomic_store_n(&choice, known, __ATOMIC_RELAXED);
  }
  return known;
}
#else
static int has_instructions(void) { return 0; }
static void one_lane(uint32_t *const *states, const uint8_t *const *blocks, size_t block_count) {
  razao_sha256_blocks_portable(states[0], blocks[0], block_count);
}
static void two_lanes(uint32_t *const *states, const uint8_t *const *blocks, size_t block_count) {
  for (int l = 0; l < 2; l++) razao_sha256_blocks_portable(states[l], blocks[l], block_count);
}
#endif

void razao_sha256_compress(uint32_t *state, const uint8_t *blocks, size_t block_count, int accelerated) {
  if (accelerated && has_instructions()) {
    one_lane(&state, &blocks, block_count);
  } else {
    razao_sha256_blocks_portable(state, blocks, block_count);
  }
}

static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

// What is left of a message after its whole blocks, padded; returns its blocks: 1 or 2.
static size_t pad(const uint8_t *message, size_t length, uint8_t *tail) {
  const size_t rest = length % 64, count = rest < 56 ? 1 : 2;
  memcpy(tail, message + length - rest, rest);
  tail[rest] = 0x80;
  memset(tail + rest + 1, 0, 64 * count - rest - 1);
  for (int i = 0; i < 8; i++) tail[64 * count - 1 - i] = (uint8_t)((uint64_t)length * 8 >> (8 * i));
  return count;
}

static void write_digest(const uint32_t *state, size_t stride, uint8_t *digest) {
  for (int i = 0; i < 8; i++) {
    const uint32_t word = state[i * stride];
    for (int b = 0; b < 4; b++) digest[4 * i + b] = (uint8_t)(word >> (24 - 8 * b));
  }
}

// From this many messages on sixteen lanes are faster than pairs, even with some of them idle.
enum { lanes = 16, worthwhile_lanes = 11 };

// Up to sixteen messages; idle lanes repeat the last one.
static void lane_digests(const uint8_t *messages, size_t stride, size_t length, size_t count, uint8_t *digests) {
  uint32_t state[8][lanes];
  uint8_t tails[lanes][128];
  const uint8_t *message[lanes], *tail[lanes];
  size_t tail_blocks = 0;
  for (size_t l = 0; l < lanes; l++) {
    message[l] = messages + (l < count ? l : count - 1) * stride;
    tail[l] = tails[l < count ? l : count - 1];
    if (l < count) tail_blocks = pad(message[l], length, tails[l]);
    for (int i = 0; i < 8; i++) state[i][l] = start[i];
  }
  razao_sha256_lanes(state, message, length / 64, K);
  razao_sha256_lanes(state, tail, tail_blocks, K);
  for (size_t l = 0; l < count; l++) write_digest(&state[0][l], lanes, digests + 32 * l);
}

// One message, or two of them.
static void pair_digests(const uint8_t *messages, size_t stride, size_t length, size_t count, uint8_t *digests,
                         int fast) {
  uint32_t states[2][8];
  uint8_t tails[2][128];
  uint32_t *state[2] = {states[0], states[1]};
  const uint8_t *message[2] = {messages, messages + (count - 1) * stride};
  const uint8_t *tail[2] = {tails[0], tails[1]};
  size_t tail_blocks = 0;
  for (size_t l = 0; l < count; l++) {
    memcpy(states[l], start, sizeof start);
    tail_blocks = pad(message[l], length, tails[l]);
  }
  if (fast) {
    void (*compress)(uint32_t *const *, const uint8_t *const *, size_t) = count == 2 ? two_lanes : one_lane;
    compress(state, message, length / 64);
    compress(state, tail, tail_blocks);
  } else {
    for (size_t l = 0; l < count; l++) {
      razao_sha256_blocks_portable(states[l], message[l], length / 64);
      razao_sha256_blocks_portable(states[l], tails[l], tail_blocks);
    }
  }
  for (size_t l = 0; l < count; l++) write_digest(states[l], 1, digests + 32 * l);
}

void razao_sha256_digests(const uint8_t *messages, size_t stride, size_t length, size_t count, uint8_t *digests,
                          int accelerated) {
  const int fast = accelerated && has_instructions();
  for (size_t m = 0, taken; m < count; m += taken) {
    const size_t left = count - m;
    if (accelerated == 2 && left >= worthwhile_lanes) {
      taken = left < lanes ? left : lanes;
      lane_digests(messages + m * stride, stride, length, taken, digests + 32 * m);
    } else {
      taken = left < 2 ? left : 2;
      pair_digests(messages + m * stride, stride, length, taken, digests + 32 * m, fast);
    }
  }
}
