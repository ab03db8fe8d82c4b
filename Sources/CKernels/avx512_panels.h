// Products of int8 and 4-bit panels with rows of int8, sums of 32 bits: the kernels that a model's speed hangs on.
//
// One token: weights come straight from memory at its speed. Many: a chunk of weights is flipped (or unpacked) once
// into the first-level cache, and tiles of 32 rows by up to twelve tokens keep 24 sums in registers.

enum {
  widest_tile = 12,
  direct_tokens = 3,          // up to here weights are used as they come
  narrow_chunk_groups = 128,  // 16 KiB of weights and twelve rows of operands fit the first-level cache
  prefetch_distance = 2048    // bytes ahead of a stream from memory
};

static always_inline __m512i four_operands(const int8_t *x) {
  int32_t four;
  __builtin_memcpy(&four, x, sizeof four);
  return _mm512_set1_epi32(four);
}

// sums of all rows start at minus 128 times the sum of the operands, for the 128 added to every weight.
static always_inline void start_sums(const int32_t *sums, size_t token_count, int32_t *accumulators) {
  for (size_t t = 0; t < token_count; t++) {
    const __m512i start = _mm512_set1_epi32((int32_t)(0u - 128u * (uint32_t)sums[t]));
    _mm512_storeu_si512(accumulators + t * razao_panel_rows, start);
    _mm512_storeu_si512(accumulators + t * razao_panel_rows + 16, start);
  }
}

// Adds the products of flipped weights with `tokens` rows. `ahead` is fetched meanwhile, a line each group.
static always_inline void narrow_tile(const uint8_t *weights, size_t groups, const int8_t *x, size_t stride,
                                      int tokens, int32_t *accumulators, const uint8_t *ahead) {
  __m512i sums[widest_tile][2];
  for (int t = 0; t < tokens; t++) {
    sums[t][0] = _mm512_loadu_si512(accumulators + t * razao_panel_rows);
    sums[t][1] = _mm512_loadu_si512(accumulators + t * razao_panel_rows + 16);
  }
  const int8_t *rows[3] = {x, x + 4 * stride, x + 8 * stride};
  for (size_t g = 0; g < groups; g++) {
    const __m512i first = _mm512_load_si512(weights + g * group_bytes);
    const __m512i second = _mm512_load_si512(weights + g * group_bytes + 64);
    _mm_prefetch((const char *)ahead + 64 * g, _MM_HINT_T1);
    for (int t = 0; t < tokens; t++) {
      const __m512i operands = four_operands(rows[t / 4] + (t % 4) * stride + g * razao_panel_group);
      sums[t][0] = _mm512_dpbusd_epi32(sums[t][0], first, operands);
      sums[t][1] = _mm512_dpbusd_epi32(sums[t][1], second, operands);
    }
  }
  for (int t = 0; t < tokens; t++) {
    _mm512_storeu_si512(accumulators + t * razao_panel_rows, sums[t][0]);
    _mm512_storeu_si512(accumulators + t * razao_panel_rows + 16, sums[t][1]);
  }
}

static void any_tile(const uint8_t *weights, size_t groups, const int8_t *x, size_t stride, size_t tokens,
                     int32_t *accumulators, const uint8_t *ahead) {
  switch (tokens) {
#define CASE(n) case n: narrow_tile(weights, groups, x, stride, n, accumulators, ahead); break;
    CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
#undef CASE
    default: break;
  }
}

// One chunk with all tokens, in tiles of nearly equal size. What follows the chunk in memory is fetched meanwhile: the
// next chunk or the next panel; fetching beyond the end of memory does nothing.
static void chunk_products(const uint8_t *weights, size_t groups, const int8_t *x, size_t stride, size_t token_count,
                           int32_t *accumulators, const void *ahead, size_t ahead_bytes) {
  const size_t tiles = (token_count + widest_tile - 1) / widest_tile;
  for (size_t i = 0, t = 0; i < tiles; i++) {
    const size_t end = token_count * (i + 1) / tiles, offset = i * groups * 64;
    const uint8_t *next = offset < ahead_bytes ? (const uint8_t *)ahead + offset : weights;
    any_tile(weights, groups, x + t * stride, stride, end - t, accumulators + t * razao_panel_rows, next);
    t = end;
  }
}

