#ifndef TERRACE_CREDIS_H
#define TERRACE_CREDIS_H

// hiredis for the protocol alone: commands are written and replies read by it, the sockets are ours.
#include <sys/time.h>
#include <stdlib.h>
#include <hiredis/hiredis.h>

#endif
