// The form of a record, and what each call in it reads and writes.
//
// A record is a header, then calls of one size, then buffers' contents, each of them once: weights, and results that
// are the next kernel's operands, are in many calls. All numbers are little-endian, as both processors have them.
#ifndef RAZAO_KERNEL_CALLS_H
#define RAZAO_KERNEL_CALLS_H

#include "CKernels.h"

// Besides the kernels that are counted: hashing of whole messages, which counts as SHA-256, and the width of a row's
// bytes, which every tier shares.
enum { call_sha256_messages = razao_kernel_count, call_byte_width, call_kinds };

enum { most_parameters = 10, most_buffers = 6, content_alignment = 8 };

// In place of the contents of a null pointer.
static const uint64_t no_contents = UINT64_MAX;

typedef struct {
  char mark[8];
  uint64_t call_count, content_bytes, left_out;
} record_header;

static const char record_mark[8] = {'r', 'z', 'c', 'a', 'l', 'l', 's', '1'};

typedef struct {
  uint64_t kernel;
  // In the order of the kernel's parameters. A pointer is the place of what lay there before the call, no_contents for
  // null and for what is only written.
  uint64_t parameters[most_parameters];
  uint64_t written;  // place of what the call left in the one buffer that it writes
  uint64_t result;   // what it returned
} record_call;

typedef enum { buffer_read, buffer_written, buffer_changed } buffer_role;

// `rows` runs of `run` bytes, `pitch` bytes apart, behind one parameter; only the runs count.
typedef struct {
  int parameter;
  buffer_role role;
  size_t rows, run, pitch;
} call_buffer;

static inline call_buffer flat(int parameter, buffer_role role, size_t bytes) {
  return (call_buffer){parameter, role, 1, bytes, bytes};
}

static inline call_buffer strided(int parameter, buffer_role role, size_t rows, size_t run, size_t pitch) {
  return (call_buffer){parameter, role, rows, run, pitch};
}

static inline size_t panel_buffers(const uint64_t *p, int has_sums, size_t operand, size_t accumulator,
                                   size_t weights_unit, size_t columns_unit, call_buffer *b) {
  const int tokens = has_sums ? 5 : 4;
  size_t n = 0;
  b[n++] = flat(0, buffer_read, p[1] * weights_unit);
  b[n++] = strided(2, buffer_read, p[tokens], p[1] * columns_unit * operand, p[3] * operand);
  if (has_sums) b[n++] = flat(4, buffer_read, p[tokens] * 4);
  b[n++] = flat(tokens + 1, buffer_written, p[tokens] * razao_panel_rows * accumulator);
  return n;
}

static inline size_t finish_buffers(const uint64_t *p, size_t sum, call_buffer *b) {
  b[0] = strided(0, buffer_read, p[7], p[3] * sum, razao_panel_rows * sum);
  b[1] = flat(1, buffer_read, p[3] * 2);
  b[2] = flat(2, buffer_read, p[3] * 8);
  b[3] = flat(4, buffer_read, p[7] * 8);
  b[4] = flat(5, buffer_read, p[7] * 8);
  b[5] = strided(8, buffer_written, p[7], p[3] * 8, p[9] * 8);
  return 6;
}

