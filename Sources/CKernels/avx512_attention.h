// Attention with AVX-512: byte products for scores and weighted sums, gathers for the exponentials.

// The sixteen lane sums of sixteen vectors, in order.
static always_inline __m512i sums_of_lanes(const __m512i *v) {
  __m512i quads[4];
  for (int i = 0; i < 4; i++) {
    const __m512i *q = v + 4 * i;
    const __m512i a = _mm512_add_epi32(_mm512_unpacklo_epi32(q[0], q[1]), _mm512_unpackhi_epi32(q[0], q[1]));
    const __m512i b = _mm512_add_epi32(_mm512_unpacklo_epi32(q[2], q[3]), _mm512_unpackhi_epi32(q[2], q[3]));
    quads[i] = _mm512_add_epi32(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
  }
  __m512i halves[2];
  for (int i = 0; i < 2; i++) {
    halves[i] = _mm512_add_epi32(_mm512_shuffle_i32x4(quads[2 * i], quads[2 * i + 1], 0x88),
                                 _mm512_shuffle_i32x4(quads[2 * i], quads[2 * i + 1], 0xDD));
  }
  return _mm512_add_epi32(_mm512_shuffle_i32x4(halves[0], halves[1], 0x88),
                          _mm512_shuffle_i32x4(halves[0], halves[1], 0xDD));
}

static always_inline __mmask64 first_bytes(size_t count) { return count >= 64 ? ~0ull : (1ull << count) - 1; }

// Keys become unsigned by adding 128; the sums start at minus 128 times the sum of the query.
static void avx512_dots_i8(const int8_t *query, const int8_t *keys, size_t row_count, size_t width,
                           int64_t *products) {
  const __m512i flip = _mm512_set1_epi8(-128);
  int32_t total = 0;
  for (size_t i = 0; i < width; i++) total += query[i];
  const __m512i excess = _mm512_set1_epi32(128 * total);
  for (size_t row = 0; row < row_count; row += 16) {
    const size_t count = row_count - row < 16 ? row_count - row : 16;
    __m512i sums[16];
    for (int r = 0; r < 16; r++) sums[r] = _mm512_setzero_si512();
    for (size_t start = 0; start < width; start += 64) {
      const __mmask64 mask = first_bytes(width - start);
      const __m512i operands = _mm512_maskz_loadu_epi8(mask, query + start);
      const int8_t *key = keys + row * width + start;
      if (count == 16 && mask == ~0ull) {
        for (int r = 0; r < 16; r++) {
          const __m512i values = _mm512_xor_si512(_mm512_loadu_si512(key + r * width), flip);
          sums[r] = _mm512_dpbusd_epi32(sums[r], values, operands);
        }
      } else {
        for (size_t r = 0; r < 16; r++) {
          if (r >= count) break;
          const __m512i values = _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, key + r * width), flip);
          sums[r] = _mm512_dpbusd_epi32(sums[r], values, operands);
        }
      }
    }
    const __m512i result = _mm512_sub_epi32(sums_of_lanes(sums), excess);
    const __mmask16 rows = (__mmask16)((1u << count) - 1);
    _mm512_mask_storeu_epi64(products + row, (__mmask8)rows, _mm512_cvtepi32_epi64(_mm512_castsi512_si256(result)));
    _mm512_mask_storeu_epi64(products + row + 8, (__mmask8)(rows >> 8),
                             _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(result, 1)));
  }
}

static int64_t avx512_scores(const int64_t *products, const int32_t *mantissas, const int16_t *exponents,
                             int64_t mantissa, int64_t exponent, size_t count, int64_t *scores) {
  const __m512i one = _mm512_set1_epi64(1), own = _mm512_set1_epi64(mantissa), base = _mm512_set1_epi64(exponent);
  __m512i greatest = _mm512_set1_epi64(INT64_MIN);
  int64_t most = INT64_MIN;
  size_t r = 0;
  for (; r + 8 <= count; r += 8) {
    const __m512i exponent8 = _mm512_cvtepi16_epi64(_mm_loadu_si128((const __m128i *)(exponents + r)));
    const __m512i shift = _mm512_add_epi64(base, exponent8);
    const __m512i before = _mm512_sub_epi64(shift, one);
    if (_mm512_cmpgt_epu64_mask(before, _mm512_set1_epi64(61)) != 0) break;  // a shift outside 1...62
    const __m512i factors = _mm512_cvtepi32_epi64(_mm256_loadu_si256((const __m256i *)(mantissas + r)));
    const __m512i factor = _mm512_mullo_epi64(own, factors);
    const __m512i product = _mm512_mullo_epi64(_mm512_loadu_si512(products + r), factor);
    const __m512i value = _mm512_srav_epi64(_mm512_add_epi64(product, _mm512_sllv_epi64(one, before)), shift);
    _mm512_storeu_si512(scores + r, value);
    greatest = _mm512_max_epi64(greatest, value);
  }
  if (r > 0) most = _mm512_reduce_max_epi64(greatest);
  for (; r < count; r++) {
    const int64_t factor = wrapping_product(mantissa, mantissas[r]);
    scores[r] = round_any(wrapping_product(products[r], factor), exponent + exponents[r]);
    most = scores[r] > most ? scores[r] : most;
  }
  return most;
}

