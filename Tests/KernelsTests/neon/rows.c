// Kernels on rows: the tier against the portable one, which other tests hold to the definitions.
#include "cases.h"

enum { most = 768 };

typedef struct {
  int64_t rows[12][most];
  int8_t bytes[most];
  int16_t words[most];
  uint8_t packed[8 * most];
} results;

static uint32_t table[4096];

static void run(size_t count, int filling, results *out) {
  uint64_t state = count;
  memset(out, 0, sizeof *out);
  FILLED(int64_t, row, count, (int64_t)1 << 40);
  FILLED(int64_t, other, count, (int64_t)1 << 20);
  FILLED(int8_t, gains, count, 127);
  FILLED(int16_t, wide_gains, count, 32767);
  FILLED(int32_t, sums, count, 2000000000);
  uint16_t *scales = malloc((count + 1) * sizeof(uint16_t));
  uint8_t *shifts = malloc(count + 1);
  int16_t *exponents = malloc((count + 1) * sizeof(int16_t));
  for (size_t i = 0; i < count; i++) {
    scales[i] = (uint16_t)(1 + next_random(&state) % 4095);
    shifts[i] = (uint8_t)(i % 8);
    exponents[i] = (int16_t)(i % 70 - 3);
  }
  for (int i = 0; i < 5; i++) memcpy(out->rows[i], row, count * 8);
  razao_reach(row, count, out->rows[11]);
  razao_quantize_i8(row, count, 255, 41, out->bytes);
  razao_quantize_i16(row, count, 255, 33, out->words);
  razao_hadamard(out->rows[0], count / 64 * 64, 64);
  out->rows[11][2] = razao_reduce(out->rows[1], count, 19);
  razao_scale_i8(out->rows[2], gains, count);
  razao_scale_i16(out->rows[1], wide_gains, 50000, 44, other, count);
  razao_add(out->rows[3], other, count);
  razao_rotate(out->rows[4], wide_gains, count / 2);
  if (count >= 64) {
    const int64_t mantissas[2] = {4001, 17};
    const ptrdiff_t shifts[2] = {20, -2};
    razao_finish_i32(sums, scales, row, 32, mantissas, shifts, 0, 2, out->rows[5], 32);
    razao_finish_i64(other, scales, NULL, 31, mantissas, shifts, 0, 2, out->rows[6], 40);
  }
  out->rows[11][3] = razao_scores(other, sums, exponents, 3, 4, count, out->rows[7]);
  uint32_t *weights = (uint32_t *)out->rows[8];
  out->rows[11][4] = razao_exponentials(other, (int64_t)1 << 20, shifts, table, count, weights);
  razao_divide(row, 9, 60001, 30, count, out->rows[9]);
  razao_activate(other, row, table, 11, count, out->rows[10]);
  razao_pack_bytes(row, count, 6, out->packed);
  free(row), free(other), free(gains), free(wide_gains), free(sums), free(scales), free(shifts), free(exponents);
}

void row_cases(void) {
  const size_t counts[] = {5, 7, 8, 9, 31, 64, 65, 128, 768};
  for (int i = 0; i < 4096; i++) table[i] = (uint32_t)(4096 * (4095 - i));
  results *tier = malloc(sizeof(results)), *portable = malloc(sizeof(results));
  for (int filling = 0; filling < 4; filling++) {
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
      run(counts[c], filling, tier);
      razao_tier_override(razao_tier_portable);
      run(counts[c], filling, portable);
      razao_tier_override(-1);
      check("rows", counts[c], (size_t)filling, memcmp(tier, portable, sizeof(results)) == 0);
    }
  }
  free(tier), free(portable);
}
