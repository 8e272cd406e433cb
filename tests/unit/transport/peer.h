/* A scripted server on a free port of 127.0.0.1, in threads of its own, for the tests of delivery. */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define PEER_CONNECTIONS_MAX 64
#define PEER_RECORD_MAX (256 * 1024)

/* Replies of a script that are none. */
#define HANG "\1"
#define DROP "\2"

struct peer_script {
        /* SMTP: what is answered to each command; NULL: what a good server says. */
        const char *greeting, *ehlo, *helo, *starttls, *auth, *mail, *rcpt, *data, *end, *quit;
        /* HTTP: what is answered to every request, byte for byte, if set. */
        const char *http;
        const char *endless; /* then this again and again */
};

struct peer {
        const struct peer_script *script;
        int listen_fd;
        unsigned port;
        pthread_t thread;
        pthread_mutex_t mutex;
        pthread_cond_t changed;
        pthread_t threads[PEER_CONNECTIONS_MAX];
        int fds[PEER_CONNECTIONS_MAX];
        size_t n_threads; /* connections so far */
        size_t n_open;    /* requests or messages between their beginning and the answer */
        size_t most_open;
        size_t n_done; /* messages or requests that came in whole */
        bool held;     /* answers to messages and requests wait */
        bool stopping;
        char record[PEER_RECORD_MAX]; /* all bytes that came in */
        size_t record_size;
};

struct peer_stream {
        struct peer *peer;
        int fd;
        char buffer[4096];
        size_t start, end;
};

static inline void peer_note(struct peer *peer, const char *bytes, size_t size)
{
        pthread_mutex_lock(&peer->mutex);
        size_t room = sizeof peer->record - 1 - peer->record_size;
        memcpy(peer->record + peer->record_size, bytes, size < room ? size : room);
        peer->record_size += size < room ? size : room;
        pthread_mutex_unlock(&peer->mutex);
}

/* One byte, or -1 at the end. */
static inline int stream_byte(struct peer_stream *stream)
{
        if (stream->start == stream->end) {
                ssize_t n = recv(stream->fd, stream->buffer, sizeof stream->buffer, 0);
                if (n <= 0)
                        return -1;
                stream->start = 0;
                stream->end = (size_t)n;
                peer_note(stream->peer, stream->buffer, (size_t)n);
        }
        return (unsigned char)stream->buffer[stream->start++];
}

/* A line without its CRLF; false at the end. */
static inline bool stream_line(struct peer_stream *stream, char *line, size_t size)
{
        size_t length = 0;
        int byte = 0;

        while ((byte = stream_byte(stream)) >= 0 && byte != '\n') {
                if (byte != '\r' && length + 1 < size)
                        line[length++] = (char)byte;
        }
        line[length] = '\0';
        return byte == '\n';
}

/* False when the connection is to end. */
static inline bool stream_say(struct peer_stream *stream, const char *text)
{
        if (strcmp(text, HANG) == 0) {
                while (stream_byte(stream) >= 0)
                        ;
                return false;
        }
        if (strcmp(text, DROP) == 0)
                return false;
        return send(stream->fd, text, strlen(text), MSG_NOSIGNAL) >= 0;
}

/* Between a message or request and its answer: counts how many are at this point, and waits while they are held. */
static inline void peer_hold(struct peer *peer)
{
        pthread_mutex_lock(&peer->mutex);
        peer->n_done++;
        if (++peer->n_open > peer->most_open)
                peer->most_open = peer->n_open;
        pthread_cond_broadcast(&peer->changed);
        while (peer->held && !peer->stopping)
                pthread_cond_wait(&peer->changed, &peer->mutex);
        peer->n_open--;
        pthread_mutex_unlock(&peer->mutex);
}

static inline const char *or_else(const char *text, const char *otherwise)
{
        return text ? text : otherwise;
}

static inline void peer_serve_smtp(struct peer_stream *stream)
{
        const struct peer_script *script = stream->peer->script;
        char line[2048];

        if (!stream_say(stream, or_else(script->greeting, "220 peer.example\r\n")))
                return;
        while (stream_line(stream, line, sizeof line)) {
                const char *answer = "250 2.0.0 ok\r\n";
                if (strncasecmp(line, "EHLO", 4) == 0)
                        answer = or_else(script->ehlo, "250-peer.example\r\n250-SIZE 1000000\r\n250 8BITMIME\r\n");
                else if (strncasecmp(line, "HELO", 4) == 0)
                        answer = or_else(script->helo, "250 peer.example\r\n");
                else if (strncasecmp(line, "STARTTLS", 8) == 0)
                        answer = or_else(script->starttls, "502 5.5.1 no\r\n");
                else if (strncasecmp(line, "AUTH", 4) == 0) {
                        if (!stream_say(stream, "334 \r\n") || !stream_line(stream, line, sizeof line))
                                return;
                        answer = or_else(script->auth, "235 2.7.0 welcome\r\n");
                } else if (strncasecmp(line, "MAIL", 4) == 0)
                        answer = or_else(script->mail, answer);
                else if (strncasecmp(line, "RCPT", 4) == 0)
                        answer = or_else(script->rcpt, answer);
                else if (strncasecmp(line, "QUIT", 4) == 0)
                        answer = or_else(script->quit, "221 2.0.0 bye\r\n");
                else if (strncasecmp(line, "DATA", 4) == 0) {
                        answer = or_else(script->data, "354 go on\r\n");
                        if (!stream_say(stream, answer))
                                return;
                        if (strncmp(answer, "354", 3) != 0)
                                continue;
                        do {
                                if (!stream_line(stream, line, sizeof line))
                                        return;
                        } while (strcmp(line, ".") != 0);
                        peer_hold(stream->peer);
                        answer = or_else(script->end, "250 2.0.0 queued as 4711\r\n");
                }
                if (!stream_say(stream, answer))
                        return;
        }
}