static int64_t avx512_exponentials(const int64_t *scores, int64_t greatest, const uint8_t *shifts,
                                   const uint32_t *table, size_t count, uint32_t *weights) {
  const __m512i most = _mm512_set1_epi64(greatest), last = _mm512_set1_epi64(4095);
  __m512i sums = _mm512_setzero_si512();
  for (size_t r = 0; r < count; r += 8) {
    const __mmask8 mask = count - r >= 8 ? 0xFF : (__mmask8)((1u << (count - r)) - 1);
    const __m512i distance = _mm512_sub_epi64(most, _mm512_maskz_loadu_epi64(mask, scores + r));
    const __m512i index = _mm512_min_epu64(distance, last);
    const __m256i weight = _mm512_mask_i64gather_epi32(_mm256_setzero_si256(), mask, index, table, 4);
    sums = _mm512_add_epi64(sums, _mm512_cvtepu32_epi64(weight));
    const __m256i shift = _mm256_cvtepu8_epi32(_mm_maskz_loadu_epi8(mask, shifts + r));
    const __m256i shifted = _mm256_sllv_epi32(weight, _mm256_and_si256(shift, _mm256_set1_epi32(31)));
    _mm256_mask_storeu_epi32(weights + r, mask, shifted);
  }
  return _mm512_reduce_add_epi64(sums);
}

enum { weight_rows = 256 };  // 64 additions of 4 * 255 * 127 stay far below 2^31

// Four rows of values, interleaved so that each lane holds one column.
static always_inline void four_rows(const int8_t *values, size_t width, size_t rows, __mmask64 mask, __m512i *out) {
  __m512i row[4];
  for (size_t r = 0; r < 4; r++) {
    row[r] = r < rows ? _mm512_maskz_loadu_epi8(mask, values + r * width) : _mm512_setzero_si512();
  }
  const __m512i a = _mm512_unpacklo_epi8(row[0], row[1]), b = _mm512_unpackhi_epi8(row[0], row[1]);
  const __m512i c = _mm512_unpacklo_epi8(row[2], row[3]), d = _mm512_unpackhi_epi8(row[2], row[3]);
  out[0] = _mm512_unpacklo_epi16(a, c);
  out[1] = _mm512_unpackhi_epi16(a, c);
  out[2] = _mm512_unpacklo_epi16(b, d);
  out[3] = _mm512_unpackhi_epi16(b, d);
}

// 64 columns: the weights' bytes are multiplied one by one, `limbs` of them, and put together at the end.
static always_inline void weighted_columns(const int8_t *values, const int32_t *bytes, size_t row_count, size_t width,
                                           size_t columns, int limbs, int64_t *totals) {
  const __mmask64 mask = first_bytes(columns);
  __m512i sums[4][4];
  for (int b = 0; b < limbs; b++) {
    for (int j = 0; j < 4; j++) sums[b][j] = _mm512_setzero_si512();
  }
  for (size_t r = 0; r < row_count; r += 4) {
    __m512i rows[4];
    four_rows(values + r * width, width, row_count - r, mask, rows);
    for (int b = 0; b < limbs; b++) {
      const __m512i weight = _mm512_set1_epi32(bytes[r + b]);
      for (int j = 0; j < 4; j++) sums[b][j] = _mm512_dpbusd_epi32(sums[b][j], weight, rows[j]);
    }
  }
  int64_t exact[64] __attribute__((aligned(64)));
  for (int j = 0; j < 4; j++) {
    __m512i low = _mm512_setzero_si512(), high = low;  // columns 16L + 4j of L = 0, 1 and of L = 2, 3
    for (int b = limbs - 1; b >= 0; b--) {
      low = _mm512_add_epi64(_mm512_slli_epi64(low, 8), _mm512_cvtepi32_epi64(_mm512_castsi512_si256(sums[b][j])));
      high = _mm512_add_epi64(_mm512_slli_epi64(high, 8),
                              _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(sums[b][j], 1)));
    }
    _mm256_store_si256((__m256i *)(exact + 4 * j), _mm512_castsi512_si256(low));
    _mm256_store_si256((__m256i *)(exact + 16 + 4 * j), _mm512_extracti64x4_epi64(low, 1));
    _mm256_store_si256((__m256i *)(exact + 32 + 4 * j), _mm512_castsi512_si256(high));
    _mm256_store_si256((__m256i *)(exact + 48 + 4 * j), _mm512_extracti64x4_epi64(high, 1));
  }
  for (size_t i = 0; i < columns; i++) totals[i] = wrapping_sum(totals[i], exact[i]);
}

static void avx512_weighted_sum_i8(const int8_t *values, const uint32_t *weights, size_t row_count, size_t width,
                                   int64_t *totals) {
  // Bytes b of four consecutive weights lie in one word, ready to be broadcast.
  const __m512i order = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  for (size_t start = 0; start < row_count; start += weight_rows) {
    const size_t rows = row_count - start < weight_rows ? row_count - start : weight_rows;
    int32_t bytes[weight_rows] __attribute__((aligned(64)));
    __m512i all = _mm512_setzero_si512();
    for (size_t r = 0; r < rows; r += 16) {
      const __mmask16 mask = rows - r >= 16 ? 0xFFFF : (__mmask16)((1u << (rows - r)) - 1);
      const __m512i sixteen = _mm512_maskz_loadu_epi32(mask, weights + start + r);
      all = _mm512_or_si512(all, sixteen);
      _mm512_store_si512(bytes + r, _mm512_shuffle_epi8(sixteen, order));
    }
    const int isShort = _mm512_cmpgt_epu32_mask(all, _mm512_set1_epi32(0xFFFFFF)) == 0;
    for (size_t column = 0; column < width; column += 64) {
      const size_t columns = width - column < 64 ? width - column : 64;
      const int8_t *first = values + start * width + column;
      if (isShort) {
        weighted_columns(first, bytes, rows, width, columns, 3, totals + column);
      } else {
        weighted_columns(first, bytes, rows, width, columns, 4, totals + column);
      }
    }
  }
}
