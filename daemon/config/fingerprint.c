/* Fingerprints: SHA-256 over what a configuration says, to know what has not changed. */
#include "config/fingerprint.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int fingerprint_new(const EVP_MD_CTX *from, EVP_MD_CTX **ret)
{
        CLEANUP(digest_free_p) EVP_MD_CTX *digest = EVP_MD_CTX_new();

        if (!digest || !(from ? EVP_MD_CTX_copy_ex(digest, from) : EVP_DigestInit_ex(digest, EVP_sha256(), NULL)))
                return -ENOMEM;
        *ret = TAKE_PTR(digest);
        return 0;
}

int fingerprint_add(EVP_MD_CTX *digest, const void *bytes, size_t size)
{
        uint64_t length = size;

        if (!EVP_DigestUpdate(digest, &length, sizeof(length)) || !EVP_DigestUpdate(digest, bytes, size))
                return -ENOMEM;
        return 0;
}

static int add_text(EVP_MD_CTX *digest, const char *text)
{
        return fingerprint_add(digest, text ? text : "", text ? strlen(text) : 0);
}

static int add_value(EVP_MD_CTX *digest, const config_setting_t *setting, int type)
{
        if (type == CONFIG_TYPE_STRING)
                return add_text(digest, config_setting_get_string(setting));
        if (type == CONFIG_TYPE_FLOAT) {
                double value = config_setting_get_float(setting);

                return fingerprint_add(digest, &value, sizeof(value));
        }
        long long value =
                type == CONFIG_TYPE_BOOL ? config_setting_get_bool(setting) : config_setting_get_int64(setting);

        return fingerprint_add(digest, &value, sizeof(value));
}

int fingerprint_add_setting(EVP_MD_CTX *digest, const config_setting_t *setting, const char *but)
{
        int type = config_setting_type(setting), n = config_setting_length(setting);
        int r = add_text(digest, config_setting_name(setting));

        if (r == 0)
                r = fingerprint_add(digest, &type, sizeof(type));
        if (r < 0 || !config_setting_is_aggregate(setting))
                return r < 0 ? r : add_value(digest, setting, type);
        r = fingerprint_add(digest, &n, sizeof(n));
        for (int i = 0; r == 0 && i < n; i++) {
                const config_setting_t *part = config_setting_get_elem(setting, (unsigned)i);
                const char *name = config_setting_name(part);

                if (!but || !name || strcmp(name, but) != 0)
                        r = fingerprint_add_setting(digest, part, NULL);
        }
        return r;
}

int fingerprint_finish(EVP_MD_CTX *digest, char ret[static FINGERPRINT_SIZE])
{
        unsigned char bytes[EVP_MAX_MD_SIZE];
        unsigned n;

        if (!EVP_DigestFinal_ex(digest, bytes, &n))
                return -ENOMEM;
        for (unsigned i = 0; i < n; i++)
                (void)snprintf(ret + (size_t)i * 2, 3, "%02x", bytes[i]);
        return 0;
}
