// Repeats the calls of a record with the kernels of this processor, emulated or not:
//
//   replay RECORD TIER [dotprod | plain]   every call; prints "N passed, M failed"
//   replay RECORD faults                   one-bit faults, in the record and in the kernels, which must all be seen
//   replay RECORD damage                   changes one bit of the file
//   replay RECORD kernels                  how often each kernel is called
#include "replay.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>

static size_t passed, failed;

static void check(int holds, const char *otherwise, size_t call, uint64_t kernel) {
  if (holds) {
    passed++;
  } else if (failed++ < 20) {
    printf("%s: call %zu, kernel %d\n", otherwise, call, (int)kernel);
  }
}

static int open_record(const char *path, int is_written, kernel_record *record) {
  const int file = open(path, is_written ? O_RDWR : O_RDONLY);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0 || (size_t)status.st_size < sizeof(record_header)) return 0;
  // Nothing that a kernel only reads can be written.
  const size_t size = (size_t)status.st_size;
  uint8_t *start = mmap(NULL, size, is_written ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, file, 0);
  if (start == MAP_FAILED) return 0;
  record->header = (const record_header *)start;
  record->calls = (const record_call *)(start + sizeof(record_header));
  const size_t rest = size - sizeof(record_header), count = record->header->call_count;
  if (memcmp(record->header->mark, record_mark, sizeof record_mark) != 0) return 0;
  if (count > rest / sizeof(record_call)) return 0;
  record->contents = start + sizeof(record_header) + count * sizeof(record_call);
  return record->header->content_bytes == rest - count * sizeof(record_call);
}

static void repeat_all(const kernel_record *record) {
  for (size_t i = 0; i < record->header->call_count; i++) {
    check(repeat_call(record, &record->calls[i], NULL), "other bits than recorded", i, record->calls[i].kernel);
  }
}

static void count_kernels(const kernel_record *record) {
  static const char *const names[call_kinds] = {
      "panel_i8_i32", "panel_i8_i64", "panel_i16_i64", "panel_i4_i8_i32", "panel_i4_i8_i64", "panel_i4_i16_i64",
      "sum_i8", "finish_i32", "finish_i64", "dots_i8", "dots_i16", "scores", "exponentials", "weighted_sum_i8",
      "divide", "reach", "quantize_i8", "quantize_i16", "hadamard", "reduce", "scale_i8", "scale_i16", "add",
      "activate", "rotate", "pack_bytes", "sha256_blocks", "sha256_messages", "byte_width"};
  size_t counts[call_kinds] = {0};
  for (size_t i = 0; i < record->header->call_count; i++) {
    if (record->calls[i].kernel < call_kinds) counts[record->calls[i].kernel]++;
  }
  for (int kind = 0; kind < call_kinds; kind++) printf("%s %zu\n", names[kind], counts[kind]);
}

static int select_tier(const char *name) {
  static const char *const names[razao_tier_count] = {"portable", "avx2", "avx512", "neon"};
  for (int tier = 0; tier < razao_tier_count; tier++) {
    if (strcmp(name, names[tier]) == 0) return razao_tier_select(tier);
  }
  return 0;
}

// What the table of NEON kernels is chosen by.
static int has_dotprod(void) { return (getauxval(AT_HWCAP) & 1ul << 20) != 0; }

int main(int count, char **arguments) {
  if (count < 3) return 64;
  const char *what = arguments[2];
  const int damages = strcmp(what, "damage") == 0;
  kernel_record record;
  if (!open_record(arguments[1], damages, &record)) {
    printf("%s: no record\n", arguments[1]);
    return 1;
  }
  if (damages) return !damage_record(&record);
  if (strcmp(what, "kernels") == 0) {
    count_kernels(&record);
    return 0;
  }
  check(record.header->left_out == 0, "calls are left out", (size_t)record.header->left_out, 0);
  if (strcmp(what, "faults") == 0) {
    see_faults(&record, check);
  } else if (!select_tier(what)) {
    check(0, "this processor lacks the kernels", 0, 0);
  } else if (count > 3 && has_dotprod() != (strcmp(arguments[3], "dotprod") == 0)) {
    check(0, "byte dot products are not as expected", 0, 0);
  } else {
    passed = 0;
    repeat_all(&record);
  }
  printf("%zu passed, %zu failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
