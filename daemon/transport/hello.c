/* Hello: the name that this machine gives a mail server in EHLO. */
#include "transport/hello.h"

#include <arpa/inet.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/question.h"

#define LOOKUP_TURNS 50 /* five seconds: one question to a DNS server that does not answer */
#define LOOKUP_TURN_MS 100

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-."

bool hello_is_full(const char *name)
{
        const char *dot = strchr(name, '.');

        return dot && dot > name && dot[1] && name[strspn(name, NAME_CHARACTERS)] == '\0' &&
               strlen(name) < HELLO_SIZE && strncasecmp(name, "localhost.", strlen("localhost.")) != 0;
}

struct lookup {
        char name[HOST_NAME_MAX + 1];
        char found[HELLO_SIZE]; /* "": nothing that would do */
};

static void look_up(void *body)
{
        const struct addrinfo hints = {.ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM};
        struct lookup *lookup = body;
        struct addrinfo *answer = NULL;

        if (getaddrinfo(lookup->name, NULL, &hints, &answer) != 0)
                return;
        if (answer->ai_canonname && hello_is_full(answer->ai_canonname))
                (void)snprintf(lookup->found, sizeof lookup->found, "%s", answer->ai_canonname);
        freeaddrinfo(answer);
}

/* Asks the resolver in a thread of its own: one that hangs must not hold up the end of the program. It is not
 * getaddrinfo_a(), whose threads end by pthread_exit(): where no descriptor is left to load libgcc with, that ends the
 * process. */
static bool find_canonical(const char *name, const atomic_bool *interrupted, char ret[static HELLO_SIZE])
{
        CLEANUP(question_free_p) struct question *question = NULL;
        struct lookup *lookup = calloc(1, sizeof *lookup);
        bool is_over = false;

        if (!lookup)
                return false;
        (void)snprintf(lookup->name, sizeof lookup->name, "%s", name);
        if (question_ask(look_up, lookup, free, &question) < 0)
                return false;
        for (int i = 0; i < LOOKUP_TURNS && !is_over && !atomic_load_explicit(interrupted, memory_order_relaxed); i++)
                is_over = question_wait(question, LOOKUP_TURN_MS);
        if (!is_over || !*lookup->found)
                return false;
        memcpy(ret, lookup->found, HELLO_SIZE);
        return true;
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
