// The package's C kernels: no dependencies, no allocation, no global state but a table chosen once.
// Every kernel has a readable Swift definition, and tests hold the two equal bit for bit.
#ifndef RAZAO_CKERNELS_H
#define RAZAO_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

// SHA-256 (FIPS 180-4): compresses `blockCount` 64-byte blocks into `state` (8 words).
void razao_sha256_blocks(uint32_t *state, const uint8_t *blocks, size_t blockCount);
// The same without instruction-set extensions; what the fast one is tested against.
void razao_sha256_blocks_portable(uint32_t *state, const uint8_t *blocks, size_t blockCount);

// Rows and columns of one panel tile of packed weights (SPEC.md, section 6).
enum { razao_panel_rows = 32, razao_panel_group = 4 };

// Exact int8 products of one panel of 32 rows with `tokenCount` rows of operands.
// weights: groupCount * 128 bytes, W[a, 4g + c] at (g * 32 + a) * 4 + c.
// operands: tokenCount rows of `stride` values each; columns beyond the logical width must be 0 up to 4 * groupCount.
// accumulators: tokenCount rows of 32 values, overwritten.
// Precondition (proven when a program is built): every partial sum fits the accumulator.
void razao_panel_i8_i32(const int8_t *weights, size_t groupCount, const int8_t *operands, size_t stride,
                        size_t tokenCount, int32_t *accumulators);
// Operands of 16 bits (block shift, two limbs), 64-bit accumulators.
void razao_panel_i16_i64(const int8_t *weights, size_t groupCount, const int16_t *operands, size_t stride,
                         size_t tokenCount, int64_t *accumulators);
// Operands of 8 bits whose sums may leave 32 bits.
void razao_panel_i8_i64(const int8_t *weights, size_t groupCount, const int8_t *operands, size_t stride,
                        size_t tokenCount, int64_t *accumulators);

// Exact dot product of two int8 vectors; count <= 2^17.
int32_t razao_dot_i8(const int8_t *a, const int8_t *b, size_t count);
// Exact dot product of two int16 vectors.
int64_t razao_dot_i16(const int16_t *a, const int16_t *b, size_t count);

// Dot products of one query with `rowCount` consecutive rows of `width` values.
void razao_dots_i8(const int8_t *query, const int8_t *keys, size_t rowCount, size_t width, int64_t *products);
void razao_dots_i16(const int16_t *query, const int16_t *keys, size_t rowCount, size_t width, int64_t *products);
// Adds weights[r] * values[r, i] over the rows to totals[i]; weights below 2^31, exact while |totals| stay below 2^62.
void razao_weighted_sum_i8(const int8_t *values, const uint32_t *weights, size_t rowCount, size_t width,
                           int64_t *totals);

#endif
