#define _GNU_SOURCE
#include "cterrace.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#if defined(__x86_64__)
#include <x86intrin.h>
#else
#include <time.h>
#endif

static __thread uint64_t allocations;

uint64_t cterrace_allocations(void) { return allocations; }

#if defined(__GLIBC__)
// The allocator's entry points, counted and passed on. glibc exports the originals under these names for this use.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) {
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    allocations++;
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    allocations++;
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
    allocations++;
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    allocations++;
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
    allocations++;
    void *result = __libc_memalign(alignment, size);
    if (result == NULL) return ENOMEM;
    *memory = result;
    return 0;
}
#endif

uint64_t cterrace_cycles(void) {
#if defined(__x86_64__)
    return __rdtsc();
#else
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
#endif
}

int cterrace_pin(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

int cterrace_poll(struct pollfd *polled, uint32_t count, uint64_t nanoseconds) {
    struct timespec timeout = {.tv_sec = 0, .tv_nsec = (long)nanoseconds};
    return ppoll(polled, count, &timeout, NULL);
}

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25  // Linux 6.1; older systems refuse it, and collapse the pages in their own time.
#endif

uint64_t cterrace_use_large_pages(void) {
    FILE *maps = fopen("/proc/self/maps", "re");
    if (maps == NULL) return 0;
    const uintptr_t large = (uintptr_t)2 << 20;
    uint64_t total = 0;
    char line[512];
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long long from, to, offset, inode;
        char access[5], device[16];
        if (sscanf(line, "%llx-%llx %4s %llx %15s %llu", &from, &to, access, &offset, device, &inode) != 6) continue;
        // Private, writable and of no file: the heap and what the allocator mapped beside it.
        if (inode != 0 || access[1] != 'w' || access[3] != 'p') continue;
        uintptr_t first = ((uintptr_t)from + large - 1) & ~(large - 1);
        uintptr_t last = (uintptr_t)to & ~(large - 1);
        if (last <= first) continue;
        void *start = (void *)first;
        if (madvise(start, last - first, MADV_HUGEPAGE) != 0) continue;
        (void)madvise(start, last - first, MADV_COLLAPSE);
        total += last - first;
    }
    fclose(maps);
    return total;
}