// The size of the next of several chunks of nearly equal size.
static always_inline size_t next_chunk(size_t left, size_t most) {
  const size_t chunks = (left + most - 1) / most;
  return (left + chunks - 1) / chunks;
}

// One to three tokens, `lanes` groups at a time in sums of their own, since one addition waits for the one before.
static always_inline void direct_products(const int8_t *weights, size_t group_count, const int8_t *x, size_t stride,
                                          int tokens, int lanes, int32_t *accumulators) {
  const __m512i flip = _mm512_set1_epi8(-128);
  __m512i sums[4][direct_tokens][2];
  for (int l = 0; l < lanes; l++) {
    for (int t = 0; t < tokens; t++) sums[l][t][0] = sums[l][t][1] = _mm512_setzero_si512();
  }
  size_t g = 0;
  for (; g + lanes <= group_count; g += lanes) {
    for (int l = 0; l < lanes; l++) {
      const int8_t *packed = weights + (g + l) * group_bytes;
      _mm_prefetch((const char *)packed + prefetch_distance, _MM_HINT_T0);
      _mm_prefetch((const char *)packed + prefetch_distance + 64, _MM_HINT_T0);
      const __m512i first = _mm512_xor_si512(_mm512_loadu_si512(packed), flip);
      const __m512i second = _mm512_xor_si512(_mm512_loadu_si512(packed + 64), flip);
      for (int t = 0; t < tokens; t++) {
        const __m512i operands = four_operands(x + t * stride + (g + l) * razao_panel_group);
        sums[l][t][0] = _mm512_dpbusd_epi32(sums[l][t][0], first, operands);
        sums[l][t][1] = _mm512_dpbusd_epi32(sums[l][t][1], second, operands);
      }
    }
  }
  for (; g < group_count; g++) {
    const int8_t *packed = weights + g * group_bytes;
    const __m512i first = _mm512_xor_si512(_mm512_loadu_si512(packed), flip);
    const __m512i second = _mm512_xor_si512(_mm512_loadu_si512(packed + 64), flip);
    for (int t = 0; t < tokens; t++) {
      const __m512i operands = four_operands(x + t * stride + g * razao_panel_group);
      sums[0][t][0] = _mm512_dpbusd_epi32(sums[0][t][0], first, operands);
      sums[0][t][1] = _mm512_dpbusd_epi32(sums[0][t][1], second, operands);
    }
  }
  for (int t = 0; t < tokens; t++) {
    for (int h = 0; h < 2; h++) {
      int32_t *target = accumulators + t * razao_panel_rows + 16 * h;
      __m512i total = _mm512_loadu_si512(target);
      for (int l = 0; l < lanes; l++) total = _mm512_add_epi32(total, sums[l][t][h]);
      _mm512_storeu_si512(target, total);
    }
  }
}

static void avx512_panel_i8_i32(const int8_t *weights, size_t group_count, const int8_t *operands, size_t stride,
                                const int32_t *row_sums, size_t token_count, int32_t *accumulators) {
  start_sums(row_sums, token_count, accumulators);
  switch (token_count) {
    case 0: return;
    case 1: direct_products(weights, group_count, operands, stride, 1, 4, accumulators); return;
    case 2: direct_products(weights, group_count, operands, stride, 2, 4, accumulators); return;
    case 3: direct_products(weights, group_count, operands, stride, 3, 2, accumulators); return;
    default: break;
  }
  uint8_t chunk[narrow_chunk_groups * group_bytes] __attribute__((aligned(64)));
  const __m512i flip = _mm512_set1_epi8(-128);
  for (size_t start = 0, groups; start < group_count; start += groups) {
    groups = next_chunk(group_count - start, narrow_chunk_groups);
    const int8_t *packed = weights + start * group_bytes;
    for (size_t i = 0; i < groups * group_bytes; i += 64) {
      _mm512_store_si512(chunk + i, _mm512_xor_si512(_mm512_loadu_si512(packed + i), flip));
    }
    chunk_products(chunk, groups, operands + start * razao_panel_group, stride, token_count, accumulators,
                   packed + groups * group_bytes, groups * group_bytes);
  }
}

