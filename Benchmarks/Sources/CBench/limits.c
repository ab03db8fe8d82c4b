#include "limits.h"

#include <sys/mman.h>

void razao_bench_large_pages(void *start, size_t size) {
#ifdef MADV_HUGEPAGE
  madvise(start, size, MADV_HUGEPAGE);
#else
  (void)start;
  (void)size;
#endif
}

static uint64_t read_portable(const void *bytes, size_t size) {
  const uint64_t *words = bytes;
  uint64_t sums[8] = {0};
  for (size_t index = 0; index + 8 <= size / 8; index += 8) {
    for (int lane = 0; lane < 8; lane++) sums[lane] += words[index + (size_t)lane];
  }
  uint64_t sum = 0;
  for (int lane = 0; lane < 8; lane++) sum += sums[lane];
  return sum;
}

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx512f"))) static uint64_t read_avx512(const void *bytes, size_t size) {
  const __m512i *lines = bytes;
  __m512i sums[8];
  for (int lane = 0; lane < 8; lane++) sums[lane] = _mm512_setzero_si512();
  for (size_t index = 0; index + 8 <= size / 64; index += 8) {
    for (int lane = 0; lane < 8; lane++) {
      sums[lane] = _mm512_add_epi64(sums[lane], _mm512_loadu_si512(lines + index + lane));
    }
  }
  for (int lane = 1; lane < 8; lane++) sums[0] = _mm512_add_epi64(sums[0], sums[lane]);
  return (uint64_t)_mm512_reduce_add_epi64(sums[0]);
}

__attribute__((target("avx2"))) static uint64_t read_avx2(const void *bytes, size_t size) {
  const __m256i *lines = bytes;
  __m256i sums[8];
  for (int lane = 0; lane < 8; lane++) sums[lane] = _mm256_setzero_si256();
  for (size_t index = 0; index + 8 <= size / 32; index += 8) {
    for (int lane = 0; lane < 8; lane++) {
      sums[lane] = _mm256_add_epi64(sums[lane], _mm256_loadu_si256(lines + index + lane));
    }
  }
  for (int lane = 1; lane < 8; lane++) sums[0] = _mm256_add_epi64(sums[0], sums[lane]);
  uint64_t parts[4];
  _mm256_storeu_si256((__m256i *)parts, sums[0]);
  return parts[0] + parts[1] + parts[2] + parts[3];
}

uint64_t razao_bench_read(const void *bytes, size_t size) {
  if (__builtin_cpu_supports("avx512f")) return read_avx512(bytes, size);
  if (__builtin_cpu_supports("avx2")) return read_avx2(bytes, size);
  return read_portable(bytes, size);
}

/* Twelve chains of accumulators hide the latency of vpdpbusd; the empty assembly keeps the compiler from folding
   the rounds into one. */
#define CHAINS 12

__attribute__((target("avx512f,avx512bw,avx512vnni"))) static uint64_t products_vnni(uint64_t rounds, uint64_t *sink) {
  __m512i sums[CHAINS];
  __m512i left = _mm512_set1_epi8(3), right = _mm512_set1_epi8(5);
  for (int chain = 0; chain < CHAINS; chain++) sums[chain] = _mm512_setzero_si512();
  for (uint64_t round = 0; round < rounds; round++) {
    __asm__ volatile("" : "+v"(left), "+v"(right));
    for (int chain = 0; chain < CHAINS; chain++) sums[chain] = _mm512_dpbusd_epi32(sums[chain], left, right);
  }
  for (int chain = 1; chain < CHAINS; chain++) sums[0] = _mm512_add_epi32(sums[0], sums[chain]);
  *sink = (uint64_t)_mm512_reduce_add_epi32(sums[0]);
  return rounds * CHAINS * 64 * 2;
}

__attribute__((target("avx2"))) static uint64_t products_avx2(uint64_t rounds, uint64_t *sink) {
  __m256i sums[CHAINS];
  __m256i left = _mm256_set1_epi16(3), right = _mm256_set1_epi16(5);
  for (int chain = 0; chain < CHAINS; chain++) sums[chain] = _mm256_setzero_si256();
  for (uint64_t round = 0; round < rounds; round++) {
    __asm__ volatile("" : "+x"(left), "+x"(right));
    for (int chain = 0; chain < CHAINS; chain++) {
      sums[chain] = _mm256_add_epi32(sums[chain], _mm256_madd_epi16(left, right));
    }
  }
  for (int chain = 1; chain < CHAINS; chain++) sums[0] = _mm256_add_epi32(sums[0], sums[chain]);
  *sink = (uint64_t)_mm256_extract_epi32(sums[0], 0);
  return rounds * CHAINS * 16 * 2;
}

uint64_t razao_bench_products(uint64_t rounds, uint64_t *sink) {
  if (__builtin_cpu_supports("avx512vnni")) return products_vnni(rounds, sink);
  if (__builtin_cpu_supports("avx2")) return products_avx2(rounds, sink);
  return 0;
}

#else

uint64_t razao_bench_read(const void *bytes, size_t size) { return read_portable(bytes, size); }

uint64_t razao_bench_products(uint64_t rounds, uint64_t *sink) {
  (void)rounds;
  *sink = 0;
  return 0;
}

#endif
