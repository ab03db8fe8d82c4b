// The kernels on rows of 64-bit integers, written once: each tier includes this file inside its own target attributes
// and lets the compiler make vectors of the loops. TIER(name) gives the tier's name for a function.
//
// A shift outside 1...62 is rare, so each loop has a fast form for that range and a general one.

static void TIER(reach)(const int64_t *row, size_t count, int64_t *extremes) {
  int64_t greatest = 0, least = 0;
  for (size_t i = 0; i < count; i++) {
    greatest = row[i] > greatest ? row[i] : greatest;
    least = row[i] < least ? row[i] : least;
  }
  extremes[0] = greatest;
  extremes[1] = -least;
}

static int32_t TIER(sum_i8)(const int8_t *operands, size_t count) {
  int32_t sum = 0;
  for (size_t i = 0; i < count; i++) sum += operands[i];
  return sum;
}

static void TIER(quantize_i8)(const int64_t *row, size_t count, int64_t multiplier, int64_t shift,
                              int8_t *restrict operands) {
  const int64_t half = (int64_t)1 << (shift - 1);
  for (size_t i = 0; i < count; i++) {
    operands[i] = (int8_t)(wrapping_sum(wrapping_product(row[i], multiplier), half) >> shift);
  }
}

static void TIER(quantize_i16)(const int64_t *row, size_t count, int64_t multiplier, int64_t shift,
                               int16_t *restrict operands) {
  const int64_t half = (int64_t)1 << (shift - 1);
  for (size_t i = 0; i < count; i++) {
    operands[i] = (int16_t)(wrapping_sum(wrapping_product(row[i], multiplier), half) >> shift);
  }
}

#ifndef TIER_HAS_HADAMARD
// Stages of 1 and 2 apart together, then one stage after another.
static void TIER(hadamard)(int64_t *row, size_t count, size_t block) {
  if (block == 2) {
    for (size_t i = 0; i < count; i += 2) {
      const uint64_t a = row[i], b = row[i + 1];
      row[i] = (int64_t)(a + b);
      row[i + 1] = (int64_t)(a - b);
    }
  }
  if (block < 4) return;
  for (size_t i = 0; i < count; i += 4) {
    const uint64_t a = row[i], b = row[i + 1], c = row[i + 2], d = row[i + 3];
    row[i] = (int64_t)(a + b + c + d);
    row[i + 1] = (int64_t)(a - b + c - d);
    row[i + 2] = (int64_t)(a + b - c - d);
    row[i + 3] = (int64_t)(a - b - c + d);
  }
  for (size_t half = 4; half < block; half *= 2) {
    for (size_t start = 0; start < count; start += 2 * half) {
      int64_t *restrict low = row + start, *restrict high = row + start + half;
      for (size_t i = 0; i < half; i++) {
        const uint64_t a = low[i], b = high[i];
        low[i] = (int64_t)(a + b);
        high[i] = (int64_t)(a - b);
      }
    }
  }
}
#endif

static int64_t TIER(reduce)(int64_t *row, size_t count, int64_t shift) {
  const int64_t half = shift == 0 ? 0 : (int64_t)1 << (shift - 1);
  int64_t sum = 0;
  for (size_t i = 0; i < count; i++) {
    const int64_t value = wrapping_sum(row[i], half) >> shift;
    row[i] = value;
    sum = wrapping_sum(sum, wrapping_product(value, value));
  }
  return sum;
}

static void TIER(scale_i8)(int64_t *restrict row, const int8_t *restrict gains, size_t count) {
  for (size_t i = 0; i < count; i++) row[i] = wrapping_product(row[i], gains[i]);
}

static void TIER(scale_i16)(int64_t *restrict row, const int16_t *restrict gains, int64_t root, int64_t shift,
                            const int64_t *restrict biases, size_t count) {
  if (shift >= 1 && shift <= 62) {
    for (size_t i = 0; i < count; i++) {
      row[i] = round_shift(wrapping_product(wrapping_product(row[i], gains[i]), root), shift);
    }
  } else {
    for (size_t i = 0; i < count; i++) {
      row[i] = round_any(wrapping_product(wrapping_product(row[i], gains[i]), root), shift);
    }
  }
  if (biases == NULL) return;
  for (size_t i = 0; i < count; i++) row[i] = wrapping_sum(row[i], biases[i]);
}

static void TIER(add)(int64_t *restrict row, const int64_t *restrict other, size_t count) {
  for (size_t i = 0; i < count; i++) row[i] = wrapping_sum(row[i], other[i]);
}

#define FINISH(name, Sum)                                                                                             \
  static void TIER(name)(const Sum *sums, const uint16_t *scales, const int64_t *biases, size_t row_count,            \
                         const int64_t *mantissas, const ptrdiff_t *exponents, ptrdiff_t exponent,                    \
                         size_t token_count, int64_t *rows, size_t stride) {                                          \
    for (size_t t = 0; t < token_count; t++, sums += razao_panel_rows, rows += stride) {                              \
      const int64_t shift = exponent + exponents[t], mantissa = mantissas[t];                                         \
      int64_t row[razao_panel_rows];                                                                                  \
      if (shift >= 1 && shift <= 62) {                                                                                \
        for (size_t n = 0; n < row_count; n++) {                                                                      \
          row[n] = round_shift(wrapping_product(sums[n], wrapping_product(scales[n], mantissa)), shift);              \
        }                                                                                                             \
      } else {                                                                                                        \
        for (size_t n = 0; n < row_count; n++) {                                                                      \
          row[n] = round_any(wrapping_product(sums[n], wrapping_product(scales[n], mantissa)), shift);                \
        }                                                                                                             \
      }                                                                                                               \
      for (size_t n = 0; n < row_count; n++) rows[n] = biases == NULL ? row[n] : wrapping_sum(row[n], biases[n]);     \
    }                                                                                                                 \
  }
