#define _GNU_SOURCE
#include "cterrace.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <ucontext.h>
#include <unistd.h>

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

int cterrace_is_in_memory(const char *path) {
    struct statfs status;
    if (statfs(path, &status) != 0) return 0;
    return status.f_type == 0x01021994 || status.f_type == (long)0x858458f6;  // tmpfs, ramfs
}

#if defined(__x86_64__)
#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_OFF 0
#define PR_SYS_DISPATCH_ON 1
#endif

static __thread volatile char watching;
static __thread volatile uint64_t watched;

// Carries out the call that was caught, counts it, and lets the thread make others until it is watched again.
static void caught(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)info;
    watching = 0;
    watched++;
    int before = errno;
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    long result = syscall(registers[REG_RAX], registers[REG_RDI], registers[REG_RSI], registers[REG_RDX],
                          registers[REG_R10], registers[REG_R8], registers[REG_R9]);
    registers[REG_RAX] = result == -1 ? -errno : result;
    errno = before;
}

int cterrace_watch_begin(void) {
    struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGSYS, &action, NULL) != 0) return errno;
    watching = 0;
    watched = 0;
    if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0L, 0L, &watching) != 0) return errno;
    return 0;
}

void cterrace_watch(int on) { watching = on != 0; }

uint64_t cterrace_watch_end(void) {
    watching = 0;
    (void)prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 0L, 0L, 0L);
    return watched;
}
#else
int cterrace_watch_begin(void) { return ENOSYS; }
void cterrace_watch(int on) { (void)on; }
uint64_t cterrace_watch_end(void) { return 0; }
#endif
