/* Hello: the name that this machine gives a mail server in EHLO. */
#include "transport/hello.h"

#include <arpa/inet.h>
#include <limits.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"

#define LOOKUP_TURNS 50 /* five seconds: one question to a DNS server that does not answer */
#define LOOKUP_TURN_NSEC 100000000L

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-."

bool hello_is_full(const char *name)
{
        const char *dot = strchr(name, '.');

        return dot && dot > name && dot[1] && name[strspn(name, NAME_CHARACTERS)] == '\0' &&
               strlen(name) < HELLO_SIZE && strncasecmp(name, "localhost.", strlen("localhost.")) != 0;
}

/* A question to the resolver, in a thread of its own: one that hangs must not hold up the end of the program. It is not
 * getaddrinfo_a(), whose threads end by pthread_exit(): where no descriptor is left to load libgcc with, that ends the
 * process. Freed by whoever is the last to need it. */
struct lookup {
        char name[HOST_NAME_MAX + 1];
        pthread_mutex_t mutex; /* guards what follows */
        pthread_cond_t over;
        bool is_over, is_forgotten;
        char found[HELLO_SIZE]; /* "": nothing that would do */
};

static struct lookup *lookup_new(const char *name)
{
        struct lookup *lookup = calloc(1, sizeof *lookup);
        pthread_condattr_t attributes;

        if (!lookup)
                return NULL;
        (void)snprintf(lookup->name, sizeof lookup->name, "%s", name);
        pthread_mutex_init(&lookup->mutex, NULL);
        pthread_condattr_init(&attributes);
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        pthread_cond_init(&lookup->over, &attributes);
        pthread_condattr_destroy(&attributes);
        return lookup;
}

static void lookup_free(struct lookup *lookup)
{
        pthread_cond_destroy(&lookup->over);
        pthread_mutex_destroy(&lookup->mutex);
        free(lookup);
}

static void *look_up(void *userdata)
{
        const struct addrinfo hints = {.ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM};
        struct lookup *lookup = userdata;
        struct addrinfo *answer = NULL;
        bool is_forgotten;
        int r = getaddrinfo(lookup->name, NULL, &hints, &answer);

        pthread_mutex_lock(&lookup->mutex);
        if (r == 0 && answer->ai_canonname && hello_is_full(answer->ai_canonname))
                (void)snprintf(lookup->found, sizeof lookup->found, "%s", answer->ai_canonname);
        lookup->is_over = true;
        is_forgotten = lookup->is_forgotten;
        pthread_cond_signal(&lookup->over);
        pthread_mutex_unlock(&lookup->mutex);
        if (r == 0)
                freeaddrinfo(answer);
        if (is_forgotten)
                lookup_free(lookup);
        return NULL;
}

static bool start(struct lookup *lookup)
{
        pthread_attr_t attributes;
        pthread_t thread;
        int r;

        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        r = pthread_create(&thread, &attributes, look_up, lookup);
        pthread_attr_destroy(&attributes);
        return r == 0;
}

/* With the mutex held: waits until it is over, nobody cares any more, or it has lasted too long. */
static void wait_for(struct lookup *lookup, const atomic_bool *interrupted)
{
        struct timespec end;

        clock_gettime(CLOCK_MONOTONIC, &end);
        for (int i = 0; i < LOOKUP_TURNS && !atomic_load_explicit(interrupted, memory_order_relaxed); i++) {
                end.tv_nsec += LOOKUP_TURN_NSEC;
                end.tv_sec += end.tv_nsec / 1000000000;
                end.tv_nsec %= 1000000000;
                while (!lookup->is_over && pthread_cond_timedwait(&lookup->over, &lookup->mutex, &end) == 0)
                        ;
                if (lookup->is_over)
                        return;
        }
}

static bool find_canonical(const char *name, const atomic_bool *interrupted, char ret[static HELLO_SIZE])
{
        struct lookup *lookup = lookup_new(name);
        bool is_over, found = false;

        if (!lookup)
                return false;
        if (!start(lookup)) {
                lookup_free(lookup);
                return false;
        }
        pthread_mutex_lock(&lookup->mutex);
        wait_for(lookup, interrupted);
        is_over = lookup->is_over;
        lookup->is_forgotten = !is_over;
        if (is_over && *lookup->found) {
                memcpy(ret, lookup->found, HELLO_SIZE);
                found = true;
        }
        pthread_mutex_unlock(&lookup->mutex);
        if (is_over)
                lookup_free(lookup);
        return found;
}

/* The address of this machine towards another: UDP connects without a word to anybody. */
static bool own_address(int family, const struct sockaddr *other, socklen_t length, const char *tag,
                        char ret[static HELLO_SIZE])
{
        CLEANUP_CLOSE int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        struct sockaddr_storage own = {0};
        socklen_t size = sizeof own;
        char text[INET6_ADDRSTRLEN];
        const void *address = family == AF_INET ? (const void *)&((const struct sockaddr_in *)&own)->sin_addr
                                                : &((const struct sockaddr_in6 *)&own)->sin6_addr;

        if (fd < 0 || connect(fd, other, length) < 0 || getsockname(fd, (struct sockaddr *)&own, &size) < 0 ||
            !inet_ntop(family, address, text, sizeof text))
                return false;
        (void)snprintf(ret, HELLO_SIZE, "[%s%s]", tag, text);
        return true;
}

/* Towards the outside; the addresses are those of examples (RFC 5737, RFC 3849). */
static bool find_address(char ret[static HELLO_SIZE])
{
        struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(25)};
        struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(25)};

        (void)inet_pton(AF_INET, "192.0.2.1", &four.sin_addr);
        (void)inet_pton(AF_INET6, "2001:db8::1", &six.sin6_addr);
        return own_address(AF_INET, (const struct sockaddr *)&four, sizeof four, "", ret) ||
               own_address(AF_INET6, (const struct sockaddr *)&six, sizeof six, "IPv6:", ret);
}

void hello_find(const char *sender, const atomic_bool *interrupted, char ret[static HELLO_SIZE])
{
        char host[HOST_NAME_MAX + 1] = "";
        const char *at = strrchr(sender, '@');

        (void)gethostname(host, sizeof host - 1);
        if (hello_is_full(host))
                (void)snprintf(ret, HELLO_SIZE, "%s", host);
        else if (!(*host && find_canonical(host, interrupted, ret)) && !find_address(ret))
                (void)snprintf(ret, HELLO_SIZE, "%s", at ? at + 1 : "[127.0.0.1]");
}