#ifndef TIER_HAS_FINISH_I32
FINISH(finish_i32, int32_t)
#endif
FINISH(finish_i64, int64_t)
#undef FINISH

#ifndef TIER_HAS_SCORES
static int64_t TIER(scores)(const int64_t *restrict products, const int32_t *restrict mantissas,
                            const int16_t *restrict exponents, int64_t mantissa, int64_t exponent, size_t count,
                            int64_t *restrict scores) {
  int64_t greatest = INT64_MIN;
  for (size_t r = 0; r < count; r++) {
    const int64_t value =
        round_any(wrapping_product(products[r], wrapping_product(mantissa, mantissas[r])), exponent + exponents[r]);
    scores[r] = value;
    greatest = value > greatest ? value : greatest;
  }
  return greatest;
}

static int64_t TIER(exponentials)(const int64_t *restrict scores, int64_t greatest, const uint8_t *restrict shifts,
                                  const uint32_t *restrict table, size_t count, uint32_t *restrict weights) {
  int64_t sum = 0;
  for (size_t r = 0; r < count; r++) {
    const uint64_t distance = (uint64_t)greatest - (uint64_t)scores[r];
    const uint32_t weight = table[distance < 4095 ? distance : 4095];
    sum += weight;
    weights[r] = weight << (shifts[r] & 31);
  }
  return sum;
}
#endif

static void TIER(divide)(const int64_t *restrict totals, int64_t cut, int64_t inverse, int64_t shift, size_t count,
                         int64_t *restrict row) {
  for (size_t i = 0; i < count; i++) row[i] = round_any(totals[i], cut);
  if (shift >= 1 && shift <= 62) {
    for (size_t i = 0; i < count; i++) row[i] = round_shift(wrapping_product(row[i], inverse), shift);
  } else {
    for (size_t i = 0; i < count; i++) row[i] = round_any(wrapping_product(row[i], inverse), shift);
  }
}

#ifndef TIER_HAS_ACTIVATE
static void TIER(activate)(const int64_t *restrict gates, const int64_t *restrict ups, const uint32_t *restrict table,
                           int64_t shift, size_t count, int64_t *restrict row) {
  for (size_t i = 0; i < count; i++) {
    const int64_t place = wrapping_sum(shift >= 1 && shift <= 62 ? round_shift(gates[i], shift)
                                                                 : round_any(gates[i], shift), 512);
    const uint64_t index = place < 0 ? 0 : place > 1023 ? 1023 : (uint64_t)place;
    row[i] = round_shift(wrapping_product(gates[i], table[index]), 16);
  }
  if (ups == NULL) return;
  for (size_t i = 0; i < count; i++) row[i] = wrapping_product(row[i], ups[i]);
}
#endif

static void TIER(rotate)(int64_t *restrict head, const int16_t *restrict angles, size_t pairs) {
  int64_t *restrict low = head, *restrict high = head + pairs;
  for (size_t i = 0; i < pairs; i++) {
    const int64_t a = low[i], b = high[i], cosine = angles[2 * i], sine = angles[2 * i + 1];
    low[i] = (int64_t)((uint64_t)wrapping_product(a, cosine) - (uint64_t)wrapping_product(b, sine));
    high[i] = wrapping_sum(wrapping_product(b, cosine), wrapping_product(a, sine));
  }
}

#ifndef TIER_HAS_PACK
// Each store writes all eight bytes and the next one covers the excess; the last values go byte by byte.
static void TIER(pack_bytes)(const int64_t *row, size_t count, size_t width, uint8_t *bytes) {
  size_t i = 0;
  const size_t end = width * count;
  for (; i * width + 8 <= end; i++) __builtin_memcpy(bytes + i * width, row + i, 8);
  for (; i < count; i++) {
    for (size_t b = 0; b < width; b++) bytes[i * width + b] = (uint8_t)((uint64_t)row[i] >> (8 * b));
  }
}
#endif

// The tier's table; the panel and attention kernels have the names that this expects.
#define TIER_TABLE                                                                                                    \
  {                                                                                                                   \
    TIER(panel_i8_i32), TIER(panel_i8_i64), TIER(panel_i16_i64), TIER(panel_i4_i8_i32), TIER(panel_i4_i8_i64),        \
        TIER(panel_i4_i16_i64), TIER(sum_i8), TIER(finish_i32), TIER(finish_i64), TIER(dots_i8), TIER(dots_i16),      \
        TIER(scores), TIER(exponentials), TIER(weighted_sum_i8), TIER(divide), TIER(reach), TIER(quantize_i8),        \
        TIER(quantize_i16), TIER(hadamard), TIER(reduce), TIER(scale_i8), TIER(scale_i16), TIER(add), TIER(activate), \
        TIER(rotate), TIER(pack_bytes)                                                                                \
  }
