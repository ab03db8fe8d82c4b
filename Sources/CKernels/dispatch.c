// The choice of a tier, and the kernels as the rest of the package calls them: counted, then the tier's own.
#include "kernels.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

// ---- Tiers.

static const razao_table *table_of(int tier) {
  switch (tier) {
    case razao_tier_portable: return &razao_portable;
#if defined(__x86_64__)
    case razao_tier_avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")
                 ? &razao_avx2 : NULL;
    case razao_tier_avx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                     __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                     __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("bmi2")
                 ? &razao_avx512 : NULL;
#elif defined(__aarch64__)
    case razao_tier_neon: {
#if defined(__linux__)
      const unsigned long has_dotprod = 1ul << 20;  // HWCAP_ASIMDDP
      return (getauxval(AT_HWCAP) & has_dotprod) != 0 ? &razao_neon_dotprod : &razao_neon;
#else
      return &razao_neon;
#endif
    }
#endif
    default: return NULL;
  }
}

int razao_tier_available(int tier) { return table_of(tier) != NULL; }

static int first_choice(void) {
  static const char *const names[razao_tier_count] = {"portable", "avx2", "avx512", "neon"};
  const char *wanted = getenv("RAZAO_KERNELS");
  int best = razao_tier_portable;
  for (int tier = 0; tier < razao_tier_count; tier++) {
    if (!razao_tier_available(tier)) continue;
    if (wanted != NULL && strcmp(wanted, names[tier]) == 0) return tier;
    best = tier;
  }
  return best;
}

static _Atomic int selected = -1;
static _Atomic(const razao_table *) active;

int razao_tier_select(int tier) {
  const razao_table *table = table_of(tier);
  if (table == NULL) return 0;
  atomic_store_explicit(&active, table, memory_order_relaxed);
  atomic_store_explicit(&selected, tier, memory_order_relaxed);
  return 1;
}

_Thread_local razao_thread_choice razao_choice;

int razao_tier_override(int tier) {
  const razao_table *table = tier < 0 ? NULL : table_of(tier);
  if (tier >= 0 && table == NULL) return 0;
  razao_choice.table = table;
  razao_choice.tier = tier;
  return 1;
}

int razao_tier_overridden(void) { return razao_choice.table == NULL ? -1 : razao_choice.tier; }

int razao_tier_selected(void) {
  if (razao_choice.table != NULL) return razao_choice.tier;
  int tier = atomic_load_explicit(&selected, memory_order_relaxed);
  if (tier < 0) {  // threads that race here choose the same
    tier = first_choice();
    razao_tier_select(tier);
  }
  return tier;
}

static inline const razao_table *table(void) {
  if (__builtin_expect(razao_choice.table != NULL, 0)) return razao_choice.table;
  const razao_table *chosen = atomic_load_explicit(&active, memory_order_relaxed);
  if (__builtin_expect(chosen == NULL, 0)) {
    razao_tier_selected();
    chosen = atomic_load_explicit(&active, memory_order_relaxed);
  }
  return chosen;
}

// ---- Counting: each thread in a place of its own, which only it writes; later threads share the last place.

enum { counter_places = 128 };
static struct {
  _Atomic uint64_t calls[razao_kernel_count];
} __attribute__((aligned(128))) counters[counter_places];

static inline void count_call(int kernel) {
  static _Atomic unsigned threads;
  static _Thread_local unsigned place;  // 1 + this thread's place
  if (__builtin_expect(place == 0, 0)) {
    const unsigned number = atomic_fetch_add_explicit(&threads, 1, memory_order_relaxed);
    place = 1 + (number < counter_places - 1 ? number : counter_places - 1);
  }
  _Atomic uint64_t *calls = &counters[place - 1].calls[kernel];
  if (place == counter_places) {
    atomic_fetch_add_explicit(calls, 1, memory_order_relaxed);
  } else {
    atomic_store_explicit(calls, atomic_load_explicit(calls, memory_order_relaxed) + 1, memory_order_relaxed);
  }
}

uint64_t razao_kernel_calls(int kernel) {
  uint64_t total = 0;
  for (int i = 0; i < counter_places; i++) {
    total += atomic_load_explicit(&counters[i].calls[kernel], memory_order_relaxed);
  }
  return total;
}

