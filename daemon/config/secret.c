/* Secrets: where they lie, whether that is safe, and their bytes. */
#include "config/secret.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "config/file.h"
#include "core/block.h"

#define WEBHOOK_PREFIX "whsec_"
#define WEBHOOK_SECRET_MIN 24 /* bytes; Standard Webhooks, "Signature scheme" */

static void secret_clear(struct secret *secret)
{
        free(secret->credential);
        free(secret->file);
}

void secret_free(void *secret, size_t size)
{
        if (secret)
                OPENSSL_cleanse(secret, size);
        free(secret);
}

/* A credential is one file name: systemd.exec(5), LoadCredential=. */
static bool is_credential_name(const char *name)
{
        return !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* Where systemd looks for what LoadCredential= and LoadCredentialEncrypted= name: systemd.exec(5). */
static bool is_kept_by_systemd(const char *name)
{
        static const char *const folders[] = {"/etc/credstore.encrypted", "/etc/credstore", "/run/credstore.encrypted",
                                              "/run/credstore"};
        char path[PATH_MAX];

        for (size_t i = 0; i < ELEMENTS(folders); i++)
                if (snprintf(path, sizeof(path), "%s/%s", folders[i], name) < (int)sizeof(path) &&
                    access(path, F_OK) == 0)
                        return true;
        return false;
}

static int keep_credential(const struct section *section, const config_setting_t *value, const char *kind, char **ret)
{
        char buffer[EXCERPT_SIZE];
        const char *name;

        if (!value_text(section, value, &name))
                return 0;
        if (!is_credential_name(name)) {
                setting_error(section, value,
                              "%s_credential \"%s\" is not the name of a credential; for a path use %s_file", kind,
                              excerpt(name, buffer), kind);
                return 0;
        }
        *ret = strdup(name);
        return *ret ? 0 : -ENOMEM;
}

static int keep_file(const struct loader *loader, const struct section *section, const config_setting_t *value,
                     char **ret)
{
        const char *path;

        if (!value_text(section, value, &path))
                return 0;
        *ret = loader_absolute(loader, path);
        return *ret ? 0 : -ENOMEM;
}

int secret_locate(const struct loader *loader, const struct section *section, const char *kind,
                  const config_setting_t **ret_at, struct secret *ret)
{
        const config_setting_t *credential, *file;
        char key[64];

        (void)snprintf(key, sizeof(key), "%s_credential", kind);
        credential = setting_get(section, key);
        (void)snprintf(key, sizeof(key), "%s_file", kind);
        file = setting_get(section, key);
        *ret_at = credential ? credential : file;
        if (credential && file)
                setting_error(section, file, "%s_credential and %s_file are both given; keep one", kind, kind);
        else if (credential)
                return keep_credential(section, credential, kind, &ret->credential);
        else if (file)
                return keep_file(loader, section, file, &ret->file);
        return 0;
}

/* The path of a credential; *ret stays NULL where there is none, which is reported. */
static int credential_path(const struct loader *loader, const struct section *section, const config_setting_t *at,
                           const char *kind, const char *name, char **ret)
{
        const char *directory = getenv("CREDENTIALS_DIRECTORY"), *block = getenv(BLOCK_VARIABLE);
        char buffer[EXCERPT_SIZE];

        excerpt(name, buffer);
        if (!directory && is_kept_by_systemd(name)) {
                setting_warning(
                        section, at,
                        "the credential \"%s\" is there, but only the service is given it: it was not looked at",
                        buffer);
                loader->config->sealed = true;
                return 0;
        }
        if (!directory) {
                setting_error(section, at,
                              "missing credential \"%s\": $CREDENTIALS_DIRECTORY is not set; run this in the service, "
                              "with LoadCredential=%s:FILE in its unit, or use %s_file",
                              buffer, buffer, kind);
                return 0;
        }
        /* One that is the block's own goes before that of all blocks of the machine. */
        if (block && *block && asprintf(ret, "%s/%s.%s", directory, block, name) < 0)
                return -ENOMEM;
        if (*ret && access(*ret, F_OK) == 0)
                return 0;
        free(*ret);
        *ret = NULL;
        return asprintf(ret, "%s/%s", directory, name) < 0 ? -ENOMEM : 0;
}

/* systemd has taken care of the mode of a credential; a file of ours must be closed to all others. */
static bool is_private(const struct section *section, const config_setting_t *at, const struct stat *st)
{
        if (st->st_mode & 0177) {
                setting_error(section, at, "%s has mode %04o; it must be 0600 or stricter: chmod 0600",
                              setting_name(at), (unsigned)(st->st_mode & 07777));
                return false;
        }
        if (st->st_uid != 0 && st->st_uid != geteuid()) {
                setting_error(section, at, "%s belongs to neither root nor the user that reads it", setting_name(at));
                return false;
        }
        return true;
}

int secret_read(const struct loader *loader, const struct section *section, const char *kind, char **ret,
                size_t *ret_size)
{
        const config_setting_t *at;
        struct secret CLEANUP(secret_clear) secret = {.file = NULL};
        CLEANUP_FREE char *path = NULL;
        struct stat st;
        char *bytes;
        size_t size, read_size;
        int r = secret_locate(loader, section, kind, &at, &secret);

        if (r == 0 && at && loader->secrets == SECRETS_LEFT) {
                loader->config->sealed = true;
                return 0;
        }
        if (r == 0 && secret.credential)
                r = credential_path(loader, section, at, kind, secret.credential, &path);
        else if (r == 0 && secret.file) {
                path = strdup(secret.file);
                r = path ? 0 : -ENOMEM;
        }
        if (r < 0 || !path)
                return r;
        r = file_read(path, SECRET_MAX, &st, &bytes, &read_size);
        if (r == -ENOMEM)
                return r;
        if (r == -ENOENT && secret.credential) {
                setting_error(
                        section, at,
                        "missing credential \"%s\": the service was not given it; add LoadCredential= to its unit",
                        setting_string(at));
                return 0;
        }
        if (r < 0) {
                setting_error(section, at, "%s: %s %s", setting_name(at), path, file_error(r));
                return 0;
        }
        size = read_size;
        while (size > 0 && (bytes[size - 1] == '\n' || bytes[size - 1] == '\r'))
                bytes[--size] = '\0';
        if (size == 0)
                setting_error(section, at, "%s: %s is empty", setting_name(at), path);
        if (size == 0 || (secret.file && !is_private(section, at, &st))) {
                secret_free(bytes, read_size);
                return 0;
        }
        *ret = bytes;
        *ret_size = size;
        return 0;
}

int secret_decode(const struct section *section, const config_setting_t *at, const char *secret, size_t size,
                  unsigned char **ret, size_t *ret_size)
{
        static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        size_t prefix = strlen(WEBHOOK_PREFIX), length = size - prefix, data;
        const char *text = secret + prefix;
        unsigned char *bytes;
        int n;

        if (size < prefix || memcmp(secret, WEBHOOK_PREFIX, prefix) != 0) {
                bytes = malloc(size);
                if (!bytes)
                        return -ENOMEM;
                memcpy(bytes, secret, size);
                *ret = bytes;
                *ret_size = size;
                return 0;
        }
        data = strspn(text, alphabet);
        /* EVP_DecodeBlock() passes over blanks and reads the padding as zeros: the form is checked here. */
        if (length == 0 || length % 4 != 0 || length - data > 2 || strspn(text + data, "=") != length - data) {
                setting_error(section, at, "%s: what follows %s is not base64", setting_name(at), WEBHOOK_PREFIX);
                return 0;
        }
        bytes = malloc(length);
        if (!bytes)
                return -ENOMEM;
        n = EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)length);
        if (n < 0) {
                free(bytes);
                setting_error(section, at, "%s: what follows %s is not base64", setting_name(at), WEBHOOK_PREFIX);
                return 0;
        }
        *ret = bytes;
        *ret_size = (size_t)n - (length - data);
        if (*ret_size < WEBHOOK_SECRET_MIN)
                setting_warning(section, at, "%s: a secret of fewer than %d bytes is weak", setting_name(at),
                                WEBHOOK_SECRET_MIN);
        return 0;
}
