#ifndef TERRACE_CCRYPTO_H
#define TERRACE_CCRYPTO_H

// HMAC_* are the calls of OpenSSL 1.1 that 3.0 marks as deprecated and keeps: the replacement allocates at each use.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#endif
