// The portable kernels, each call of them written down.
#include "record.h"

#define VALUE(x) ((uint64_t)(uintptr_t)(x))
#define VALUES_2(x, y) VALUE(x), VALUE(y)
#define VALUES_3(x, ...) VALUE(x), VALUES_2(__VA_ARGS__)
#define VALUES_4(x, ...) VALUE(x), VALUES_3(__VA_ARGS__)
#define VALUES_5(x, ...) VALUE(x), VALUES_4(__VA_ARGS__)
#define VALUES_6(x, ...) VALUE(x), VALUES_5(__VA_ARGS__)
#define VALUES_7(x, ...) VALUE(x), VALUES_6(__VA_ARGS__)
#define VALUES_8(x, ...) VALUE(x), VALUES_7(__VA_ARGS__)
#define VALUES_9(x, ...) VALUE(x), VALUES_8(__VA_ARGS__)
#define VALUES_10(x, ...) VALUE(x), VALUES_9(__VA_ARGS__)

// A kernel's name, the number of its parameters, their declarations, and their names.
#define RECORDED(name, number, declarations, ...) \
  static void record_##name declarations { \
    open_call open; \
    razao_begin_call(&open, razao_kernel_##name, (const uint64_t[most_parameters]){VALUES_##number(__VA_ARGS__)}); \
    razao_portable.name(__VA_ARGS__); \
    razao_end_call(&open, 0); \
  }
#define RECORDED_WITH_RESULT(Result, name, number, declarations, ...) \
  static Result record_##name declarations { \
    open_call open; \
    razao_begin_call(&open, razao_kernel_##name, (const uint64_t[most_parameters]){VALUES_##number(__VA_ARGS__)}); \
    const Result result = razao_portable.name(__VA_ARGS__); \
    razao_end_call(&open, result); \
    return result; \
  }

#define PANEL(name, Weights, Operand, Accumulator) \
  RECORDED(name, 6, \
           (const Weights *weights, size_t groups, const Operand *operands, size_t stride, size_t tokens, \
            Accumulator *accumulators), \
           weights, groups, operands, stride, tokens, accumulators)
PANEL(panel_i8_i64, int8_t, int8_t, int64_t)
PANEL(panel_i16_i64, int8_t, int16_t, int64_t)
PANEL(panel_i4_i8_i64, uint8_t, int8_t, int64_t)
PANEL(panel_i4_i16_i64, uint8_t, int16_t, int64_t)

#define PANEL_WITH_SUMS(name, Weights) \
  RECORDED(name, 7, \
           (const Weights *weights, size_t groups, const int8_t *operands, size_t stride, const int32_t *sums, \
            size_t tokens, int32_t *accumulators), \
           weights, groups, operands, stride, sums, tokens, accumulators)
PANEL_WITH_SUMS(panel_i8_i32, int8_t)
PANEL_WITH_SUMS(panel_i4_i8_i32, uint8_t)

#define FINISH(name, Sum) \
  RECORDED(name, 10, \
           (const Sum *sums, const uint16_t *scales, const int64_t *biases, size_t row_count, \
            const int64_t *mantissas, const ptrdiff_t *exponents, ptrdiff_t exponent, size_t tokens, int64_t *rows, \
            size_t stride), \
           sums, scales, biases, row_count, mantissas, exponents, exponent, tokens, rows, stride)
FINISH(finish_i32, int32_t)
FINISH(finish_i64, int64_t)

RECORDED_WITH_RESULT(int32_t, sum_i8, 2, (const int8_t *operands, size_t count), operands, count)
RECORDED(dots_i8, 5, (const int8_t *query, const int8_t *keys, size_t rows, size_t width, int64_t *products), query,
         keys, rows, width, products)
RECORDED(dots_i16, 5, (const int16_t *query, const int16_t *keys, size_t rows, size_t width, int64_t *products), query,
         keys, rows, width, products)
RECORDED_WITH_RESULT(int64_t, scores, 7,
                     (const int64_t *products, const int32_t *mantissas, const int16_t *exponents, int64_t mantissa,
                      int64_t exponent, size_t count, int64_t *scores),
                     products, mantissas, exponents, mantissa, exponent, count, scores)
RECORDED_WITH_RESULT(int64_t, exponentials, 6,
                     (const int64_t *scores, int64_t greatest, const uint8_t *shifts, const uint32_t *table,
                      size_t count, uint32_t *weights),
                     scores, greatest, shifts, table, count, weights)
RECORDED(weighted_sum_i8, 5,
         (const int8_t *values, const uint32_t *weights, size_t rows, size_t width, int64_t *totals), values, weights,
         rows, width, totals)
RECORDED(divide, 6, (const int64_t *totals, int64_t cut, int64_t inverse, int64_t shift, size_t count, int64_t *row),
         totals, cut, inverse, shift, count, row)
RECORDED(reach, 3, (const int64_t *row, size_t count, int64_t *extremes), row, count, extremes)
RECORDED(quantize_i8, 5, (const int64_t *row, size_t count, int64_t multiplier, int64_t shift, int8_t *operands), row,
         count, multiplier, shift, operands)
