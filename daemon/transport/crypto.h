/* OpenSSL's libcrypto, prepared before it is needed. */
#pragma once

/* What libcrypto has no memory for when it needs it the first time (its random numbers, a provider's algorithms), it
 * may never ask for again: every later connection fails in an instant ("Insufficient randomness", "unsupported"). So
 * all that a connection needs once is made here, at the start, which can be refused. 0 or -ENOMEM. */
int crypto_start(void);
/* Before every connection. The source of random numbers is seeded anew from time to time; where there was no memory for
 * that, libcurl refuses every connection ("Insufficient randomness") until the source has been asked for a number, and
 * asks it for none. */
void crypto_recover(void);
