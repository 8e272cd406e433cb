/* OpenSSL's libcrypto, prepared before it is needed. */
#pragma once

/* What libcrypto has no memory for when it needs it the first time (its random numbers, a provider's algorithms), it
 * may never ask for again: every later connection fails in an instant ("Insufficient randomness", "unsupported"). So
 * all that a connection needs once is made here, at the start, which can be refused. 0 or -ENOMEM. */
int crypto_start(void);
