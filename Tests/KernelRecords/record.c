// The record in memory.
//
// Contents are found again by a hash and then compared, so that equal hashes cannot mix two of them up.
#include "KernelRecords.h"
#include "record.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

// ---- The record: address space for the most that it may hold, memory for what it does.

enum { most_calls = 1 << 21, most_contents = 1 << 22 };
static const size_t most_bytes = (size_t)1 << 30;

typedef struct {
  uint64_t hash, place, length;  // length 0: free
} found_content;

static struct {
  record_call *calls;
  uint8_t *bytes;
  found_content *contents;
  size_t call_count, byte_count, content_count;
  _Atomic uint64_t left_out;
} record;

_Thread_local int razao_is_recording;

static void *reserve(size_t bytes) {
  void *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return start == MAP_FAILED ? NULL : start;
}

static void let_go(void) {
  if (record.calls != NULL) munmap(record.calls, most_calls * sizeof(record_call));
  if (record.bytes != NULL) munmap(record.bytes, most_bytes);
  if (record.contents != NULL) munmap(record.contents, most_contents * sizeof(found_content));
  memset(&record, 0, sizeof record);
}

static uint64_t hash_of(const uint8_t *bytes, size_t length) {
  uint64_t hash = length * 0x9e3779b97f4a7c15;
  for (size_t i = 0; i < length; i += 8) {
    uint64_t word = 0;
    memcpy(&word, bytes + i, length - i < 8 ? length - i : 8);
    hash = (hash ^ word) * 0xbf58476d1ce4e5b9;
    hash ^= hash >> 29;
  }
  return hash;
}

// The place of a buffer's contents in the record; sets *full when there is none left.
static uint64_t place_of(const call_buffer *buffer, const uint8_t *start, int *full) {
  const size_t length = buffer->rows * buffer->run;
  if (length == 0) return 0;
  if (*full || length > most_bytes - record.byte_count || record.content_count > most_contents / 4 * 3) {
    *full = 1;
    return 0;
  }
  uint8_t *target = record.bytes + record.byte_count;
  for (size_t row = 0; row < buffer->rows; row++) {
    memcpy(target + row * buffer->run, start + row * buffer->pitch, buffer->run);
  }
  const uint64_t hash = hash_of(target, length);
  size_t i = hash % most_contents;
  for (; record.contents[i].length != 0; i = (i + 1) % most_contents) {
    const found_content *known = &record.contents[i];
    if (known->hash == hash && known->length == length && memcmp(record.bytes + known->place, target, length) == 0) {
      return known->place;
    }
  }
  const uint64_t place = record.byte_count;
  record.contents[i] = (found_content){hash, place, length};
  record.content_count++;
  record.byte_count += (length + content_alignment - 1) / content_alignment * content_alignment;
  return place;
}

// ---- One call.

static uint8_t *address(uint64_t parameter) { return (uint8_t *)(uintptr_t)parameter; }

// Whether the call writes where it also reads: it would have to be repeated in the same way.
static int writes_its_input(const open_call *open, const uint64_t *parameters) {
  if (open->target == NULL) return 0;
  const uint8_t *start = open->target_start, *end = start + buffer_extent(open->target);
  for (size_t i = 0; i < open->buffer_count; i++) {
    const call_buffer *b = &open->buffers[i];
    const uint8_t *other = address(parameters[b->parameter]);
    if (b != open->target && other != NULL && other < end && start < other + buffer_extent(b)) return 1;
  }
  return 0;
}

void razao_begin_call(open_call *open, int kernel, const uint64_t *parameters) {
  memset(open, 0, sizeof *open);
  if (!razao_is_recording || record.call_count == most_calls) {
    open->left_out = 1;
    return;
  }
  open->call.kernel = (uint64_t)kernel;
  memcpy(open->call.parameters, parameters, sizeof open->call.parameters);
  open->buffer_count = call_buffers(open->call.kernel, parameters, open->buffers);
  for (size_t i = 0; i < open->buffer_count; i++) {
    const call_buffer *b = &open->buffers[i];
    uint8_t *start = address(parameters[b->parameter]);
    if (b->role != buffer_read) {
      open->target = b;
      open->target_start = start;
    }
    const int known = b->role != buffer_written && start != NULL;
    open->call.parameters[b->parameter] = known ? place_of(b, start, &open->left_out) : no_contents;
  }
  open->left_out = open->left_out || writes_its_input(open, parameters);
}

void razao_end_call(open_call *open, int64_t result) {
  if (open->target != NULL) open->call.written = place_of(open->target, open->target_start, &open->left_out);
  open->call.result = (uint64_t)result;
  if (open->left_out) {
    record.left_out++;
  } else {
    record.calls[record.call_count++] = open->call;
  }
}

// ---- From the first call to the file.

int razao_record_begin(void) {
  let_go();
  record.calls = reserve(most_calls * sizeof(record_call));
  record.bytes = reserve(most_bytes);
  record.contents = reserve(most_contents * sizeof(found_content));
  if (record.calls == NULL || record.bytes == NULL || record.contents == NULL) {
    let_go();
    return 0;
  }
  razao_is_recording = 1;
  razao_choice.table = &razao_recorded_kernels;
  razao_choice.tier = razao_tier_portable;
  return 1;
}

static int write_record(FILE *file, const record_header *header) {
  return fwrite(header, sizeof *header, 1, file) == 1 &&
         fwrite(record.calls, sizeof(record_call), record.call_count, file) == record.call_count &&
         fwrite(record.bytes, 1, record.byte_count, file) == record.byte_count;
}

int razao_record_end(const char *path, razao_record_size *size) {
  razao_choice.table = NULL;
  razao_is_recording = 0;
  record_header header = {.call_count = record.call_count, .content_bytes = record.byte_count,
                          .left_out = record.left_out};
  memcpy(header.mark, record_mark, sizeof header.mark);
  *size = (razao_record_size){record.call_count, record.byte_count + record.call_count * sizeof(record_call),
                              record.left_out};
  FILE *file = fopen(path, "wb");
  int written = file != NULL && write_record(file, &header);
  if (file != NULL && fclose(file) != 0) written = 0;
  const int error = errno;
  let_go();
  errno = error;
  return written;
}
