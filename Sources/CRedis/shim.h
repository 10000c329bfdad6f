#ifndef TERRACE_CREDIS_H
#define TERRACE_CREDIS_H

// hiredis, for tests alone: its reader of replies is what ours is held against.
#include <sys/time.h>
#include <stdlib.h>
#include <hiredis/hiredis.h>

#endif
