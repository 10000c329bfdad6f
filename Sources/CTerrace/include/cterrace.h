#ifndef CTERRACE_H
#define CTERRACE_H

#include <stdint.h>

/// How often the calling thread has asked the allocator for memory since it started.
uint64_t cterrace_allocations(void);

/// The processor's time stamp counter: 10 ns to read where clock_gettime takes 25.
uint64_t cterrace_cycles(void);

/// Binds the calling thread to one processor. Returns 0, or an error number.
int cterrace_pin(int processor);

#endif
