/*
 * backend PORT: the fastest upstream there is, so that the proxy in front of it is what gets measured. Answers every GET on
 * 127.0.0.1 with a prepared response: 10 MB when the target ends in "10m", else 1 KB. One thread, epoll. Requests with bodies
 * are not understood: the load never sends one.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SMALL_BYTES = 1024, LARGE_BYTES = 10 * 1000 * 1000, LINE_BYTES = 256, MAX_EVENTS = 512 };

struct response {
    char *bytes;
    long length;
};

struct connection {
    int fd;
    int line_length, ending;        /* of the request being read: its first line so far, matched bytes of CR LF CR LF */
    char line[LINE_BYTES];
    int small_due, large_due;       /* whole requests not answered yet; the load mixes no sizes on one connection */
    const struct response *sending;
    long sent;
};

static int epoll;
static struct response small_response, large_response;

static struct response prepare(long body) {
    char head[256];
    int head_length = snprintf(head, sizeof head,
        "HTTP/1.1 200 OK\r\nServer: backend\r\nContent-Type: application/octet-stream\r\nContent-Length: %ld\r\n\r\n", body);
    struct response response = { malloc(head_length + body), head_length + body };
    memcpy(response.bytes, head, head_length);
    memset(response.bytes + head_length, 'x', body);
    return response;
}

static int ends_in_10m(const struct connection *c) {
    const char *end = memmem(c->line, c->line_length, " HTTP/", 6);
    return end && end - c->line >= 4 && memcmp(end - 4, "/10m", 4) == 0;
}

static void take(struct connection *c, const char *bytes, int count) {
    static const char end[] = "\r\n\r\n";
    for (int i = 0; i < count; i++) {
        if (c->line_length < LINE_BYTES) c->line[c->line_length++] = bytes[i];
        c->ending = bytes[i] == end[c->ending] ? c->ending + 1 : bytes[i] == '\r';
        if (c->ending == 4) {
            if (ends_in_10m(c)) c->large_due++; else c->small_due++;
            c->ending = c->line_length = 0;
        }
    }
}

/* Answers as long as the socket takes it; 0 when the peer is gone. */
static int answer(struct connection *c) {
    for (;;) {
        if (!c->sending) {
            if (c->small_due) { c->small_due--; c->sending = &small_response; }
            else if (c->large_due) { c->large_due--; c->sending = &large_response; }
            else return 1;
            c->sent = 0;
        }
        long sent = send(c->fd, c->sending->bytes + c->sent, c->sending->length - c->sent, MSG_NOSIGNAL);
        if (sent < 0) return errno == EAGAIN;
        c->sent += sent;
        if (c->sent == c->sending->length) c->sending = NULL;
    }
}

static int serve(struct connection *c, unsigned events) {
    char buffer[16 * 1024];
    int got = sizeof buffer;
    while ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) && got == sizeof buffer) {
        got = recv(c->fd, buffer, sizeof buffer, 0);
        if (got == 0 || (got < 0 && errno != EAGAIN)) return 0;
        if (got > 0) take(c, buffer, got);
    }
    return answer(c);
}

static void accept_all(int listener) {
    int fd, on = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct connection *c = calloc(1, sizeof *c);
        c->fd = fd;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c };
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: backend PORT\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    small_response = prepare(SMALL_BYTES);
    large_response = prepare(LARGE_BYTES);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 1024) < 0) {
        perror("backend: listen");
        return 1;
    }
    epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event events[MAX_EVENTS], event = { .events = EPOLLIN, .data.ptr = NULL };
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(epoll, events, MAX_EVENTS, -1);
        for (int i = 0; i < count; i++) {
            struct connection *c = events[i].data.ptr;
            if (!c) {
                accept_all(listener);
            } else if (!serve(c, events[i].events)) {
                close(c->fd);
                free(c);
            }
        }
    }
}
