/* OpenSSL's libcrypto, prepared before it is needed. */
#include "transport/crypto.h"

#include <errno.h>
#include <stdbool.h>

#include <openssl/decoder.h>
#include <openssl/encoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <openssl/store.h>

/* Any algorithm of a sort will do: with the first one libcrypto takes in all that the provider has of it. A type takes
 * no parentheses. */
#define FETCH(type, name) \
        static bool fetch_##type(void) \
        { \
                type *one = type##_fetch(NULL, name, NULL); /* NOLINT(bugprone-macro-parentheses) */ \
                bool got = one; \
                type##_free(one); \
                return got; \
        }

FETCH(EVP_MD, "SHA256")
FETCH(EVP_CIPHER, "AES-256-GCM")
FETCH(EVP_MAC, "HMAC")
FETCH(EVP_KDF, "HKDF")
FETCH(EVP_KEYMGMT, "RSA")
FETCH(EVP_SIGNATURE, "RSA")
FETCH(EVP_KEYEXCH, "ECDH")
FETCH(EVP_ASYM_CIPHER, "RSA")
FETCH(EVP_KEM, "RSA")
FETCH(OSSL_ENCODER, "RSA")
FETCH(OSSL_DECODER, "RSA")
FETCH(OSSL_STORE_LOADER, "file")

static bool draw(void)
{
        unsigned char byte;

        return RAND_status() == 1 && RAND_bytes(&byte, 1) == 1 && RAND_priv_bytes(&byte, 1) == 1;
}

/* From 3.2 on libcrypto keeps the decoder of each sort of public key once it is made, even one that lacks parts for
 * want of memory: no certificate with such a key could be read until the program ends. */
static bool make_decoder(const char *sort)
{
        EVP_PKEY *key = NULL;
        OSSL_DECODER_CTX *decoder = OSSL_DECODER_CTX_new_for_pkey(&key, "DER", "SubjectPublicKeyInfo", sort,
                                                                  EVP_PKEY_PUBLIC_KEY, NULL, NULL);
        bool made = decoder && OSSL_DECODER_CTX_get_num_decoders(decoder) > 0;

        OSSL_DECODER_CTX_free(decoder);
        return made;
}

static bool make_decoders(void)
{
        return make_decoder("rsaEncryption") && make_decoder("id-ecPublicKey");
}

int crypto_start(void)
{
        bool whole = draw() && fetch_EVP_MD() && fetch_EVP_CIPHER() && fetch_EVP_MAC() && fetch_EVP_KDF() &&
                     fetch_EVP_KEYMGMT() && fetch_EVP_SIGNATURE() && fetch_EVP_KEYEXCH() && fetch_EVP_ASYM_CIPHER() &&
                     fetch_EVP_KEM() && fetch_OSSL_ENCODER() && fetch_OSSL_DECODER() && fetch_OSSL_STORE_LOADER() &&
                     make_decoders();

        ERR_clear_error();
        return whole ? 0 : -ENOMEM;
}

void crypto_recover(void)
{
        EVP_RAND_CTX *source = RAND_status() == 1 ? NULL : RAND_get0_primary(NULL);
        unsigned char byte;

        if (source)
                (void)EVP_RAND_generate(source, &byte, 1, 0, 0, NULL, 0);
        ERR_clear_error();
}
