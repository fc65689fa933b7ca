/*
 * idle PORT HOST TARGET COUNT: opens COUNT keep-alive connections to 127.0.0.1, sends one request on each, reads its answer,
 * prints "ready COUNT" and holds them all open until its standard input ends or it is killed.
 */
#include "client.h"

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: idle PORT HOST TARGET COUNT\n");
        return 2;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    char request[1024], buffer[64 * 1024];
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", argv[3], argv[2]);
    int count = atoi(argv[4]);
    for (int i = 0; i < count; i++) {
        int fd = connect_loopback(atoi(argv[1]));
        if (send(fd, request, length, MSG_NOSIGNAL) != length) die("send");
        int have = 0;
        long whole = 0;
        while (!whole || have < whole) {
            int got = recv(fd, buffer + have, sizeof buffer - have, 0);
            if (got <= 0) die("recv");
            have += got;
            if (!whole) whole = response_length(buffer, have);
        }
    }
    printf("ready %d\n", count);
    fflush(stdout);
    while (read(0, buffer, sizeof buffer) > 0) { }
    return 0;
}
