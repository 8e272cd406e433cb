/* A connection of libcurl to a server that has said everything beforehand. */
#include "wire.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "fuzz.h"

#define POLL_MS 10
#define ROUNDS_MAX 1000 /* a conversation takes some ten; libcurl that waits for what never comes is a finding */

static struct sockaddr_un address = {.sun_family = AF_UNIX}; /* abstract: no file, gone with the process */
static int listener = -1;

static void listen_once(void)
{
        int length;

        if (listener >= 0)
                return;
        length = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "reminderd-fuzz-%d", (int)getpid());
        listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        REQUIRE(listener >= 0);
        REQUIRE(bind(listener, (struct sockaddr *)&address,
                     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length)) == 0);
        REQUIRE(listen(listener, 4) == 0);
}

/* Takes the connection, if it is there, and says everything. */
static int take_connection(const char *bytes, size_t size)
{
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0)
                return -1;
        REQUIRE(send(fd, bytes, size, MSG_NOSIGNAL) == (ssize_t)size);
        REQUIRE(shutdown(fd, SHUT_WR) == 0);
        return fd;
}

CURLcode wire_perform(CURL *easy, const char *bytes, size_t size)
{
        CURLM *multi = curl_multi_init();
        CLEANUP_CLOSE int server = -1;
        CURLcode code;
        int running = 1, left;

        listen_once();
        REQUIRE(multi && curl_easy_setopt(easy, CURLOPT_ABSTRACT_UNIX_SOCKET, address.sun_path + 1) == CURLE_OK);
        REQUIRE(curl_multi_add_handle(multi, easy) == CURLM_OK);
        for (int round = 0; running > 0; round++) {
                REQUIRE(round < ROUNDS_MAX);
                REQUIRE(curl_multi_perform(multi, &running) == CURLM_OK);
                if (server < 0)
                        server = take_connection(bytes, size);
                if (running > 0)
                        REQUIRE(curl_multi_poll(multi, NULL, 0, POLL_MS, NULL) == CURLM_OK);
        }
        REQUIRE(server >= 0); /* libcurl did connect */
        code = curl_multi_info_read(multi, &left)->data.result;
        (void)curl_multi_remove_handle(multi, easy);
        (void)curl_multi_cleanup(multi);
        return code;
}
