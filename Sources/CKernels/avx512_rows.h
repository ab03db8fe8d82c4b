// Kernels on rows that compilers do not make good vectors of.

// Each lane with the lane that lies `distance` apart: their sum, or what the lower one holds minus the upper.
static always_inline __m512i butterfly(__m512i x, __m512i other, __mmask8 upper) {
  return _mm512_mask_sub_epi64(_mm512_add_epi64(x, other), upper, other, x);
}

// Blocks of 8 * vectors values, each held in registers through all stages.
static always_inline void hadamard_blocks(int64_t *row, size_t count, int vectors, int stages) {
  for (size_t start = 0; start < count; start += 8 * (size_t)vectors) {
    __m512i v[16];
    for (int i = 0; i < vectors; i++) {
      v[i] = _mm512_loadu_si512(row + start + 8 * i);
      v[i] = butterfly(v[i], _mm512_shuffle_epi32(v[i], 0x4E), 0xAA);
      if (stages > 1) v[i] = butterfly(v[i], _mm512_permutex_epi64(v[i], 0x4E), 0xCC);
      if (stages > 2) v[i] = butterfly(v[i], _mm512_shuffle_i64x2(v[i], v[i], 0x4E), 0xF0);
    }
    for (int half = 1; half < vectors; half *= 2) {
      for (int i = 0; i < vectors; i++) {
        if (i & half) continue;
        const __m512i a = v[i], b = v[i + half];
        v[i] = _mm512_add_epi64(a, b);
        v[i + half] = _mm512_sub_epi64(a, b);
      }
    }
    for (int i = 0; i < vectors; i++) _mm512_storeu_si512(row + start + 8 * i, v[i]);
  }
}

static void avx512_hadamard(int64_t *row, size_t count, size_t block) {
  const size_t whole = block < 8 ? count / 8 * 8 : count;
  switch (block) {
    case 1: return;
    case 2: hadamard_blocks(row, whole, 1, 1); break;
    case 4: hadamard_blocks(row, whole, 1, 2); break;
    case 8: hadamard_blocks(row, whole, 1, 3); break;
    case 16: hadamard_blocks(row, whole, 2, 3); break;
    case 32: hadamard_blocks(row, whole, 4, 3); break;
    case 64: hadamard_blocks(row, whole, 8, 3); break;
    default: hadamard_blocks(row, whole, 16, 3); break;
  }
  // Small blocks in a row that is no multiple of eight, and blocks beyond 128: stage by stage.
  for (size_t half = block > 128 ? 128 : 1; half < block; half *= 2) {
    for (size_t start = block > 128 ? 0 : whole; start < count; start += 2 * half) {
      for (size_t i = start; i < start + half; i++) {
        const uint64_t a = row[i], b = row[i + half];
        row[i] = (int64_t)(a + b);
        row[i + half] = (int64_t)(a - b);
      }
    }
  }
}

static void avx512_activate(const int64_t *gates, const int64_t *ups, const uint32_t *table, int64_t shift,
                            size_t count, int64_t *row) {
  const __m512i zero = _mm512_setzero_si512(), last = _mm512_set1_epi64(1023), middle = _mm512_set1_epi64(512);
  const __m512i half = _mm512_set1_epi64(1 << 15);
  const int fast = shift >= 1 && shift <= 62;
  const __m512i before = _mm512_set1_epi64(fast ? (int64_t)1 << (shift - 1) : 0);
  const __m128i by = _mm_cvtsi64_si128(shift);
  for (size_t i = 0; i < count; i += 8) {
    const __mmask8 mask = count - i >= 8 ? 0xFF : (__mmask8)((1u << (count - i)) - 1);
    const __m512i gate = _mm512_maskz_loadu_epi64(mask, gates + i);
    __m512i place;
    if (fast) {
      place = _mm512_sra_epi64(_mm512_add_epi64(gate, before), by);
    } else {
      int64_t lanes[8];
      _mm512_storeu_si512(lanes, gate);
      for (int l = 0; l < 8; l++) lanes[l] = round_any(lanes[l], shift);
      place = _mm512_loadu_si512(lanes);
    }
    const __m512i index = _mm512_min_epi64(last, _mm512_max_epi64(zero, _mm512_add_epi64(place, middle)));
    const __m512i factor = _mm512_cvtepu32_epi64(_mm512_i64gather_epi32(index, table, 4));
    __m512i value = _mm512_srai_epi64(_mm512_add_epi64(_mm512_mullo_epi64(gate, factor), half), 16);
    if (ups != NULL) value = _mm512_mullo_epi64(value, _mm512_maskz_loadu_epi64(mask, ups + i));
    _mm512_mask_storeu_epi64(row + i, mask, value);
  }
}

