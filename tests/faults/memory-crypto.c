/* Memory that runs out while libcrypto is used for the first time after the start: it must work the next time, and not
 * remember for ever what it once could not have. */
#include "faults.h"
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "transport/crypto.h"

#define CHILDREN 2000
#define CHILDREN_BRIEF 100

/* What a connection asks of it: random numbers, a certificate read and its signature checked, keys agreed on. */

static bool agree(EVP_PKEY *mine)
{
        EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(mine, NULL);
        unsigned char secret[64];
        size_t size = sizeof(secret);
        bool good = context && EVP_PKEY_derive_init(context) > 0 && EVP_PKEY_derive_set_peer(context, mine) > 0 &&
                    EVP_PKEY_derive(context, secret, &size) > 0;

        EVP_PKEY_CTX_free(context);
        return good;
}

static X509 *certify(EVP_PKEY *key)
{
        X509 *certificate = X509_new();

        if (certificate && X509_set_pubkey(certificate, key) > 0 &&
            X509_gmtime_adj(X509_getm_notBefore(certificate), 0) &&
            X509_gmtime_adj(X509_getm_notAfter(certificate), 9) && X509_sign(certificate, key, EVP_sha256()) > 0)
                return certificate;
        X509_free(certificate);
        return NULL;
}

static bool read_back(X509 *certificate)
{
        BIO *file = BIO_new(BIO_s_mem());
        X509 *copy = file && PEM_write_bio_X509(file, certificate) ? PEM_read_bio_X509(file, NULL, NULL, NULL) : NULL;
        bool good = copy && X509_verify(copy, X509_get0_pubkey(copy)) > 0;

        X509_free(copy);
        BIO_free(file);
        return good;
}

static bool connect_once(void)
{
        unsigned char bytes[32];

        crypto_recover();
        EVP_PKEY *key = RAND_status() == 1 && RAND_bytes(bytes, sizeof(bytes)) > 0 ? EVP_EC_gen("P-256") : NULL;
        X509 *certificate = key && agree(key) ? certify(key) : NULL;
        bool good = certificate && read_back(certificate);

        X509_free(certificate);
        EVP_PKEY_free(key);
        return good;
}

/* In a process of its own: how many allocations it takes. */
static long learn(const struct faults *faults)
{
        long needed = 0;
        int pipes[2];

        if (pipe(pipes) < 0)
                abort();
        if (fork() == 0) {
                memory_fail(0, false);
                bool good = connect_once();

                needed = memory_heal();
                _exit(good && write(pipes[1], &needed, sizeof(needed)) == sizeof(needed) ? 0 : 1);
        }
        close(pipes[1]);
        if (read(pipes[0], &needed, sizeof(needed)) != sizeof(needed))
                faults_fail(faults, "libcrypto does not work at all");
        close(pipes[0]);
        (void)wait(NULL);
        return needed;
}

static void try_one(struct faults *faults, long at)
{
        int status = 0;

        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0) {
                unsigned char byte;

                (void)RAND_bytes(&byte, 1); /* what draws is seeded anew after a fork; the daemon does not fork */
                memory_fail(at, false);
                (void)connect_once();
                (void)memory_heal();
                _exit(connect_once() ? 0 : 1);
        }
        if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
                faults_fail(faults, "allocation %ld of a connection fails, and with it every later one", at);
        faults->counted.memory++;
}

/* The source of random numbers is seeded anew every hour, and may have no memory for it. RAND_status() is what libcurl
 * asks. */
static void seed_anew(struct faults *faults)
{
        long refused = 0, failed = 1;

        for (long at = 1; failed > 0; at++) {
                memory_fail(at, false);
                (void)EVP_RAND_reseed(RAND_get0_primary(NULL), 0, NULL, 0, NULL, 0);
                failed = memory_failed();
                (void)memory_heal();
                refused += RAND_status() != 1;
                if (!connect_once())
                        faults_fail(faults, "allocation %ld of a new seed fails, and with it every connection", at);
                faults->counted.memory += failed;
        }
        if (refused == 0)
                faults_fail(faults, "a source of random numbers without a seed works");
}

void memory_crypto(struct faults *faults)
{
        if (crypto_start() < 0)
                faults_fail(faults, "libcrypto does not start");
        seed_anew(faults);
        long needed = learn(faults), stride = needed / (faults->brief ? CHILDREN_BRIEF : CHILDREN) + 1;
        for (long at = chance_between(&faults->chance, 1, (int)stride); at <= needed; at += stride)
                try_one(faults, at);
}
