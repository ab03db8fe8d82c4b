// Repeats one call: buffers are laid out as they lay, with a pattern around and between what counts.
#include "replay.h"

#include <string.h>
#include <sys/mman.h>

enum { guard = 256, pattern = 0xa5 };
static const size_t arena_bytes = (size_t)1 << 28;

static uint8_t *arena;
static size_t arena_used;

static uint8_t *take(size_t bytes) {
  if (arena == NULL) {
    void *start = mmap(NULL, arena_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED) return NULL;
    arena = start;
  }
  const size_t rounded = (bytes + 2 * guard + 63) / 64 * 64;
  if (bytes > arena_bytes || rounded > arena_bytes - arena_used) return NULL;
  uint8_t *start = arena + arena_used;
  arena_used += rounded;
  memset(start, pattern, rounded);
  return start + guard;
}

// Whether a buffer's sizes are possible at all: a damaged record must not lead astray.
static int is_sound(const kernel_record *record, const call_buffer *b, uint64_t place) {
  if (b->rows == 0 || b->run == 0) return 1;
  if (b->rows > arena_bytes || b->run > arena_bytes || b->pitch > arena_bytes) return 0;
  if (b->rows > 1 && b->pitch < b->run) return 0;
  const size_t length = b->rows * b->run;
  return b->rows * b->pitch <= arena_bytes && length <= record->header->content_bytes &&
         (place == no_contents || place <= record->header->content_bytes - length);
}

// A place for one buffer; what is only read and lies close together is used where it is.
static uint8_t *lay_out(const kernel_record *record, const call_buffer *b, uint64_t place) {
  if (b->role == buffer_read && (b->rows <= 1 || b->pitch == b->run)) return record->contents + place;
  uint8_t *start = take(buffer_extent(b));
  if (start == NULL || b->role == buffer_written) return start;
  for (size_t row = 0; row < b->rows; row++) {
    memcpy(start + row * b->pitch, record->contents + place + row * b->run, b->run);
  }
  return start;
}

static int is_pattern(const uint8_t *start, size_t length) {
  // A row equals itself moved by one when all its bytes are the same.
  return length == 0 || (start[0] == pattern && memcmp(start, start + 1, length - 1) == 0);
}

static int holds(const call_buffer *b, const uint8_t *start, const uint8_t *expected) {
  const size_t extent = buffer_extent(b);
  int good = is_pattern(start - guard, guard) && is_pattern(start + extent, guard);
  for (size_t row = 0; good && row < b->rows && b->run > 0; row++) {
    const uint8_t *run = start + row * b->pitch;
    good = memcmp(run, expected + row * b->run, b->run) == 0;
    if (row + 1 < b->rows) good = good && is_pattern(run + b->run, b->pitch - b->run);
  }
  return good;
}

#define P(i) ((void *)(uintptr_t)p[i])
#define PANEL(name) \
  case razao_kernel_##name: razao_##name(P(0), p[1], P(2), p[3], p[4], P(5)); return 0
#define PANEL_WITH_SUMS(name) \
  case razao_kernel_##name: razao_##name(P(0), p[1], P(2), p[3], P(4), p[5], P(6)); return 0
#define FINISH(name) \
  case razao_kernel_##name: \
    razao_##name(P(0), P(1), P(2), p[3], P(4), P(5), (ptrdiff_t)p[6], p[7], P(8), p[9]); \
    return 0

