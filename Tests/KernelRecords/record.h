// One call on its way into the record.
#ifndef RAZAO_RECORD_H
#define RAZAO_RECORD_H

#include "../../Sources/CKernels/kernels.h"
#include "calls.h"

typedef struct {
  record_call call;
  call_buffer buffers[most_buffers];
  size_t buffer_count;
  const call_buffer *target;  // the buffer that it writes
  uint8_t *target_start;
  int left_out;
} open_call;

// Before a kernel runs, and after it; `parameters` has most_parameters values.
void razao_begin_call(open_call *open, int kernel, const uint64_t *parameters);
void razao_end_call(open_call *open, int64_t result);

// Whether this thread's calls are written down.
extern _Thread_local int razao_is_recording;

extern const razao_table razao_recorded_kernels;

#endif