// The buffers of a call with parameters `p`; the tables' lengths are those of CKernels.h.
static inline size_t call_buffers(uint64_t kernel, const uint64_t *p, call_buffer *b) {
  const size_t tile = razao_panel_rows * razao_panel_group, block = razao_block_bytes;
  switch (kernel) {
    case razao_kernel_panel_i8_i32: return panel_buffers(p, 1, 1, 4, tile, razao_panel_group, b);
    case razao_kernel_panel_i8_i64: return panel_buffers(p, 0, 1, 8, tile, razao_panel_group, b);
    case razao_kernel_panel_i16_i64: return panel_buffers(p, 0, 2, 8, tile, razao_panel_group, b);
    case razao_kernel_panel_i4_i8_i32: return panel_buffers(p, 1, 1, 4, block, razao_block_columns, b);
    case razao_kernel_panel_i4_i8_i64: return panel_buffers(p, 0, 1, 8, block, razao_block_columns, b);
    case razao_kernel_panel_i4_i16_i64: return panel_buffers(p, 0, 2, 8, block, razao_block_columns, b);
    case razao_kernel_finish_i32: return finish_buffers(p, 4, b);
    case razao_kernel_finish_i64: return finish_buffers(p, 8, b);
    case razao_kernel_sum_i8:
      b[0] = flat(0, buffer_read, p[1]);
      return 1;
    case razao_kernel_dots_i8:
    case razao_kernel_dots_i16: {
      const size_t size = kernel == razao_kernel_dots_i8 ? 1 : 2;
      b[0] = flat(0, buffer_read, p[3] * size);
      b[1] = flat(1, buffer_read, p[2] * p[3] * size);
      b[2] = flat(4, buffer_written, p[2] * 8);
      return 3;
    }
    case razao_kernel_scores:
      b[0] = flat(0, buffer_read, p[5] * 8);
      b[1] = flat(1, buffer_read, p[5] * 4);
      b[2] = flat(2, buffer_read, p[5] * 2);
      b[3] = flat(6, buffer_written, p[5] * 8);
      return 4;
    case razao_kernel_exponentials:
      b[0] = flat(0, buffer_read, p[4] * 8);
      b[1] = flat(2, buffer_read, p[4]);
      b[2] = flat(3, buffer_read, 4096 * 4);
      b[3] = flat(5, buffer_written, p[4] * 4);
      return 4;
    case razao_kernel_weighted_sum_i8:
      b[0] = flat(0, buffer_read, p[2] * p[3]);
      b[1] = flat(1, buffer_read, p[2] * 4);
      b[2] = flat(4, buffer_changed, p[3] * 8);
      return 3;
    case razao_kernel_divide:
      b[0] = flat(0, buffer_read, p[4] * 8);
      b[1] = flat(5, buffer_written, p[4] * 8);
      return 2;
    case razao_kernel_reach:
      b[0] = flat(0, buffer_read, p[1] * 8);
      b[1] = flat(2, buffer_written, 16);
      return 2;
    case razao_kernel_quantize_i8:
    case razao_kernel_quantize_i16:
      b[0] = flat(0, buffer_read, p[1] * 8);
      b[1] = flat(4, buffer_written, p[1] * (kernel == razao_kernel_quantize_i8 ? 1 : 2));
      return 2;
    case razao_kernel_hadamard:
    case razao_kernel_reduce:
      b[0] = flat(0, buffer_changed, p[1] * 8);
      return 1;
    case razao_kernel_scale_i8:
      b[0] = flat(0, buffer_changed, p[2] * 8);
      b[1] = flat(1, buffer_read, p[2]);
      return 2;
    case razao_kernel_scale_i16:
      b[0] = flat(0, buffer_changed, p[5] * 8);
      b[1] = flat(1, buffer_read, p[5] * 2);
      b[2] = flat(4, buffer_read, p[5] * 8);
      return 3;
    case razao_kernel_add:
      b[0] = flat(0, buffer_changed, p[2] * 8);
      b[1] = flat(1, buffer_read, p[2] * 8);
      return 2;
    case razao_kernel_activate:
      b[0] = flat(0, buffer_read, p[4] * 8);
      b[1] = flat(1, buffer_read, p[4] * 8);
      b[2] = flat(2, buffer_read, 1024 * 4);
      b[3] = flat(5, buffer_written, p[4] * 8);
      return 4;
    case razao_kernel_rotate:
      b[0] = flat(0, buffer_changed, p[2] * 16);
      b[1] = flat(1, buffer_read, p[2] * 4);
      return 2;
    case razao_kernel_pack_bytes:
      b[0] = flat(0, buffer_read, p[1] * 8);
      b[1] = flat(3, buffer_written, p[1] * p[2]);
      return 2;
    case razao_kernel_sha256:
      b[0] = flat(0, buffer_changed, 32);
      b[1] = flat(1, buffer_read, p[2] * 64);
      return 2;
    case call_sha256_messages:
      b[0] = strided(0, buffer_read, p[3], p[2], p[1]);
      b[1] = flat(4, buffer_written, p[3] * 32);
      return 2;
    case call_byte_width:
      b[0] = flat(0, buffer_read, p[1] * 8);
      return 1;
    default: return 0;
  }
}

// Bytes from a buffer's first to its last; of its contents, runs alone, there are rows * run.
static inline size_t buffer_extent(const call_buffer *b) {
  return b->rows == 0 ? 0 : (b->rows - 1) * b->pitch + b->run;
}

#endif
