/* What the machine can do at most: the figures that measurements are held against. */
#ifndef RAZAO_BENCH_LIMITS_H
#define RAZAO_BENCH_LIMITS_H

#include <stddef.h>
#include <stdint.h>

/* Reads `size` bytes (a multiple of 512) once with the widest loads of this machine; returns their sum, so that no
   load can be left out. */
uint64_t razao_bench_read(const void *bytes, size_t size);

/* Runs `rounds` of independent 8-bit dot products in registers, the widest that this machine has.
   Returns how many multiplications and additions were made (two a product); 0 on a machine without such an
   instruction. `*sink` takes the result, so that no product can be left out. */
uint64_t razao_bench_products(uint64_t rounds, uint64_t *sink);

/* Asks for large pages behind a range of memory; no harm where there are none. */
void razao_bench_large_pages(void *start, size_t size);

#endif
