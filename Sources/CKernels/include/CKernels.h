// The package's C kernels: no dependencies, no allocation, no global state but a table chosen once.
// Every kernel has a readable Swift definition in the target Kernels, and tests hold the two equal bit for bit.
//
// rs(x, s) is floor(x / 2^s + 1/2), as SPEC.md defines it. All integers wrap; that they need not is proven when a
// program is built.
#ifndef RAZAO_CKERNELS_H
#define RAZAO_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

// ---- Tiers: one implementation of every kernel for each kind of processor.

enum { razao_tier_portable, razao_tier_avx2, razao_tier_avx512, razao_tier_neon, razao_tier_count };

// Whether this processor can run a tier.
int razao_tier_available(int tier);
// The tier that this thread's kernels use: at first the one that the environment variable RAZAO_KERNELS names, where
// it names an available one, else the fastest.
int razao_tier_selected(void);
// Makes the process use another tier; 0 when it is not available.
int razao_tier_select(int tier);
// Makes this thread, and what it runs in parallel, use another tier than the process; -1 for the process's again.
// Returns 0 when the tier is not available.
int razao_tier_override(int tier);
// The tier that this thread overrides with, or -1.
int razao_tier_overridden(void);

// ---- Kernels by number, for counting calls.

enum {
  razao_kernel_panel_i8_i32, razao_kernel_panel_i8_i64, razao_kernel_panel_i16_i64,
  razao_kernel_panel_i4_i8_i32, razao_kernel_panel_i4_i8_i64, razao_kernel_panel_i4_i16_i64,
  razao_kernel_sum_i8, razao_kernel_finish_i32, razao_kernel_finish_i64,
  razao_kernel_dots_i8, razao_kernel_dots_i16, razao_kernel_scores, razao_kernel_exponentials,
  razao_kernel_weighted_sum_i8, razao_kernel_divide, razao_kernel_reach,
  razao_kernel_quantize_i8, razao_kernel_quantize_i16, razao_kernel_hadamard, razao_kernel_reduce,
  razao_kernel_scale_i8, razao_kernel_scale_i16, razao_kernel_add, razao_kernel_activate, razao_kernel_rotate,
  razao_kernel_pack_bytes, razao_kernel_sha256, razao_kernel_count
};

// Calls of one kernel since the process began.
uint64_t razao_kernel_calls(int kernel);

// ---- Products of packed weights with rows of operands.

// Rows and columns of one panel tile of packed weights (SPEC.md, section 6), and of one block of 4-bit weights.
enum { razao_panel_rows = 32, razao_panel_group = 4, razao_block_columns = 32, razao_block_bytes = 544 };

// Exact products of one panel of 32 rows with `token_count` rows of operands.
// weights: group_count * 128 bytes, W[a, 4g + c] at (g * 32 + a) * 4 + c, at least -127.
// operands: rows of `stride` values; columns beyond the logical width must be 0 up to 4 * group_count.
// sums: the sum of each row of operands.
// accumulators: token_count rows of 32 values, overwritten; every result must fit.
void razao_panel_i8_i32(const int8_t *weights, size_t group_count, const int8_t *operands, size_t stride,
                        const int32_t *sums, size_t token_count, int32_t *accumulators);
// Operands of 8 bits whose products may leave 32 bits.
void razao_panel_i8_i64(const int8_t *weights, size_t group_count, const int8_t *operands, size_t stride,
                        size_t token_count, int64_t *accumulators);
// Operands of 16 bits (block shift, two limbs), at least -32767.
void razao_panel_i16_i64(const int8_t *weights, size_t group_count, const int16_t *operands, size_t stride,
                         size_t token_count, int64_t *accumulators);

// The same with 4-bit weights: block_count blocks of 32 columns, each 32 multipliers and 512 bytes of nibbles
// (SPEC.md, section 6, "4-bit panels"). Operands must be 0 beyond the logical width up to 32 * block_count.
void razao_panel_i4_i8_i32(const uint8_t *blocks, size_t block_count, const int8_t *operands, size_t stride,
                           const int32_t *sums, size_t token_count, int32_t *accumulators);
void razao_panel_i4_i8_i64(const uint8_t *blocks, size_t block_count, const int8_t *operands, size_t stride,
                           size_t token_count, int64_t *accumulators);
void razao_panel_i4_i16_i64(const uint8_t *blocks, size_t block_count, const int16_t *operands, size_t stride,
                            size_t token_count, int64_t *accumulators);

// The sum of consecutive values.
int32_t razao_sum_i8(const int8_t *operands, size_t count);

// rows[t * stride + n] = rs(sums[32 * t + n] * (scales[n] * mantissas[t]), exponent + exponents[t]) + biases[n], for
// the first `row_count` of a panel's 32 rows; biases may be null.
void razao_finish_i32(const int32_t *sums, const uint16_t *scales, const int64_t *biases, size_t row_count,
                      const int64_t *mantissas, const ptrdiff_t *exponents, ptrdiff_t exponent, size_t token_count,
                      int64_t *rows, size_t stride);
