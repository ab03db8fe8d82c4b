// A record in memory, and the repetition of its calls.
#ifndef RAZAO_REPLAY_H
#define RAZAO_REPLAY_H

#include "../calls.h"

typedef struct {
  const record_header *header;
  const record_call *calls;
  uint8_t *contents;
} kernel_record;

// Repeats a call with the kernels that this thread uses; 1 when it leaves every bit as in `expected`, NULL for what the
// record says, and nothing else is changed.
int repeat_call(const kernel_record *record, const record_call *call, const uint8_t *expected);

// What a call wrote; NULL for a call that only returns something, or that wrote nothing.
uint8_t *written_contents(const kernel_record *record, const record_call *call, size_t *length);

// Shows that wrong bits are seen: the last call of each kernel, first as it is, then with one bit wrong in what was
// recorded, then with one bit wrong in what the kernel gives. Calls `check` for each.
void see_faults(const kernel_record *record,
                void (*check)(int holds, const char *otherwise, size_t call, uint64_t kernel));

// Changes one bit of what a call in the middle wrote and no call before had written or read; 0 when there is none.
int damage_record(const kernel_record *record);

#endif