// ---- Faults. No header declares this and no product code calls it; the tests' own target does.

void razao_kernel_fault(int kernel, int bit);
void razao_kernel_fault(int kernel, int bit) { razao_choice.fault = kernel < 0 ? 0 : 1 + kernel * 64 + bit; }

static inline uint64_t wrong_bits(int kernel) {
  const int fault = razao_choice.fault - 1;
  return __builtin_expect(fault >= 0, 0) && fault / 64 == kernel ? (uint64_t)1 << fault % 64 : 0;
}

#define SPOIL(kernel, result) \
  do { \
    const uint64_t wrong = wrong_bits(razao_kernel_##kernel); \
    if (__builtin_expect(wrong != 0, 0)) (result) ^= (__typeof__(result))wrong; \
  } while (0)

// ---- Kernels.

#define PANEL(name, Weights, Operand, Accumulator) \
  void razao_##name(const Weights *weights, size_t group_count, const Operand *operands, size_t stride, \
                    size_t token_count, Accumulator *accumulators) { \
    count_call(razao_kernel_##name); \
    table()->name(weights, group_count, operands, stride, token_count, accumulators); \
    if (token_count > 0) SPOIL(name, accumulators[0]); \
  }
PANEL(panel_i8_i64, int8_t, int8_t, int64_t)
PANEL(panel_i16_i64, int8_t, int16_t, int64_t)
PANEL(panel_i4_i8_i64, uint8_t, int8_t, int64_t)
PANEL(panel_i4_i16_i64, uint8_t, int16_t, int64_t)

#define PANEL_WITH_SUMS(name, Weights) \
  void razao_##name(const Weights *weights, size_t group_count, const int8_t *operands, size_t stride, \
                    const int32_t *sums, size_t token_count, int32_t *accumulators) { \
    count_call(razao_kernel_##name); \
    table()->name(weights, group_count, operands, stride, sums, token_count, accumulators); \
    if (token_count > 0) SPOIL(name, accumulators[0]); \
  }
PANEL_WITH_SUMS(panel_i8_i32, int8_t)
PANEL_WITH_SUMS(panel_i4_i8_i32, uint8_t)

// A kernel without result: parameters, arguments, how many values it writes, and the first of them.
#define KERNEL(name, parameters, arguments, count, first) \
  void razao_##name parameters { \
    count_call(razao_kernel_##name); \
    table()->name arguments; \
    if ((count) > 0) SPOIL(name, first); \
  }
KERNEL(finish_i32,
       (const int32_t *sums, const uint16_t *scales, const int64_t *biases, size_t row_count, const int64_t *mantissas,
        const ptrdiff_t *exponents, ptrdiff_t exponent, size_t token_count, int64_t *rows, size_t stride),
       (sums, scales, biases, row_count, mantissas, exponents, exponent, token_count, rows, stride), token_count,
       rows[0])
KERNEL(finish_i64,
       (const int64_t *sums, const uint16_t *scales, const int64_t *biases, size_t row_count, const int64_t *mantissas,
        const ptrdiff_t *exponents, ptrdiff_t exponent, size_t token_count, int64_t *rows, size_t stride),
       (sums, scales, biases, row_count, mantissas, exponents, exponent, token_count, rows, stride), token_count,
       rows[0])
KERNEL(dots_i8, (const int8_t *query, const int8_t *keys, size_t row_count, size_t width, int64_t *products),
       (query, keys, row_count, width, products), row_count, products[0])
KERNEL(dots_i16, (const int16_t *query, const int16_t *keys, size_t row_count, size_t width, int64_t *products),
       (query, keys, row_count, width, products), row_count, products[0])
KERNEL(weighted_sum_i8,
       (const int8_t *values, const uint32_t *weights, size_t row_count, size_t width, int64_t *totals),
       (values, weights, row_count, width, totals), width, totals[0])
KERNEL(divide,
       (const int64_t *totals, int64_t cut, int64_t inverse, int64_t shift, size_t count, int64_t *row),
       (totals, cut, inverse, shift, count, row), count, row[0])
KERNEL(reach, (const int64_t *row, size_t count, int64_t *extremes), (row, count, extremes), 1, extremes[0])
KERNEL(quantize_i8, (const int64_t *row, size_t count, int64_t multiplier, int64_t shift, int8_t *operands),
       (row, count, multiplier, shift, operands), count, operands[0])
KERNEL(quantize_i16, (const int64_t *row, size_t count, int64_t multiplier, int64_t shift, int16_t *operands),
       (row, count, multiplier, shift, operands), count, operands[0])
KERNEL(hadamard, (int64_t *row, size_t count, size_t block), (row, count, block), count, row[0])
KERNEL(scale_i8, (int64_t *row, const int8_t *gains, size_t count), (row, gains, count), count, row[0])
KERNEL(scale_i16,
       (int64_t *row, const int16_t *gains, int64_t root, int64_t shift, const int64_t *biases, size_t count),
       (row, gains, root, shift, biases, count), count, row[0])
KERNEL(add, (int64_t *row, const int64_t *other, size_t count), (row, other, count), count, row[0])
KERNEL(activate,
       (const int64_t *gates, const int64_t *ups, const uint32_t *entries, int64_t shift, size_t count, int64_t *row),
       (gates, ups, entries, shift, count, row), count, row[0])
KERNEL(rotate, (int64_t *head, const int16_t *angles, size_t pairs), (head, angles, pairs), pairs, head[0])
KERNEL(pack_bytes, (const int64_t *row, size_t count, size_t width, uint8_t *bytes), (row, count, width, bytes), count,
       bytes[0])

// A kernel with a result, whose fault is in what it writes.
#define KERNEL_WITH_RESULT(Result, name, parameters, arguments, count, first) \
  Result razao_##name parameters { \
    count_call(razao_kernel_##name); \
    const Result result = table()->name arguments; \
    if ((count) > 0) SPOIL(name, first); \
    return result; \
  }
KERNEL_WITH_RESULT(int64_t, exponentials,
                   (const int64_t *scores, int64_t greatest, const uint8_t *shifts, const uint32_t *entries,
                    size_t count, uint32_t *weights),
                   (scores, greatest, shifts, entries, count, weights), count, weights[0])
KERNEL_WITH_RESULT(int64_t, reduce, (int64_t *row, size_t count, int64_t shift), (row, count, shift), count, row[0])

int64_t razao_scores(const int64_t *products, const int32_t *mantissas, const int16_t *exponents, int64_t mantissa,
                     int64_t exponent, size_t count, int64_t *scores) {
  count_call(razao_kernel_scores);
  int64_t greatest = table()->scores(products, mantissas, exponents, mantissa, exponent, count, scores);
  const uint64_t wrong = wrong_bits(razao_kernel_scores);
  if (__builtin_expect(wrong != 0, 0) && count > 0) {
    scores[0] ^= (int64_t)wrong;  // and the greatest is of what the caller sees, so that some weight is not 0
    greatest = scores[0];
    for (size_t r = 1; r < count; r++) greatest = scores[r] > greatest ? scores[r] : greatest;
  }
  return greatest;
}

int32_t razao_sum_i8(const int8_t *operands, size_t count) {
  count_call(razao_kernel_sum_i8);
  int32_t sum = table()->sum_i8(operands, count);
  SPOIL(sum_i8, sum);
  return sum;
}

size_t razao_byte_width(const int64_t *row, size_t count) {
  uint64_t folded = 0;
  for (size_t i = 0; i < count; i++) folded |= (uint64_t)(row[i] ^ (row[i] >> 63));
  return folded == 0 ? 1 : (size_t)(64 - __builtin_clzll(folded) + 8) / 8;
}

// ---- SHA-256: the portable tier uses the portable code, every other what the processor has.

static int sha256_acceleration(void) {
  switch (razao_tier_selected()) {
    case razao_tier_portable: return 0;
    case razao_tier_avx512: return 2;
    default: return 1;
  }
}

void razao_sha256_blocks(uint32_t *state, const uint8_t *blocks, size_t block_count) {
  count_call(razao_kernel_sha256);
  razao_sha256_compress(state, blocks, block_count, sha256_acceleration());
  if (block_count > 0) SPOIL(sha256, state[0]);
}

void razao_sha256_messages(const uint8_t *messages, size_t stride, size_t length, size_t count, uint8_t *digests) {
  count_call(razao_kernel_sha256);
  razao_sha256_digests(messages, stride, length, count, digests, sha256_acceleration());
  if (count > 0) SPOIL(sha256, digests[0]);
}
