// Products of panels against sums written out.
#include "cases.h"

static int64_t product(const int8_t *weights, const int8_t *narrow, const int16_t *wide, size_t groups, size_t row) {
  int64_t sum = 0;
  for (size_t i = 0; i < 4 * groups; i++) {
    sum += (int64_t)weights[(i / 4 * 32 + row) * 4 + i % 4] * (narrow != NULL ? narrow[i] : wide[i]);
  }
  return sum;
}

static void unpack(const uint8_t *blocks, size_t count, int8_t *weights) {
  for (size_t place = 0; place < count * 1024; place++) {
    const uint8_t *block = blocks + place / 1024 * 544;
    const size_t group = place % 1024 / 128, byte = place % 128;
    const uint8_t packed = block[32 + group / 2 * 128 + byte];
    const int nibble = group % 2 == 0 ? packed & 15 : packed >> 4;
    weights[place] = (int8_t)((nibble >= 8 ? nibble - 16 : nibble) * block[byte / 4]);
  }
}

static void int8_case(size_t groups, size_t tokens, int filling) {
  uint64_t state = groups * 31 + tokens;
  const size_t stride = 4 * groups + 8;
  FILLED(int8_t, weights, groups * 128, 127);
  FILLED(int8_t, narrow, stride * tokens, 127);
  FILLED(int16_t, wide, stride * tokens, 32767);
  int32_t *sums = calloc(tokens, sizeof(int32_t)), *short_sums = calloc(tokens * 32, sizeof(int32_t));
  int64_t *long_sums = calloc(tokens * 32, sizeof(int64_t)), *wide_sums = calloc(tokens * 32, sizeof(int64_t));
  for (size_t t = 0; t < tokens; t++) sums[t] = razao_sum_i8(narrow + t * stride, 4 * groups);
  razao_panel_i8_i32(weights, groups, narrow, stride, sums, tokens, short_sums);
  razao_panel_i8_i64(weights, groups, narrow, stride, tokens, long_sums);
  razao_panel_i16_i64(weights, groups, wide, stride, tokens, wide_sums);
  int holds = 1;
  for (size_t i = 0; i < tokens * 32; i++) {
    const int64_t expected = product(weights, narrow + i / 32 * stride, NULL, groups, i % 32);
    holds = holds && short_sums[i] == expected && long_sums[i] == expected;
    holds = holds && wide_sums[i] == product(weights, NULL, wide + i / 32 * stride, groups, i % 32);
  }
  check("int8 panel", groups, tokens, holds);
  free(weights), free(narrow), free(wide), free(sums), free(short_sums), free(long_sums), free(wide_sums);
}

static void int4_case(size_t blocks, size_t tokens, int filling) {
  uint64_t state = blocks * 37 + tokens;
  const size_t stride = 32 * blocks;
  uint8_t *packed = malloc(blocks * 544);
  for (size_t i = 0; i < blocks * 544; i++) {
    const int64_t low = value(filling, i, 7, &state), high = value(filling, i + 1, 7, &state);
    packed[i] = i % 544 < 32 ? (uint8_t)(1 + next_random(&state) % 18) : (uint8_t)((low & 15) | (high & 15) << 4);
  }
  int8_t *weights = malloc(blocks * 1024);
  unpack(packed, blocks, weights);
  FILLED(int8_t, narrow, stride * tokens, 127);
  FILLED(int16_t, wide, stride * tokens, 32767);
  int32_t *sums = calloc(tokens, sizeof(int32_t)), *short_sums = calloc(tokens * 32, sizeof(int32_t));
  int64_t *long_sums = calloc(tokens * 32, sizeof(int64_t)), *wide_sums = calloc(tokens * 32, sizeof(int64_t));
  for (size_t t = 0; t < tokens; t++) sums[t] = razao_sum_i8(narrow + t * stride, stride);
  razao_panel_i4_i8_i32(packed, blocks, narrow, stride, sums, tokens, short_sums);
  razao_panel_i4_i8_i64(packed, blocks, narrow, stride, tokens, long_sums);
  razao_panel_i4_i16_i64(packed, blocks, wide, stride, tokens, wide_sums);
  int holds = 1;
  for (size_t i = 0; i < tokens * 32; i++) {
    const int64_t expected = product(weights, narrow + i / 32 * stride, NULL, 8 * blocks, i % 32);
    holds = holds && short_sums[i] == expected && long_sums[i] == expected;
    holds = holds && wide_sums[i] == product(weights, NULL, wide + i / 32 * stride, 8 * blocks, i % 32);
  }
  check("int4 panel", blocks, tokens, holds);
  free(packed), free(weights), free(narrow), free(wide), free(sums), free(short_sums), free(long_sums);
  free(wide_sums);
}

void panel_cases(void) {
  const size_t groups[] = {1, 2, 3, 5, 31, 127, 128, 129, 300, 1250}, blocks[] = {1, 2, 15, 16, 17, 33};
  for (int filling = 0; filling < 4; filling++) {
    for (size_t tokens = 1; tokens < 14; tokens += tokens < 5 ? 1 : 4) {
      for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) int8_case(groups[i], tokens, filling);
      for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) int4_case(blocks[i], tokens, filling);
    }
  }
}
