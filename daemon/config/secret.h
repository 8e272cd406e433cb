/* Secrets: where they lie, whether that is safe, and their bytes. */
#pragma once

#include "config/loader.h"

#define SECRET_MAX 4096 /* bytes; no password or key has as many */

/* Reads the secret that KIND_credential or KIND_file of a section names; a trailing line end is no part of it. Neither
 * given: *ret stays NULL. What is wrong is reported, never with a byte of the secret. The result is allocated, has a
 * NUL after its bytes, and is released with secret_free(). 0 or -ENOMEM. */
int secret_read(const struct loader *loader, const struct section *section, const char *kind, char **ret,
                size_t *ret_size);
/* Where KIND_credential (its name) or KIND_file (its path, absolute) of a section says that a secret lies, without
 * looking there: it may be another program's. Both NULL: not given, or wrong and reported. 0 or -ENOMEM. */
int secret_locate(const struct loader *loader, const struct section *section, const char *kind,
                  const config_setting_t **ret_at, struct secret *ret);
/* Decodes "whsec_" + base64 (Standard Webhooks); other bytes stay as they are. As above. */
int secret_decode(const struct section *section, const config_setting_t *at, const char *secret, size_t size,
                  unsigned char **ret, size_t *ret_size);
/* Overwrites and frees. */
void secret_free(void *secret, size_t size);
