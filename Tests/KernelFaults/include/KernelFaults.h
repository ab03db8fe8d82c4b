// One-bit faults in kernels, for tests alone.
#ifndef RAZAO_KERNEL_FAULTS_H
#define RAZAO_KERNEL_FAULTS_H

// From now on, on this thread and in what it runs in parallel, the first result of every call of a kernel has one bit
// wrong. The bit must lie within the result's type; kernel -1 ends it.
void razao_inject_fault(int kernel, int bit);

#endif
