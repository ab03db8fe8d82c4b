// NEON with the byte dot products of Armv8.2.
#include "kernels.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#define TIER(name) neon_dotprod_##name
#define tile_tokens 4

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("arch=armv8.2-a+dotprod")
#endif

// Lane r gains the products of its row's four columns.
static always_inline int32x4_t add_products(int32x4_t sums, int8x16_t weights, int8x16_t operands) {
  return vdotq_s32(sums, weights, operands);
}

#include "neon.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

const razao_table razao_neon_dotprod = TIER_TABLE;
#endif