static int64_t run_kernel(uint64_t kernel, const uint64_t *p) {
  switch (kernel) {
    PANEL_WITH_SUMS(panel_i8_i32);
    PANEL(panel_i8_i64);
    PANEL(panel_i16_i64);
    PANEL_WITH_SUMS(panel_i4_i8_i32);
    PANEL(panel_i4_i8_i64);
    PANEL(panel_i4_i16_i64);
    FINISH(finish_i32);
    FINISH(finish_i64);
    case razao_kernel_sum_i8: return razao_sum_i8(P(0), p[1]);
    case razao_kernel_dots_i8: razao_dots_i8(P(0), P(1), p[2], p[3], P(4)); return 0;
    case razao_kernel_dots_i16: razao_dots_i16(P(0), P(1), p[2], p[3], P(4)); return 0;
    case razao_kernel_scores: return razao_scores(P(0), P(1), P(2), (int64_t)p[3], (int64_t)p[4], p[5], P(6));
    case razao_kernel_exponentials: return razao_exponentials(P(0), (int64_t)p[1], P(2), P(3), p[4], P(5));
    case razao_kernel_weighted_sum_i8: razao_weighted_sum_i8(P(0), P(1), p[2], p[3], P(4)); return 0;
    case razao_kernel_divide: razao_divide(P(0), (int64_t)p[1], (int64_t)p[2], (int64_t)p[3], p[4], P(5)); return 0;
    case razao_kernel_reach: razao_reach(P(0), p[1], P(2)); return 0;
    case razao_kernel_quantize_i8: razao_quantize_i8(P(0), p[1], (int64_t)p[2], (int64_t)p[3], P(4)); return 0;
    case razao_kernel_quantize_i16: razao_quantize_i16(P(0), p[1], (int64_t)p[2], (int64_t)p[3], P(4)); return 0;
    case razao_kernel_hadamard: razao_hadamard(P(0), p[1], p[2]); return 0;
    case razao_kernel_reduce: return razao_reduce(P(0), p[1], (int64_t)p[2]);
    case razao_kernel_scale_i8: razao_scale_i8(P(0), P(1), p[2]); return 0;
    case razao_kernel_scale_i16: razao_scale_i16(P(0), P(1), (int64_t)p[2], (int64_t)p[3], P(4), p[5]); return 0;
    case razao_kernel_add: razao_add(P(0), P(1), p[2]); return 0;
    case razao_kernel_activate: razao_activate(P(0), P(1), P(2), (int64_t)p[3], p[4], P(5)); return 0;
    case razao_kernel_rotate: razao_rotate(P(0), P(1), p[2]); return 0;
    case razao_kernel_pack_bytes: razao_pack_bytes(P(0), p[1], p[2], P(3)); return 0;
    case razao_kernel_sha256: razao_sha256_blocks(P(0), P(1), p[2]); return 0;
    case call_sha256_messages: razao_sha256_messages(P(0), p[1], p[2], p[3], P(4)); return 0;
    case call_byte_width: return (int64_t)razao_byte_width(P(0), p[1]);
    default: return -1;
  }
}

int repeat_call(const kernel_record *record, const record_call *call, const uint8_t *expected) {
  if (call->kernel >= call_kinds) return 0;
  call_buffer buffers[most_buffers];
  const size_t count = call_buffers(call->kernel, call->parameters, buffers);
  uint64_t parameters[most_parameters];
  memcpy(parameters, call->parameters, sizeof parameters);
  arena_used = 0;
  const call_buffer *target = NULL;
  for (size_t i = 0; i < count; i++) {
    const call_buffer *b = &buffers[i];
    const uint64_t place = call->parameters[b->parameter];
    if (!is_sound(record, b, b->role == buffer_written ? no_contents : place)) return 0;
    if (b->role != buffer_read) {
      target = b;
      if (!is_sound(record, b, call->written)) return 0;
    } else if (place == no_contents) {
      parameters[b->parameter] = 0;
      continue;
    }
    uint8_t *start = lay_out(record, b, place);
    if (start == NULL) return 0;
    parameters[b->parameter] = (uint64_t)(uintptr_t)start;
  }
  const int64_t result = run_kernel(call->kernel, parameters);
  if ((uint64_t)result != call->result) return 0;
  if (target == NULL) return 1;
  if (expected == NULL) expected = record->contents + call->written;
  return holds(target, (const uint8_t *)(uintptr_t)parameters[target->parameter], expected);
}

uint8_t *written_contents(const kernel_record *record, const record_call *call, size_t *length) {
  call_buffer buffers[most_buffers];
  const size_t count = call_buffers(call->kernel, call->parameters, buffers);
  for (size_t i = 0; i < count; i++) {
    *length = buffers[i].rows * buffers[i].run;
    if (buffers[i].role != buffer_read) return *length > 0 ? record->contents + call->written : NULL;
  }
  *length = 0;
  return NULL;
}