static inline void peer_serve_http(struct peer_stream *stream)
{
        const struct peer_script *script = stream->peer->script;
        char line[2048];
        size_t length = 0;

        while (stream_line(stream, line, sizeof line)) {
                if (strncasecmp(line, "content-length:", 15) == 0)
                        length = strtoul(line + 15, NULL, 10);
                if (*line)
                        continue;
                for (; length > 0; length--) {
                        if (stream_byte(stream) < 0)
                                return;
                }
                peer_hold(stream->peer);
                if (!stream_say(stream, script->http))
                        return;
                while (script->endless) {
                        if (!stream_say(stream, script->endless))
                                return;
                }
                /* Without a length the end of the connection ends the answer. */
                if (!strcasestr(script->http, "content-length:") && !strstr(script->http, " 204 "))
                        return;
        }
}

struct peer_connection {
        struct peer *peer;
        size_t index;
};

static inline void *peer_connection_main(void *userdata)
{
        struct peer_connection *connection = userdata;
        struct peer *peer = connection->peer;
        struct peer_stream stream = {.peer = peer, .fd = peer->fds[connection->index]};

        if (peer->script->http)
                peer_serve_http(&stream);
        else
                peer_serve_smtp(&stream);
        /* The number stays taken until peer_stop(). */
        shutdown(stream.fd, SHUT_RDWR);
        free(connection);
        return NULL;
}

static inline void *peer_main(void *userdata)
{
        struct peer *peer = userdata;

        for (;;) {
                int fd = accept4(peer->listen_fd, NULL, NULL, SOCK_CLOEXEC);
                if (fd < 0)
                        return NULL;
                int on = 1;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                struct peer_connection *connection = malloc(sizeof *connection);
                pthread_mutex_lock(&peer->mutex);
                size_t index = peer->n_threads;
                if (!connection || peer->stopping || index == PEER_CONNECTIONS_MAX) {
                        pthread_mutex_unlock(&peer->mutex);
                        free(connection);
                        close(fd);
                        continue;
                }
                *connection = (struct peer_connection){.peer = peer, .index = index};
                peer->fds[index] = fd;
                pthread_create(&peer->threads[index], NULL, peer_connection_main, connection);
                peer->n_threads++;
                pthread_cond_broadcast(&peer->changed);
                pthread_mutex_unlock(&peer->mutex);
        }
}

/* 0, or -1. */
static inline int peer_start(struct peer *peer, const struct peer_script *script)
{
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t length = sizeof address;

        memset(peer, 0, sizeof *peer);
        peer->script = script;
        pthread_mutex_init(&peer->mutex, NULL);
        pthread_cond_init(&peer->changed, NULL);
        peer->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (peer->listen_fd < 0 || bind(peer->listen_fd, (struct sockaddr *)&address, length) < 0 ||
            listen(peer->listen_fd, PEER_CONNECTIONS_MAX) < 0 ||
            getsockname(peer->listen_fd, (struct sockaddr *)&address, &length) < 0)
                return -1;
        peer->port = ntohs(address.sin_port);
        return pthread_create(&peer->thread, NULL, peer_main, peer) == 0 ? 0 : -1;
}

static inline void peer_hold_answers(struct peer *peer, bool hold)
{
        pthread_mutex_lock(&peer->mutex);
        peer->held = hold;
        pthread_cond_broadcast(&peer->changed);
        pthread_mutex_unlock(&peer->mutex);
}

static inline size_t peer_count(struct peer *peer, const size_t *which)
{
        pthread_mutex_lock(&peer->mutex);
        size_t count = *which;
        pthread_mutex_unlock(&peer->mutex);
        return count;
}

/* Whether that has come in. */
static inline bool peer_has(struct peer *peer, const char *bytes)
{
        pthread_mutex_lock(&peer->mutex);
        bool has = memmem(peer->record, peer->record_size, bytes, strlen(bytes));
        pthread_mutex_unlock(&peer->mutex);
        return has;
}

static inline void peer_stop(struct peer *peer)
{
        pthread_mutex_lock(&peer->mutex);
        peer->stopping = true;
        pthread_cond_broadcast(&peer->changed);
        for (size_t i = 0; i < peer->n_threads; i++)
                shutdown(peer->fds[i], SHUT_RDWR);
        pthread_mutex_unlock(&peer->mutex);
        shutdown(peer->listen_fd, SHUT_RDWR);
        pthread_join(peer->thread, NULL);
        for (size_t i = 0; i < peer->n_threads; i++) {
                pthread_join(peer->threads[i], NULL);
                close(peer->fds[i]);
        }
        close(peer->listen_fd);
        peer->record[peer->record_size] = '\0';
        pthread_cond_destroy(&peer->changed);
        pthread_mutex_destroy(&peer->mutex);
}
