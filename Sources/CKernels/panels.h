// The loops around a tier's tile of products; included by each tier after rows.h.
//
// A tier gives `TIER(products_i16)`: sums[t][a] of up to `chunk_groups` groups of 32 rows with 1...tile_tokens rows of
// 16-bit operands; and `tile_tokens`. With 8-bit operands the same runs on widened rows, unless the tier defines
// TIER_HAS_PRODUCTS_I8. A panel is multiplied in chunks, so that sums of 32 bits cannot overflow and a chunk's weights
// stay in the first-level cache for all tokens.

#ifndef TIER_HAS_PRODUCTS_I8
static void TIER(products_i8)(const int8_t *weights, size_t groups, const int8_t *operands, size_t stride, int tokens,
                              int32_t (*sums)[razao_panel_rows]) {
  int16_t wide[tile_tokens][chunk_groups * razao_panel_group];
  for (int t = 0; t < tokens; t++) {
    for (size_t i = 0; i < groups * razao_panel_group; i++) wide[t][i] = operands[t * stride + i];
  }
  TIER(products_i16)(weights, groups, wide[0], chunk_groups * razao_panel_group, tokens, sums);
}
#endif

// Adds the products of one chunk to the accumulators.
#define ADD_CHUNK(name, Operand, Accumulator, products)                                                               \
  static always_inline void TIER(name)(const int8_t *weights, size_t groups, const Operand *operands, size_t stride,  \
                                       size_t tokens, Accumulator *accumulators) {                                    \
    int32_t sums[tile_tokens][razao_panel_rows];                                                                      \
    for (size_t t = 0; t < tokens; t += tile_tokens) {                                                                \
      const int count = tokens - t < tile_tokens ? (int)(tokens - t) : tile_tokens;                                   \
      products(weights, groups, operands + t * stride, stride, count, sums);                                          \
      Accumulator *target = accumulators + t * razao_panel_rows;                                                      \
      const int32_t *products_of_tile = sums[0];                                                                      \
      for (int i = 0; i < count * razao_panel_rows; i++) target[i] += products_of_tile[i];                            \
    }                                                                                                                 \
  }
ADD_CHUNK(add_i8_i32, int8_t, int32_t, TIER(products_i8))
ADD_CHUNK(add_i8_i64, int8_t, int64_t, TIER(products_i8))
ADD_CHUNK(add_i16_i64, int16_t, int64_t, TIER(products_i16))
#undef ADD_CHUNK

#define PANEL_KERNEL(name, Operand, Accumulator, add, ...)                                                            \
  static void TIER(name)(const int8_t *weights, size_t group_count, const Operand *operands, size_t stride,           \
                         ##__VA_ARGS__, size_t token_count, Accumulator *accumulators) {                              \
    __builtin_memset(accumulators, 0, token_count * razao_panel_rows * sizeof(Accumulator));                          \
    for (size_t start = 0; start < group_count; start += chunk_groups) {                                              \
      const size_t groups = group_count - start < chunk_groups ? group_count - start : chunk_groups;                  \
      add(weights + start * group_bytes, groups, operands + start * razao_panel_group, stride, token_count,           \
          accumulators);                                                                                              \
    }                                                                                                                 \
  }
#ifndef TIER_HAS_PANEL_I8_I32
PANEL_KERNEL(panel_i8_i32, int8_t, int32_t, TIER(add_i8_i32), __attribute__((unused)) const int32_t *row_sums)
#endif
PANEL_KERNEL(panel_i8_i64, int8_t, int64_t, TIER(add_i8_i64))
PANEL_KERNEL(panel_i16_i64, int16_t, int64_t, TIER(add_i16_i64))
#undef PANEL_KERNEL

#ifndef TIER_HAS_UNPACK
// One block of 4-bit weights as eight groups of int8: the multiplier of each row is taken in.
static void TIER(unpack)(const uint8_t *block, int8_t *weights) {
  const uint8_t *multipliers = block, *nibbles = block + razao_panel_rows;
  for (int i = 0; i < block_groups / 2; i++, nibbles += group_bytes) {
    int8_t *low = weights + 2 * i * group_bytes, *high = low + group_bytes;
    for (int b = 0; b < group_bytes; b++) {
      const int multiplier = multipliers[b / razao_panel_group];
      low[b] = (int8_t)(multiplier * nibble(nibbles[b], 0));
      high[b] = (int8_t)(multiplier * nibble(nibbles[b], 1));
    }
  }
}
#endif

// A chunk of 4-bit weights is unpacked once for all tokens.
#define PANEL_KERNEL(name, Operand, Accumulator, add, ...)                                                            \
  static void TIER(name)(const uint8_t *blocks, size_t block_count, const Operand *operands, size_t stride,           \
                         ##__VA_ARGS__, size_t token_count, Accumulator *accumulators) {                              \
    int8_t weights[chunk_groups * group_bytes] __attribute__((aligned(64)));                                          \
    __builtin_memset(accumulators, 0, token_count * razao_panel_rows * sizeof(Accumulator));                          \
    for (size_t start = 0; start < block_count; start += chunk_groups / block_groups) {                               \
      size_t count = block_count - start;                                                                             \
      if (count > chunk_groups / block_groups) count = chunk_groups / block_groups;                                   \
      for (size_t i = 0; i < count; i++) {                                                                            \
        TIER(unpack)(blocks + (start + i) * razao_block_bytes, weights + i * block_groups * group_bytes);             \
      }                                                                                                               \
      add(weights, count * block_groups, operands + start * razao_block_columns, stride, token_count, accumulators);  \
    }                                                                                                                 \
  }
#ifndef TIER_HAS_PANEL_I8_I32
PANEL_KERNEL(panel_i4_i8_i32, int8_t, int32_t, TIER(add_i8_i32), __attribute__((unused)) const int32_t *row_sums)
#endif
PANEL_KERNEL(panel_i4_i8_i64, int8_t, int64_t, TIER(add_i8_i64))
PANEL_KERNEL(panel_i4_i16_i64, int16_t, int64_t, TIER(add_i16_i64))
#undef PANEL_KERNEL
