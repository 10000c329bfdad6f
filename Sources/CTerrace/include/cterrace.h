#ifndef CTERRACE_H
#define CTERRACE_H

#include <poll.h>
#include <stdint.h>

/// How often the calling thread has asked the allocator for memory since it started.
uint64_t cterrace_allocations(void);

/// The processor's time stamp counter: 10 ns to read where clock_gettime takes 25.
uint64_t cterrace_cycles(void);

/// Binds the calling thread to one processor. Returns 0, or an error number.
int cterrace_pin(int processor);

/// poll(2) with a time-out in nanoseconds, which must be below a second: how many are ready, or -1.
int cterrace_poll(struct pollfd *polled, uint32_t count, uint64_t nanoseconds);

/// Asks the system to keep the process's private memory that is in use now in large pages, which spares a shard of hundreds of
/// books most misses of the address cache. Returns how many bytes were asked for; zero where the system has no such pages. For
/// the moment after registration; costs about a millisecond for each 10 MB.
uint64_t cterrace_use_large_pages(void);

/// Whether what is at `path` is kept in memory alone, so that bringing it to the disk takes no time.
int cterrace_is_in_memory(const char *path);

/// Prepares the calling thread to be watched for system calls, by a trap that the system springs at each. Returns 0, or an error
/// number where this system has no such thing (Linux before 5.11, processors other than x86-64). Takes the signal SIGSYS.
int cterrace_watch_begin(void);

/// Watches the calling thread from here on, or no more. The first system call while it is watched is carried out, counted, and ends
/// the watch until the next time.
void cterrace_watch(int on);

/// Ends it: how often a system call was made while the thread was watched.
uint64_t cterrace_watch_end(void);

#endif
