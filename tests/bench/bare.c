/* The ceiling: the same bytes over and over through libcurl's multi interface, with nothing composed, signed or kept.
 *
 *     bare smtp://HOST:PORT COUNT CONNECTIONS FILE     FILE is a whole message
 *     bare http://HOST:PORT COUNT CONNECTIONS FILE     FILE is a body
 *
 * Prints {"sent": N, "failed": N, "seconds": S, "cpu": S}: from the first connection to the last answer. */
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#define CONNECTIONS_MAX 100
#define EVENTS_MAX 64
#define BODY_MAX 65536

struct slot {
        CURL *easy;
        size_t sent; /* bytes of the message */
};

struct bare {
        char body[BODY_MAX];
        size_t size;
        CURLM *multi;
        int epoll;
        long timeout_ms; /* libcurl's; -1: none */
        struct slot slots[CONNECTIONS_MAX];
        unsigned long left, sent, failed;
};

static struct bare bare; /* read by on_read: libcurl hands it a slot */

static void die(const char *what)
{
        (void)fprintf(stderr, "bare: %s: %s\n", what, strerror(errno));
        exit(EXIT_FAILURE);
}

static size_t on_read(char *to, size_t size, size_t count, void *userdata)
{
        struct slot *slot = userdata;
        size_t room = size * count, left = bare.size - slot->sent, n = left < room ? left : room;

        memcpy(to, bare.body + slot->sent, n);
        slot->sent += n;
        return n;
}

static size_t on_answer(char *bytes, size_t size, size_t count, void *userdata)
{
        (void)bytes, (void)userdata;
        return size * count;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *userdata, void *known)
{
        struct epoll_event event = {.data.fd = fd};

        (void)easy, (void)userdata;
        if (what == CURL_POLL_REMOVE)
                return epoll_ctl(bare.epoll, EPOLL_CTL_DEL, fd, NULL), 0;
        event.events = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);
        if (epoll_ctl(bare.epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) < 0)
                die("epoll");
        return curl_multi_assign(bare.multi, fd, &bare), 0;
}

static int on_timeout(CURLM *multi, long timeout_ms, void *userdata)
{
        (void)multi, (void)userdata;
        bare.timeout_ms = timeout_ms;
        return 0;
}

static void start(struct slot *slot)
{
        slot->sent = 0;
        bare.left--;
        curl_multi_add_handle(bare.multi, slot->easy);
}

static void prepare(struct slot *slot, const char *url, struct curl_slist *lines)
{
        slot->easy = curl_easy_init();
        curl_easy_setopt(slot->easy, CURLOPT_URL, url);
        curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot);
        curl_easy_setopt(slot->easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, on_answer);
        if (strncmp(url, "http", 4) == 0) {
                curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, lines);
                curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS, bare.body);
                curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDSIZE, (long)bare.size);
                return;
        }
        curl_easy_setopt(slot->easy, CURLOPT_MAIL_FROM, "nhacviec@khoi.example");
        curl_easy_setopt(slot->easy, CURLOPT_MAIL_RCPT, lines);
        curl_easy_setopt(slot->easy, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(slot->easy, CURLOPT_READFUNCTION, on_read);
        curl_easy_setopt(slot->easy, CURLOPT_READDATA, slot);
}

/* Counts what has ended, and starts as many anew. */
static void collect(void)
{
        CURLMsg *message;
        int n;

        while ((message = curl_multi_info_read(bare.multi, &n))) {
                CURL *easy = message->easy_handle;
                struct slot *slot;
                long code = 0;

                curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&slot);
                curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
                if (message->data.result == CURLE_OK && code >= 200 && code < 300)
                        bare.sent++;
                else
                        bare.failed++;
                curl_multi_remove_handle(bare.multi, easy);
                if (bare.left > 0)
                        start(slot);
        }
}

static void run(unsigned connections)
{
        unsigned long all = bare.left;
        int running;

        for (unsigned i = 0; i < connections && bare.left > 0; i++)
                start(&bare.slots[i]);
        while (bare.sent + bare.failed < all) {
                struct epoll_event events[EVENTS_MAX];
                int n = epoll_wait(bare.epoll, events, EVENTS_MAX, (int)bare.timeout_ms);

                if (n < 0 && errno != EINTR)
                        die("epoll");
                if (n <= 0)
                        curl_multi_socket_action(bare.multi, CURL_SOCKET_TIMEOUT, 0, &running);
                for (int i = 0; i < n; i++)
                        curl_multi_socket_action(bare.multi, events[i].data.fd,
                                                 (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                                                         (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0),
                                                 &running);
                collect();
        }
}

static double seconds(clockid_t clock)
{
        struct timespec now;

        clock_gettime(clock, &now);
        return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
        unsigned connections = argc == 5 ? (unsigned)atoi(argv[3]) : 0;
        FILE *file = argc == 5 ? fopen(argv[4], "re") : NULL;
        struct curl_slist *lines = NULL;

        if (!file || connections < 1 || connections > CONNECTIONS_MAX) {
                (void)fputs("usage: bare URL COUNT CONNECTIONS FILE\n", stderr);
                return 2;
        }
        bare.size = fread(bare.body, 1, sizeof bare.body, file);
        (void)fclose(file);
        bare.left = strtoul(argv[2], NULL, 10);
        bare.timeout_ms = -1;
        if (strncmp(argv[1], "http", 4) == 0) {
                lines = curl_slist_append(lines, "Content-Type: application/json");
                lines = curl_slist_append(lines, "webhook-id: 00000000000000000000000000000000");
                lines = curl_slist_append(lines, "webhook-timestamp: 1700000000");
                lines = curl_slist_append(lines, "webhook-signature: v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
                lines = curl_slist_append(lines, "Expect:");
        } else
                lines = curl_slist_append(lines, "dv1@khoi.example");
        bare.multi = curl_multi_init();
        bare.epoll = epoll_create1(EPOLL_CLOEXEC);
        if (!bare.multi || bare.epoll < 0)
                die("start");
        curl_multi_setopt(bare.multi, CURLMOPT_SOCKETFUNCTION, on_socket);
        curl_multi_setopt(bare.multi, CURLMOPT_TIMERFUNCTION, on_timeout);
        curl_multi_setopt(bare.multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)connections);
        for (unsigned i = 0; i < connections; i++)
                prepare(&bare.slots[i], argv[1], lines);

        double begin = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
        run(connections);
        printf("{\"sent\": %lu, \"failed\": %lu, \"seconds\": %.6f, \"cpu\": %.6f}\n", bare.sent, bare.failed,
               seconds(CLOCK_MONOTONIC) - begin, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);

        for (unsigned i = 0; i < connections; i++)
                curl_easy_cleanup(bare.slots[i].easy);
        curl_multi_cleanup(bare.multi);
        curl_slist_free_all(lines);
        return bare.failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