// One block of 4-bit weights with one token: nibbles become 0...15 by adding 8, multipliers apply to the block's sums.
static always_inline void direct_block(const uint8_t *block, const int8_t *x, __m512i *totals) {
  const __m512i bits = _mm512_set1_epi8(15), eight = _mm512_set1_epi8(8);
  __m512i sums[2], operands[block_groups];
  const __m256i row = _mm256_loadu_si256((const __m256i *)x);
  __m256i eights = _mm256_dpbusd_epi32(_mm256_setzero_si256(), _mm256_set1_epi8(8), row);
  eights = _mm256_add_epi32(eights, _mm256_permute2x128_si256(eights, eights, 1));
  eights = _mm256_add_epi32(eights, _mm256_shuffle_epi32(eights, 0x4E));
  eights = _mm256_add_epi32(eights, _mm256_shuffle_epi32(eights, 0xB1));
  const __m512i excess = _mm512_broadcast_i64x4(eights);
  for (int g = 0; g < block_groups; g++) operands[g] = four_operands(x + g * razao_panel_group);
  for (int half = 0; half < 2; half++) {
    sums[0] = sums[1] = _mm512_setzero_si512();
    for (int i = 0; i < block_groups / 2; i++) {
      const __m512i packed = _mm512_loadu_si512(block + razao_panel_rows + i * group_bytes + 64 * half);
      const __m512i low = _mm512_xor_si512(_mm512_and_si512(packed, bits), eight);
      const __m512i high = _mm512_xor_si512(_mm512_and_si512(_mm512_srli_epi16(packed, 4), bits), eight);
      sums[0] = _mm512_dpbusd_epi32(sums[0], low, operands[2 * i]);
      sums[1] = _mm512_dpbusd_epi32(sums[1], high, operands[2 * i + 1]);
    }
    const __m512i exact = _mm512_sub_epi32(_mm512_add_epi32(sums[0], sums[1]), excess);
    const __m512i multipliers = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(block + 16 * half)));
    totals[half] = _mm512_add_epi32(totals[half], _mm512_mullo_epi32(exact, multipliers));
  }
}

static void avx512_panel_i4_i8_i32(const uint8_t *blocks, size_t block_count, const int8_t *operands, size_t stride,
                                   const int32_t *row_sums, size_t token_count, int32_t *accumulators) {
  if (token_count == 1) {
    __m512i totals[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
    for (size_t b = 0; b < block_count; b++) {
      const uint8_t *block = blocks + b * razao_block_bytes;
      for (int i = 0; i < 9; i++) _mm_prefetch((const char *)block + prefetch_distance + 64 * i, _MM_HINT_T0);
      direct_block(block, operands + b * razao_block_columns, totals);
    }
    _mm512_storeu_si512(accumulators, totals[0]);
    _mm512_storeu_si512(accumulators + 16, totals[1]);
    return;
  }
  start_sums(row_sums, token_count, accumulators);
  uint8_t chunk[narrow_chunk_groups * group_bytes] __attribute__((aligned(64)));
  for (size_t start = 0, count; start < block_count; start += count) {
    count = next_chunk(block_count - start, narrow_chunk_groups / block_groups);
    const uint8_t *packed = blocks + start * razao_block_bytes;
    for (size_t i = 0; i < count; i++) {
      unpack(packed + i * razao_block_bytes, chunk + i * block_groups * group_bytes, _mm512_set1_epi8(-128));
    }
    chunk_products(chunk, count * block_groups, operands + start * razao_block_columns, stride, token_count,
                   accumulators, packed + count * razao_block_bytes, count * razao_block_bytes);
  }
}