RECORDED(quantize_i16, 5, (const int64_t *row, size_t count, int64_t multiplier, int64_t shift, int16_t *operands),
         row, count, multiplier, shift, operands)
RECORDED(hadamard, 3, (int64_t *row, size_t count, size_t block), row, count, block)
RECORDED_WITH_RESULT(int64_t, reduce, 3, (int64_t *row, size_t count, int64_t shift), row, count, shift)
RECORDED(scale_i8, 3, (int64_t *row, const int8_t *gains, size_t count), row, gains, count)
RECORDED(scale_i16, 6,
         (int64_t *row, const int16_t *gains, int64_t root, int64_t shift, const int64_t *biases, size_t count), row,
         gains, root, shift, biases, count)
RECORDED(add, 3, (int64_t *row, const int64_t *other, size_t count), row, other, count)
RECORDED(activate, 6,
         (const int64_t *gates, const int64_t *ups, const uint32_t *table, int64_t shift, size_t count, int64_t *row),
         gates, ups, table, shift, count, row)
RECORDED(rotate, 3, (int64_t *head, const int16_t *angles, size_t pairs), head, angles, pairs)
RECORDED(pack_bytes, 4, (const int64_t *row, size_t count, size_t width, uint8_t *bytes), row, count, width, bytes)

const razao_table razao_recorded_kernels = {
    .panel_i8_i32 = record_panel_i8_i32, .panel_i8_i64 = record_panel_i8_i64, .panel_i16_i64 = record_panel_i16_i64,
    .panel_i4_i8_i32 = record_panel_i4_i8_i32, .panel_i4_i8_i64 = record_panel_i4_i8_i64,
    .panel_i4_i16_i64 = record_panel_i4_i16_i64, .sum_i8 = record_sum_i8, .finish_i32 = record_finish_i32,
    .finish_i64 = record_finish_i64, .dots_i8 = record_dots_i8, .dots_i16 = record_dots_i16, .scores = record_scores,
    .exponentials = record_exponentials, .weighted_sum_i8 = record_weighted_sum_i8, .divide = record_divide,
    .reach = record_reach, .quantize_i8 = record_quantize_i8, .quantize_i16 = record_quantize_i16,
    .hadamard = record_hadamard, .reduce = record_reduce, .scale_i8 = record_scale_i8, .scale_i16 = record_scale_i16,
    .add = record_add, .activate = record_activate, .rotate = record_rotate, .pack_bytes = record_pack_bytes};

// A new kernel has to be recorded as well; SHA-256 has none in the table.
_Static_assert(sizeof(razao_table) == (razao_kernel_count - 1) * sizeof(void (*)(void)), "a kernel is not recorded");

// ---- What the table does not hold: the linker (--wrap) leads the calls of these three here.

void __real_razao_sha256_compress(uint32_t *state, const uint8_t *blocks, size_t count, int accelerated);
void __wrap_razao_sha256_compress(uint32_t *state, const uint8_t *blocks, size_t count, int accelerated);
void __real_razao_sha256_digests(const uint8_t *messages, size_t stride, size_t length, size_t count, uint8_t *digests,
                                 int accelerated);
void __wrap_razao_sha256_digests(const uint8_t *messages, size_t stride, size_t length, size_t count, uint8_t *digests,
                                 int accelerated);
size_t __real_razao_byte_width(const int64_t *row, size_t count);
size_t __wrap_razao_byte_width(const int64_t *row, size_t count);

void __wrap_razao_sha256_compress(uint32_t *state, const uint8_t *blocks, size_t count, int accelerated) {
  if (!razao_is_recording) return __real_razao_sha256_compress(state, blocks, count, accelerated);
  open_call open;
  razao_begin_call(&open, razao_kernel_sha256, (const uint64_t[most_parameters]){VALUES_3(state, blocks, count)});
  __real_razao_sha256_compress(state, blocks, count, accelerated);
  razao_end_call(&open, 0);
}

void __wrap_razao_sha256_digests(const uint8_t *messages, size_t stride, size_t length, size_t count, uint8_t *digests,
                                 int accelerated) {
  if (!razao_is_recording) return __real_razao_sha256_digests(messages, stride, length, count, digests, accelerated);
  open_call open;
  razao_begin_call(&open, call_sha256_messages,
             (const uint64_t[most_parameters]){VALUES_5(messages, stride, length, count, digests)});
  __real_razao_sha256_digests(messages, stride, length, count, digests, accelerated);
  razao_end_call(&open, 0);
}

size_t __wrap_razao_byte_width(const int64_t *row, size_t count) {
  if (!razao_is_recording) return __real_razao_byte_width(row, count);
  open_call open;
  razao_begin_call(&open, call_byte_width, (const uint64_t[most_parameters]){VALUES_2(row, count)});
  const size_t width = __real_razao_byte_width(row, count);
  razao_end_call(&open, (int64_t)width);
  return width;
}
