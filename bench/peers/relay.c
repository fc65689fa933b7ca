/*
 * relay LISTEN-PORT UPSTREAM-PORT: copies bytes both ways between each accepted connection and one of its own to the upstream,
 * both on 127.0.0.1, without looking at them. One thread, epoll, edge-triggered. It is the floor: a proxy that understood
 * nothing at all would cost this much.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER_BYTES = 64 * 1024, MAX_EVENTS = 512 };

struct side {
    int fd;
    struct side *peer;
    char *held;          /* what the other side sent and this one could not take yet */
    int held_from, held_to;
    int readable, writable, ended, closed;
};

static int epoll;
static char scratch[BUFFER_BYTES];

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    return address;
}

static void watch(struct side *side) {
    struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = side };
    epoll_ctl(epoll, EPOLL_CTL_ADD, side->fd, &event);
}

static struct side *new_side(int fd) {
    struct side *side = calloc(1, sizeof *side);
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    side->fd = fd;
    return side;
}

static void accept_all(int listener, int upstream_port) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct sockaddr_in address = loopback(upstream_port);
        int up = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (up < 0 || (connect(up, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS)) {
            close(fd);
            if (up >= 0) close(up);
            continue;
        }
        struct side *client = new_side(fd), *upstream = new_side(up);
        client->peer = upstream;
        upstream->peer = client;
        watch(client);
        watch(upstream);
    }
}

static void shut(struct side *side) {
    struct side *peer = side->peer;
    if (side->closed) return;
    side->closed = peer->closed = 1;
    close(side->fd);
    close(peer->fd);
}

/* Sends what is held; 0 when the peer is gone. */
static int flush(struct side *to) {
    while (to->held_from < to->held_to && to->writable) {
        int sent = send(to->fd, to->held + to->held_from, to->held_to - to->held_from, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno != EAGAIN) return 0;
            to->writable = 0;
            return 1;
        }
        to->held_from += sent;
    }
    return 1;
}

/* Moves what it can without waiting; 0 when the pair is finished. */
static int pump(struct side *from, struct side *to) {
    if (!flush(to)) return 0;
    while (from->readable && to->held_from == to->held_to) {
        int got = recv(from->fd, scratch, sizeof scratch, 0);
        if (got < 0) {
            if (errno != EAGAIN) return 0;
            from->readable = 0;
            return 1;
        }
        if (got == 0) {
            from->readable = 0;
            from->ended = 1;
            shutdown(to->fd, SHUT_WR);
            return !to->ended;
        }
        int sent = to->writable ? send(to->fd, scratch, got, MSG_NOSIGNAL) : -1;
        if (sent < 0) {
            if (to->writable && errno != EAGAIN) return 0;
            sent = 0;
        }
        if (sent < got) {
            to->writable = 0;
            if (!to->held) to->held = malloc(BUFFER_BYTES);
            __builtin_memcpy(to->held, scratch + sent, got - sent);
            to->held_from = 0;
            to->held_to = got - sent;
        }
        if (got < BUFFER_BYTES && !from->ended) from->readable = 0; /* emptied: the next byte brings an edge */
    }
    return 1;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: relay LISTEN-PORT UPSTREAM-PORT\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    struct sockaddr_in address = loopback(atoi(argv[1]));
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 1024) < 0) {
        perror("relay: listen");
        return 1;
    }
    epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event events[MAX_EVENTS], event = { .events = EPOLLIN, .data.ptr = NULL };
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(epoll, events, MAX_EVENTS, -1);
        struct side *gone[MAX_EVENTS];
        int gone_count = 0;
        for (int i = 0; i < count; i++) {
            struct side *side = events[i].data.ptr;
            if (!side) {
                accept_all(listener, atoi(argv[2]));
                continue;
            }
            if (side->closed) continue;
            if (events[i].events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) side->readable = 1;
            if (events[i].events & EPOLLOUT) side->writable = 1;
            if (!pump(side, side->peer) || !pump(side->peer, side)) {
                shut(side);
                gone[gone_count++] = side;
            }
        }
        /* Freed only after the batch: a later event of it may still name either side. */
        for (int i = 0; i < gone_count; i++) {
            struct side *peer = gone[i]->peer;
            free(gone[i]->held);
            free(peer->held);
            free(peer);
            free(gone[i]);
        }
    }
}
