// A computation's kernel calls written to a file, so that another processor can repeat them one by one.
#ifndef RAZAO_KERNEL_RECORDS_H
#define RAZAO_KERNEL_RECORDS_H

#include <stdint.h>

// What a record holds.
typedef struct {
  uint64_t calls;
  uint64_t bytes;
  // Calls that are not in the record: it was full, another thread made them, or a kernel wrote over its own input.
  uint64_t left_out;
} razao_record_size;

// From now on this thread's kernels are the portable ones, and every call of them is written down. One record at a
// time. Returns 0 when there is no memory for it.
int razao_record_begin(void);
// Ends the record and writes it to `path`; returns 0 and sets errno when that fails.
int razao_record_end(const char *path, razao_record_size *size);

#endif
