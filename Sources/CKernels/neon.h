// NEON, included once for processors with byte dot products and once for those without.

#include "attention.h"
#include "rows.h"

// Sixteen rows with up to two tokens, 16-bit operands: a row's four columns stay four lanes until the end.
static always_inline void TIER(tile_i16)(const int8_t *weights, size_t groups, const int16_t *x, size_t stride,
                                         int tokens, int32_t (*sums)[razao_panel_rows]) {
  int32x4_t partial[tile_tokens][8];
  for (int t = 0; t < tokens; t++) {
    for (int i = 0; i < 8; i++) partial[t][i] = vdupq_n_s32(0);
  }
  for (size_t g = 0; g < groups; g++) {
    int16x4_t operands[tile_tokens];
    for (int t = 0; t < tokens; t++) operands[t] = vld1_s16(x + t * stride + g * razao_panel_group);
    for (int i = 0; i < 4; i++) {
      const int16x8_t wide = vmovl_s8(vld1_s8(weights + g * group_bytes + 8 * i));
      for (int t = 0; t < tokens; t++) {
        partial[t][2 * i] = vmlal_s16(partial[t][2 * i], vget_low_s16(wide), operands[t]);
        partial[t][2 * i + 1] = vmlal_s16(partial[t][2 * i + 1], vget_high_s16(wide), operands[t]);
      }
    }
  }
  for (int t = 0; t < tokens; t++) {
    for (int i = 0; i < 8; i++) sums[t][i] = vaddvq_s32(partial[t][i]);
  }
}

static void TIER(products_i16)(const int8_t *weights, size_t groups, const int16_t *x, size_t stride, int tokens,
                               int32_t (*sums)[razao_panel_rows]) {
  for (int row = 0; row < razao_panel_rows; row += 8) {
    int32_t(*target)[razao_panel_rows] = (int32_t(*)[razao_panel_rows])(sums[0] + row);
    const int8_t *rows = weights + row * razao_panel_group;
    switch (tokens) {
      case 4: TIER(tile_i16)(rows, groups, x, stride, 4, target); break;
      case 3: TIER(tile_i16)(rows, groups, x, stride, 3, target); break;
      case 2: TIER(tile_i16)(rows, groups, x, stride, 2, target); break;
      default: TIER(tile_i16)(rows, groups, x, stride, 1, target); break;
    }
  }
}

// One panel, 32 rows in eight vectors of four, with up to four tokens.
static always_inline void TIER(tile_i8)(const int8_t *weights, size_t groups, const int8_t *x, size_t stride,
                                        int tokens, int vectors, int32_t (*sums)[razao_panel_rows]) {
  int32x4_t partial[tile_tokens][8];
  for (int t = 0; t < tokens; t++) {
    for (int i = 0; i < vectors; i++) partial[t][i] = vdupq_n_s32(0);
  }
  for (size_t g = 0; g < groups; g++) {
    int8x16_t operands[tile_tokens];
    for (int t = 0; t < tokens; t++) {
      int32_t four;
      __builtin_memcpy(&four, x + t * stride + g * razao_panel_group, sizeof four);
      operands[t] = vreinterpretq_s8_s32(vdupq_n_s32(four));
    }
    for (int i = 0; i < vectors; i++) {
      const int8x16_t packed = vld1q_s8(weights + g * group_bytes + 16 * i);
      for (int t = 0; t < tokens; t++) partial[t][i] = add_products(partial[t][i], packed, operands[t]);
    }
  }
  for (int t = 0; t < tokens; t++) {
    for (int i = 0; i < vectors; i++) vst1q_s32(sums[t] + 4 * i, partial[t][i]);
  }
}

#define TIER_HAS_PRODUCTS_I8
static void TIER(products_i8)(const int8_t *weights, size_t groups, const int8_t *x, size_t stride, int tokens,
                              int32_t (*sums)[razao_panel_rows]) {
  if (tokens == 1) return TIER(tile_i8)(weights, groups, x, stride, 1, 8, sums);
  for (int row = 0; row < razao_panel_rows; row += 16) {
    int32_t(*target)[razao_panel_rows] = (int32_t(*)[razao_panel_rows])(sums[0] + row);
    const int8_t *rows = weights + row * razao_panel_group;
    switch (tokens) {
      case 4: TIER(tile_i8)(rows, groups, x, stride, 4, 4, target); break;
      case 3: TIER(tile_i8)(rows, groups, x, stride, 3, 4, target); break;
      default: TIER(tile_i8)(rows, groups, x, stride, 2, 4, target); break;
    }
  }
}

#include "panels.h"
