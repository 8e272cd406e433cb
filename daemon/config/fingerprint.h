/* Fingerprints: SHA-256 over what a configuration says, to know what has not changed. */
#pragma once

#include <stddef.h>

#include <libconfig.h>
#include <openssl/evp.h>

#include "base/cleanup.h"
#include "core/plan.h"

DEFINE_CLEANUP(EVP_MD_CTX *, EVP_MD_CTX_free, digest_free)

/* 0 or -ENOMEM, all of them. */

/* A digest that begins with what another one has so far (NULL: with nothing). The caller frees it. */
int fingerprint_new(const EVP_MD_CTX *from, EVP_MD_CTX **ret);
/* The size goes before the bytes, so that no two lists of texts have one fingerprint. */
int fingerprint_add(EVP_MD_CTX *digest, const void *bytes, size_t size);
/* A setting with all below it, but for the member of that name (NULL: none): as values, however they were laid out. */
int fingerprint_add_setting(EVP_MD_CTX *digest, const config_setting_t *setting, const char *but);
/* Ends the digest. */
int fingerprint_finish(EVP_MD_CTX *digest, char ret[static FINGERPRINT_SIZE]);
