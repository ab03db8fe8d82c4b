#include "KernelFaults.h"

void razao_kernel_fault(int kernel, int bit);

void razao_inject_fault(int kernel, int bit) { razao_kernel_fault(kernel, bit); }
