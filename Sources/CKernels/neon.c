// NEON without byte dot products: byte products of 16 bits, added in pairs to 32.
#include "kernels.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#define TIER(name) neon_##name
#define tile_tokens 4

// Lane r gains the products of its row's four columns.
static always_inline int32x4_t add_products(int32x4_t sums, int8x16_t weights, int8x16_t operands) {
  const int32x4_t low = vpaddlq_s16(vmull_s8(vget_low_s8(weights), vget_low_s8(operands)));
  const int32x4_t high = vpaddlq_s16(vmull_high_s8(weights, operands));
  return vaddq_s32(sums, vpaddq_s32(low, high));
}

#include "neon.h"

const razao_table razao_neon = TIER_TABLE;
#endif
