/*
 * paced PORT HOST TARGET CONNECTIONS RATE SECONDS: sends RATE requests per second to 127.0.0.1, evenly spaced, over at most
 * CONNECTIONS keep-alive connections, and prints one JSON line with the latencies in microseconds. A request's latency counts
 * from the moment it was due, not from when a connection became free for it: a stalled server cannot hide its stall.
 */
#include "client.h"
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>

enum { MAX_CONNECTIONS = 1024, BUFFER_BYTES = 16 * 1024 };

struct connection {
    int fd;
    long due_ns; /* of the request it carries */
    int have;
    long whole;
    char buffer[BUFFER_BYTES];
};

static struct connection *idle_ones[MAX_CONNECTIONS];
static int idle_count;

static long now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

static int by_value(const void *a, const void *b) {
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return (x > y) - (x < y);
}

/* The latency of the finished request in microseconds, or -1 while it is not finished. */
static long take(struct connection *c) {
    int got = recv(c->fd, c->buffer + c->have, BUFFER_BYTES - c->have, 0);
    if (got < 0 && errno == EAGAIN) return -1;
    if (got <= 0) {
        fprintf(stderr, "a connection was closed\n");
        exit(1);
    }
    c->have += got;
    if (!c->whole) c->whole = response_length(c->buffer, c->have);
    if (!c->whole || c->have < c->whole) return -1;
    c->have = c->whole = 0;
    idle_ones[idle_count++] = c;
    return (now_ns() - c->due_ns) / 1000;
}

int main(int argc, char **argv) {
    if (argc != 7) {
        fprintf(stderr, "usage: paced PORT HOST TARGET CONNECTIONS RATE SECONDS\n");
        return 2;
    }
    int connections = atoi(argv[4]);
    double rate = atof(argv[5]);
    long total = (long)(rate * atof(argv[6]));
    if (connections < 1 || connections > MAX_CONNECTIONS || total < 1) {
        fprintf(stderr, "CONNECTIONS is 1 to %d, RATE times SECONDS at least 1\n", MAX_CONNECTIONS);
        return 2;
    }
    prctl(PR_SET_TIMERSLACK, 1000UL);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < connections; i++) {
        struct connection *c = calloc(1, sizeof *c);
        c->fd = connect_loopback(atoi(argv[1]));
        fcntl(c->fd, F_SETFL, O_NONBLOCK);
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
        epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event);
        idle_ones[idle_count++] = c;
    }
    char request[1024];
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", argv[3], argv[2]);
    unsigned *latencies = malloc(total * sizeof *latencies);
    long sent = 0, done = 0, start = now_ns();
    while (done < total) {
        long now = now_ns();
        while (sent < total && idle_count > 0 && start + (long)(sent * 1e9 / rate) <= now) {
            struct connection *c = idle_ones[--idle_count];
            c->due_ns = start + (long)(sent++ * 1e9 / rate);
            if (send(c->fd, request, length, MSG_NOSIGNAL) != length) die("send");
        }
        long wait = sent < total && idle_count > 0 ? start + (long)(sent * 1e9 / rate) - now_ns() : 1000000000L;
        if (wait < 0) wait = 0;
        struct timespec timeout = { wait / 1000000000L, wait % 1000000000L };
        struct epoll_event events[256];
        int count = epoll_pwait2(epoll, events, 256, &timeout, NULL);
        for (int i = 0; i < count; i++) {
            long latency = take(events[i].data.ptr);
            if (latency >= 0) latencies[done++] = (unsigned)latency;
        }
    }
    double seconds = (now_ns() - start) / 1e9;
    qsort(latencies, total, sizeof *latencies, by_value);
#define AT(share) latencies[(long)((total - 1) * (share))]
    printf("{\"requests\":%ld,\"seconds\":%.3f,\"p50\":%u,\"p90\":%u,\"p99\":%u,\"p999\":%u,\"max\":%u}\n",
        total, seconds, AT(0.50), AT(0.90), AT(0.99), AT(0.999), AT(1.0));
    return 0;
}
