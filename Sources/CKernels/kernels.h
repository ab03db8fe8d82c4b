// What the tiers share: the table that each of them fills, and the arithmetic of their loops.
#ifndef RAZAO_KERNELS_H
#define RAZAO_KERNELS_H

#include "CKernels.h"

typedef struct {
  void (*panel_i8_i32)(const int8_t *, size_t, const int8_t *, size_t, const int32_t *, size_t, int32_t *);
  void (*panel_i8_i64)(const int8_t *, size_t, const int8_t *, size_t, size_t, int64_t *);
  void (*panel_i16_i64)(const int8_t *, size_t, const int16_t *, size_t, size_t, int64_t *);
  void (*panel_i4_i8_i32)(const uint8_t *, size_t, const int8_t *, size_t, const int32_t *, size_t, int32_t *);
  void (*panel_i4_i8_i64)(const uint8_t *, size_t, const int8_t *, size_t, size_t, int64_t *);
  void (*panel_i4_i16_i64)(const uint8_t *, size_t, const int16_t *, size_t, size_t, int64_t *);
  int32_t (*sum_i8)(const int8_t *, size_t);
  void (*finish_i32)(const int32_t *, const uint16_t *, const int64_t *, size_t, const int64_t *, const ptrdiff_t *,
                     ptrdiff_t, size_t, int64_t *, size_t);
  void (*finish_i64)(const int64_t *, const uint16_t *, const int64_t *, size_t, const int64_t *, const ptrdiff_t *,
                     ptrdiff_t, size_t, int64_t *, size_t);
  void (*dots_i8)(const int8_t *, const int8_t *, size_t, size_t, int64_t *);
  void (*dots_i16)(const int16_t *, const int16_t *, size_t, size_t, int64_t *);
  int64_t (*scores)(const int64_t *, const int32_t *, const int16_t *, int64_t, int64_t, size_t, int64_t *);
  int64_t (*exponentials)(const int64_t *, int64_t, const uint8_t *, const uint32_t *, size_t, uint32_t *);
  void (*weighted_sum_i8)(const int8_t *, const uint32_t *, size_t, size_t, int64_t *);
  void (*divide)(const int64_t *, int64_t, int64_t, int64_t, size_t, int64_t *);
  void (*reach)(const int64_t *, size_t, int64_t *);
  void (*quantize_i8)(const int64_t *, size_t, int64_t, int64_t, int8_t *);
  void (*quantize_i16)(const int64_t *, size_t, int64_t, int64_t, int16_t *);
  void (*hadamard)(int64_t *, size_t, size_t);
  int64_t (*reduce)(int64_t *, size_t, int64_t);
  void (*scale_i8)(int64_t *, const int8_t *, size_t);
  void (*scale_i16)(int64_t *, const int16_t *, int64_t, int64_t, const int64_t *, size_t);
  void (*add)(int64_t *, const int64_t *, size_t);
  void (*activate)(const int64_t *, const int64_t *, const uint32_t *, int64_t, size_t, int64_t *);
  void (*rotate)(int64_t *, const int16_t *, size_t);
  void (*pack_bytes)(const int64_t *, size_t, size_t, uint8_t *);
} razao_table;

extern const razao_table razao_portable;
#if defined(__x86_64__)
extern const razao_table razao_avx2, razao_avx512;
#elif defined(__aarch64__)
extern const razao_table razao_neon, razao_neon_dotprod;
#endif

// What a thread has of its own, and passes on to the threads that help it.
typedef struct {
  const razao_table *table;  // null for the process's
  int tier;
  // For tests, which show that no wrong result of any kernel goes unseen: 0, or 1 + kernel * 64 + the bit of the
  // kernel's first result that comes out wrong.
  int fault;
} razao_thread_choice;

extern _Thread_local razao_thread_choice razao_choice;

enum {
  group_bytes = razao_panel_rows * razao_panel_group,
  block_groups = razao_block_columns / razao_panel_group,
  // Groups whose products with 16-bit operands fit 32 bits in any order: 512 * 127 * 32767 < 2^31.
  chunk_groups = 128,
};

// SHA-256. `accelerated`: 0 plain C, 1 with the processor's instructions for it where it has them, 2 also sixteen
// messages at a time with AVX-512, which the caller knows to be there.
void razao_sha256_compress(uint32_t *state, const uint8_t *blocks, size_t block_count, int accelerated);
void razao_sha256_digests(const uint8_t *messages, size_t stride, size_t length, size_t count, uint8_t *digests,
                          int accelerated);
void razao_sha256_lanes(uint32_t (*state)[16], const uint8_t *const *messages, size_t block_count,
                        const uint32_t *constants);

#define always_inline inline __attribute__((always_inline))

static always_inline int64_t wrapping_product(int64_t a, int64_t b) { return (int64_t)((uint64_t)a * (uint64_t)b); }
static always_inline int64_t wrapping_sum(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }

// rs for 1 <= s <= 62.
static always_inline int64_t round_shift(int64_t x, int64_t s) {
  return wrapping_sum(x, (int64_t)((uint64_t)1 << (s - 1))) >> s;
}

// rs for any s.
static always_inline int64_t round_any(int64_t x, int64_t s) {
  if (s > 0) return s > 62 ? 0 : round_shift(x, s);
  return s == 0 || x == 0 ? x : (int64_t)((uint64_t)x << (-s & 63));
}

// A 4-bit weight, sign-extended.
static always_inline int nibble(uint8_t byte, int high) { return (int8_t)(high ? byte : byte << 4) >> 4; }

#endif
