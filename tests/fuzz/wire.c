/* A connection of libcurl to a server that has said everything beforehand.
 * Depends on libcurl.
 * Linked with every target. */
#include "wire.h"

#include <sys/socket.h>

#include "fuzz.h"

static curl_socket_t on_open(void *userdata, curlsocktype purpose, struct curl_sockaddr *address)
{
        struct wire *wire = userdata;
        int fd = wire->theirs;

        (void)purpose, (void)address;
        wire->theirs = -1; /* a second connection there is not */
        return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int on_option(void *userdata, curl_socket_t fd, curlsocktype purpose)
{
        (void)userdata, (void)fd, (void)purpose;
        return CURL_SOCKOPT_ALREADY_CONNECTED;
}

void wire_open(struct wire *wire, CURL *easy, const char *bytes, size_t size)
{
        int fds[2];

        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
        *wire = (struct wire){.ours = fds[0], .theirs = fds[1]};
        REQUIRE(write(wire->ours, bytes, size) == (ssize_t)size);
        REQUIRE(shutdown(wire->ours, SHUT_WR) == 0);
        REQUIRE(curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open) == CURLE_OK);
        REQUIRE(curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, wire) == CURLE_OK);
        REQUIRE(curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_option) == CURLE_OK);
}

void wire_close(struct wire *wire)
{
        close(wire->ours);
        if (wire->theirs >= 0)
                close(wire->theirs);
}