void razao_finish_i64(const int64_t *sums, const uint16_t *scales, const int64_t *biases, size_t row_count,
                      const int64_t *mantissas, const ptrdiff_t *exponents, ptrdiff_t exponent, size_t token_count,
                      int64_t *rows, size_t stride);

// ---- Attention over quantised keys and values.

// products[r] = sum of query[i] * keys[r * width + i]; i8 values at least -127, i16 values at least -32767.
void razao_dots_i8(const int8_t *query, const int8_t *keys, size_t row_count, size_t width, int64_t *products);
void razao_dots_i16(const int16_t *query, const int16_t *keys, size_t row_count, size_t width, int64_t *products);
// scores[r] = rs(products[r] * (mantissa * mantissas[r]), exponent + exponents[r]); returns the greatest.
int64_t razao_scores(const int64_t *products, const int32_t *mantissas, const int16_t *exponents, int64_t mantissa,
                     int64_t exponent, size_t count, int64_t *scores);
// p = table[min(greatest - scores[r], 4095)], weights[r] = p << shifts[r]; returns the sum of p.
int64_t razao_exponentials(const int64_t *scores, int64_t greatest, const uint8_t *shifts, const uint32_t *table,
                           size_t count, uint32_t *weights);
// totals[i] += sum of weights[r] * values[r * width + i]; weights below 2^31, at most 4096 rows.
void razao_weighted_sum_i8(const int8_t *values, const uint32_t *weights, size_t row_count, size_t width,
                           int64_t *totals);
// row[i] = rs(rs(totals[i], cut) * inverse, shift).
void razao_divide(const int64_t *totals, int64_t cut, int64_t inverse, int64_t shift, size_t count, int64_t *row);

// ---- Rows of 64-bit integers.

// extremes = {max(0, max x), max(0, -min x)}.
void razao_reach(const int64_t *row, size_t count, int64_t *extremes);
// operands[i] = rs(row[i] * multiplier, shift), 1 <= shift <= 62.
void razao_quantize_i8(const int64_t *row, size_t count, int64_t multiplier, int64_t shift, int8_t *operands);
void razao_quantize_i16(const int64_t *row, size_t count, int64_t multiplier, int64_t shift, int16_t *operands);
// Unnormalised transforms, Sylvester order, of consecutive blocks; `block` is a power of two that divides `count`.
void razao_hadamard(int64_t *row, size_t count, size_t block);
// row[i] = rs(row[i], shift), 0 <= shift <= 62; returns the sum of squares.
int64_t razao_reduce(int64_t *row, size_t count, int64_t shift);
// row[i] *= gains[i].
void razao_scale_i8(int64_t *row, const int8_t *gains, size_t count);
// row[i] = rs(row[i] * gains[i] * root, shift) + biases[i]; biases may be null.
void razao_scale_i16(int64_t *row, const int16_t *gains, int64_t root, int64_t shift, const int64_t *biases,
                     size_t count);
// row[i] += other[i].
void razao_add(int64_t *row, const int64_t *other, size_t count);
// row[i] = rs(gates[i] * table[clamp(rs(gates[i], shift) + 512, 0, 1023)], 16), times ups[i] unless ups is null.
void razao_activate(const int64_t *gates, const int64_t *ups, const uint32_t *table, int64_t shift, size_t count,
                    int64_t *row);
// Rotates the pairs (head[i], head[i + pairs]) by angles[2i] (cosine) and angles[2i + 1] (sine), 15 fraction bits.
void razao_rotate(int64_t *head, const int16_t *angles, size_t pairs);
// The lowest `width` bytes of each value, little-endian, 1 <= width <= 8.
void razao_pack_bytes(const int64_t *row, size_t count, size_t width, uint8_t *bytes);
// The smallest width at which every value fits in two's complement.
size_t razao_byte_width(const int64_t *row, size_t count);

// ---- SHA-256 (FIPS 180-4).

// Compresses `block_count` 64-byte blocks into `state` (8 words).
void razao_sha256_blocks(uint32_t *state, const uint8_t *blocks, size_t block_count);
// The same without instruction-set extensions; what the fast one is tested against.
void razao_sha256_blocks_portable(uint32_t *state, const uint8_t *blocks, size_t block_count);
// Digests of `count` messages of equal length, lying `stride` bytes apart; digests of 32 bytes each.
void razao_sha256_messages(const uint8_t *messages, size_t stride, size_t length, size_t count, uint8_t *digests);

// ---- Threads.

// Calls body(context, thread, part) for every part below `part_count`, on this thread and up to `helpers` others, and
// returns after the last call. `thread` is at most `helpers`, and no two threads of one call have the same. Waits spin
// for a bounded time and then block. A call from within a body, or while another thread's call is under way, runs on
// this thread alone.
void razao_parallel(void (*body)(void *context, size_t thread, size_t part), void *context, size_t part_count,
                    size_t helpers);
// Threads started so far besides the callers' own.
size_t razao_parallel_threads(void);

#endif
