/* What the load programs share: a loopback connection, a request, and finding the end of its response. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static inline void die(const char *what) {
    perror(what);
    exit(1);
}

static inline int connect_loopback(int port) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/* Length of the whole response that starts at bytes, 0 while its head is incomplete. Needs a Content-Length and a 200. */
static inline long response_length(const char *bytes, int count) {
    const char *end = memmem(bytes, count, "\r\n\r\n", 4);
    if (!end) return 0;
    if (count < 12 || memcmp(bytes + 9, "200", 3) != 0) {
        fprintf(stderr, "answered %.*s\n", 32, bytes);
        exit(1);
    }
    for (const char *line = bytes; line < end; line = (const char *)memmem(line, end - line + 2, "\r\n", 2) + 2)
        if (strncasecmp(line, "content-length:", 15) == 0) return end + 4 - bytes + atol(line + 15);
    fprintf(stderr, "a response without Content-Length\n");
    exit(1);
}
