// Wrong bits, to show that none goes unseen.
#include "replay.h"

#include <stdlib.h>
#include <string.h>

void razao_kernel_fault(int kernel, int bit);

static void see_wrong_record(const kernel_record *record, const record_call *call, size_t number,
                             void (*check)(int, const char *, size_t, uint64_t)) {
  size_t length;
  const uint8_t *written = written_contents(record, call, &length);
  if (written == NULL) {
    record_call changed = *call;
    changed.result ^= 1;
    check(!repeat_call(record, &changed, NULL), "a wrong result in the record is not seen", number, call->kernel);
    return;
  }
  uint8_t *expected = malloc(length);
  if (expected == NULL) return check(0, "no memory", number, call->kernel);
  for (size_t bit = 0; bit < 8; bit++) {
    memcpy(expected, written, length);
    expected[(length - 1) * bit / 7] ^= (uint8_t)(1 << bit);
    check(!repeat_call(record, call, expected), "a wrong bit in the record is not seen", number, call->kernel);
  }
  free(expected);
}

void see_faults(const kernel_record *record, void (*check)(int, const char *, size_t, uint64_t)) {
  size_t last[call_kinds] = {0};
  for (size_t i = 0; i < record->header->call_count; i++) {
    if (record->calls[i].kernel < call_kinds) last[record->calls[i].kernel] = i + 1;
  }
  for (uint64_t kernel = 0; kernel < call_kinds; kernel++) {
    if (last[kernel] == 0) continue;
    const size_t number = last[kernel] - 1;
    const record_call *call = &record->calls[number];
    check(repeat_call(record, call, NULL), "other bits than recorded", number, kernel);
    see_wrong_record(record, call, number, check);
    if (kernel == call_byte_width) continue;  // the same code in every tier, and no fault can be set in it
    razao_kernel_fault((int)(kernel == call_sha256_messages ? razao_kernel_sha256 : kernel), 0);
    check(!repeat_call(record, call, NULL), "a wrong bit of the kernel is not seen", number, kernel);
    razao_kernel_fault(-1, 0);
  }
}

static uint64_t greater(uint64_t place, uint64_t other) {
  return other != no_contents && other > place ? other : place;
}

int damage_record(const kernel_record *record) {
  const size_t count = record->header->call_count;
  uint64_t known = 0;  // the last place that a call so far has read or written
  for (size_t i = 0; i < count; i++) {
    const record_call *call = &record->calls[i];
    call_buffer buffers[most_buffers];
    const size_t buffer_count = call_buffers(call->kernel, call->parameters, buffers);
    for (size_t b = 0; b < buffer_count; b++) known = greater(known, call->parameters[buffers[b].parameter]);
    size_t length;
    uint8_t *written = written_contents(record, call, &length);
    if (written == NULL) continue;
    if (i >= count / 2 && call->written > known) {
      written[length / 2] ^= 1;
      return 1;
    }
    known = greater(known, call->written);
  }
  return 0;
}
