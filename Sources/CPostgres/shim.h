#ifndef TERRACE_CPOSTGRES_H
#define TERRACE_CPOSTGRES_H

#include <libpq-fe.h>

#endif