// Requantises the sums of one panel. Sums and factors fit 32 bits, so that one instruction makes each exact product.
static void avx512_finish_i32(const int32_t *sums, const uint16_t *scales, const int64_t *biases, size_t row_count,
                              const int64_t *mantissas, const ptrdiff_t *exponents, ptrdiff_t exponent,
                              size_t token_count, int64_t *rows, size_t stride) {
  const __mmask32 mask = (__mmask32)((1ull << row_count) - 1);
  const __m512i words = _mm512_maskz_loadu_epi16(mask, scales);
  __m512i scale[4], bias[4];
  for (int i = 0; i < 4; i++) {
    const __mmask8 part = (__mmask8)(mask >> (8 * i));
    scale[i] = _mm512_cvtepu16_epi64(i == 0   ? _mm512_castsi512_si128(words)
                                     : i == 1 ? _mm512_extracti32x4_epi32(words, 1)
                                     : i == 2 ? _mm512_extracti32x4_epi32(words, 2)
                                              : _mm512_extracti32x4_epi32(words, 3));
    bias[i] = biases == NULL ? _mm512_setzero_si512() : _mm512_maskz_loadu_epi64(part, biases + 8 * i);
  }
  for (size_t t = 0; t < token_count; t++, sums += razao_panel_rows, rows += stride) {
    const int64_t shift = exponent + exponents[t], mantissa = mantissas[t];
    if (shift >= 1 && shift <= 62 && mantissa >= 0 && mantissa < 1 << 15) {
      const __m512i half = _mm512_set1_epi64((int64_t)1 << (shift - 1)), factor = _mm512_set1_epi64(mantissa);
      const __m128i by = _mm_cvtsi64_si128(shift);
      for (int i = 0; i < 4; i++) {
        __builtin_prefetch(rows + razao_panel_rows + 8 * i, 1, 3);  // where the next panel's values go
        const __mmask8 part = (__mmask8)(mask >> (8 * i));
        const __m512i sum = _mm512_cvtepi32_epi64(_mm256_maskz_loadu_epi32(part, sums + 8 * i));
        const __m512i product = _mm512_mul_epi32(sum, _mm512_mul_epu32(scale[i], factor));
        const __m512i value = _mm512_sra_epi64(_mm512_add_epi64(product, half), by);
        _mm512_mask_storeu_epi64(rows + 8 * i, part, _mm512_add_epi64(value, bias[i]));
      }
    } else {
      for (size_t n = 0; n < row_count; n++) {
        const int64_t value = round_any(wrapping_product(sums[n], wrapping_product(scales[n], mantissa)), shift);
        rows[n] = biases == NULL ? value : wrapping_sum(value, biases[n]);
      }
    }
  }
}

// Widths up to four: sixteen values become 32-bit lanes, whose low bytes move together within each quarter; a store of
// a whole quarter writes beyond its bytes, which the next one covers.
static void avx512_pack_bytes(const int64_t *row, size_t count, size_t width, uint8_t *bytes) {
  size_t i = 0;
  if (width <= 4) {
    uint8_t place[16];
    for (size_t b = 0; b < 16; b++) place[b] = b < 4 * width ? (uint8_t)(b / width * 4 + b % width) : 0x80;
    const __m512i order = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)place));
    for (; i + 32 <= count; i += 16) {
      const __m256i low = _mm512_cvtepi64_epi32(_mm512_loadu_si512(row + i));
      const __m256i high = _mm512_cvtepi64_epi32(_mm512_loadu_si512(row + i + 8));
      const __m512i packed = _mm512_shuffle_epi8(_mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1), order);
      uint8_t *target = bytes + i * width;
      _mm_storeu_si128((__m128i *)target, _mm512_castsi512_si128(packed));
      _mm_storeu_si128((__m128i *)(target + 4 * width), _mm512_extracti32x4_epi32(packed, 1));
      _mm_storeu_si128((__m128i *)(target + 8 * width), _mm512_extracti32x4_epi32(packed, 2));
      _mm_storeu_si128((__m128i *)(target + 12 * width), _mm512_extracti32x4_epi32(packed, 3));
    }
  }
  // Each store writes all eight bytes and the next one covers the excess; the last values go byte by byte.
  for (; (i + 8) * width <= count * width; i++) __builtin_memcpy(bytes + i * width, row + i, 8);
  for (; i < count; i++) {
    for (size_t b = 0; b < width; b++) bytes[i * width + b] = (uint8_t)((uint64_t)row[i] >> (8 * b));
  }
}
