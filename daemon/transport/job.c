/* A transfer as those who run it see it: its options, and the verdict on how it ended. */
#include "transport/job.h"

#include <errno.h>
#include <string.h>

#include "transport/words.h"

int copy_text(const char *text, char **ret)
{
        char *copy = text ? strdup(text) : NULL;

        if (text && !copy)
                return -ENOMEM;
        *ret = copy;
        return 0;
}

void free_secret(char *secret)
{
        if (secret)
                explicit_bzero(secret, strlen(secret));
        free(secret);
}

int transfer_init(struct transfer *transfer, const struct transfer_kind *kind, char *peer, const char *ca_file,
                  long timeout, long connections)
{
        /* OpenSSL's own variable; libcurl passes its built-in path instead and would not look. */
        if (!ca_file)
                ca_file = getenv("SSL_CERT_FILE");
        transfer->kind = kind;
        transfer->peer = peer;
        transfer->timeout = timeout > 0 ? timeout : TRANSFER_TIMEOUT;
        transfer->connections = connections < 1                          ? 1
                                : connections > TRANSFER_CONNECTIONS_MAX ? TRANSFER_CONNECTIONS_MAX
                                                                         : (unsigned)connections;
        return copy_text(ca_file && *ca_file ? ca_file : NULL, &transfer->ca_file);
}

void transfer_clear(struct transfer *transfer)
{
        free_secret(TAKE_PTR(transfer->peer));
        free(TAKE_PTR(transfer->ca_file));
}

#define SET(option, value) (code = code ? code : curl_easy_setopt(easy, option, value))

CURLcode transfer_secure(CURL *easy, const char *ca_file)
{
        CURLcode code = CURLE_OK;

        SET(CURLOPT_NOSIGNAL, 1L);
        /* A timeout while the resolver hangs: leave its thread to end by itself instead of waiting for it here. */
        SET(CURLOPT_QUICK_EXIT, 1L);
        /* The environment must not lead messages elsewhere. */
        SET(CURLOPT_PROXY, "");
        SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
        SET(CURLOPT_SSL_VERIFYPEER, 1L);
        SET(CURLOPT_SSL_VERIFYHOST, 2L);
        SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
        if (ca_file)
                SET(CURLOPT_CAINFO, ca_file);
        return code;
}

CURLcode transfer_prepare(struct transfer *transfer, CURL *easy)
{
        CURLcode code = CURLE_OK;

        transfer->result.unwritten = transfer->kind->write(transfer);
        if (transfer->result.unwritten < 0)
                return CURLE_ABORTED_BY_CALLBACK;
        code = transfer_secure(easy, transfer->ca_file);
        SET(CURLOPT_ERRORBUFFER, transfer->error);
        SET(CURLOPT_TIMEOUT, transfer->timeout);
        SET(CURLOPT_SERVER_RESPONSE_TIMEOUT, transfer->timeout);
        SET(CURLOPT_CONNECTTIMEOUT,
            transfer->timeout < TRANSFER_CONNECT_MAX ? transfer->timeout : TRANSFER_CONNECT_MAX);
        SET(CURLOPT_FOLLOWLOCATION, 0L);
        return code ? code : transfer->kind->prepare(transfer, easy);
}

#undef SET

void transfer_judge_unwritten(struct transfer *transfer, int r)
{
        const char *why = strerrordesc_np(-r);

        transfer->result.outcome = r == -ECANCELED ? TRANSFER_RECALLED
                                   : r == -ENOMEM  ? TRANSFER_TEMPORARY
                                                   : TRANSFER_PERMANENT;
        transfer->result.unwritten = r;
        transfer->result.answer = transfer->words;
        words_printable(why, strlen(why), transfer->words);
}

void transfer_judge(struct transfer *transfer, CURL *easy, CURLcode code)
{
        struct transfer_result *result = &transfer->result;
        long answer = 0, port = 0;

        if (transfer->result.unwritten < 0) {
                transfer_judge_unwritten(transfer, transfer->result.unwritten);
                return;
        }
        result->answer = transfer->words;
        if (easy) {
                (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer);
                (void)curl_easy_getinfo(easy, CURLINFO_LOCAL_PORT, &port);
        }
        result->code = (int)answer;
        result->reached = port > 0; /* TCP has connected, whatever became of TLS */
        result->outcome = transfer->kind->judge(transfer, easy, code);
        if (!*transfer->words) {
                const char *why = *transfer->error ? transfer->error : curl_easy_strerror(code);
                words_printable(why, strlen(why), transfer->words);
        }
        if (easy)
                curl_easy_reset(easy);
}
