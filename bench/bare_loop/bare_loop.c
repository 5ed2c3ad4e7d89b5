/* The floor that the media plane is measured against: one recv and one send per packet and socket, nothing else.
 *
 * bare_loop tick BASE COUNT PEER   each socket once in 20 ms: recv, send (connected sockets, ten slots a tick)
 * bare_loop epoll BASE COUNT PEER  each socket when a packet comes: recvfrom, sendto (epoll, level-triggered)
 *
 * Sockets are 127.0.0.1:BASE, BASE+2, ...; the generator's four are PEER to PEER+3, dealt in turn. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

enum { SLOTS = 10, SLOT_NS = 2000000, SIZE = 172 };

static struct sockaddr_in home(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

static void run_tick(const int *sockets, int count)
{
	char in[2048], out[SIZE];
	memset(out, 0xff, sizeof out);
	struct timespec next;
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (int slot = 0;; slot = (slot + 1) % SLOTS) {
		for (int i = slot; i < count; i += SLOTS) {
			recv(sockets[i], in, sizeof in, MSG_DONTWAIT);
			send(sockets[i], out, SIZE, 0);
		}
		next.tv_nsec += SLOT_NS;
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
}

static void run_epoll(const int *sockets, int count)
{
	char in[2048], out[SIZE];
	memset(out, 0xff, sizeof out);
	int epoll = epoll_create1(0);
	for (int i = 0; i < count; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
		epoll_ctl(epoll, EPOLL_CTL_ADD, sockets[i], &event);
	}
	for (;;) {
		struct epoll_event ready[256];
		int found = epoll_wait(epoll, ready, 256, -1);
		for (int i = 0; i < found; i++) {
			int fd = sockets[ready[i].data.u32];
			struct sockaddr_in peer;
			socklen_t length = sizeof peer;
			if (recvfrom(fd, in, sizeof in, MSG_DONTWAIT, (void *)&peer, &length) > 0)
				sendto(fd, out, SIZE, 0, (void *)&peer, length);
		}
	}
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	int base = atoi(argv[2]), count = atoi(argv[3]), peer = atoi(argv[4]);
	int tick = strcmp(argv[1], "tick") == 0;
	int *sockets = calloc(count, sizeof *sockets);
	for (int i = 0; i < count; i++) {
		struct sockaddr_in here = home(base + 2 * i), there = home(peer + i % 4);
		sockets[i] = socket(AF_INET, SOCK_DGRAM, 0);
		if (bind(sockets[i], (void *)&here, sizeof here) < 0) {
			perror("bind");
			return 1;
		}
		if (tick)
			connect(sockets[i], (void *)&there, sizeof there);
	}
	puts("ready");
	fflush(stdout);
	if (tick)
		run_tick(sockets, count);
	run_epoll(sockets, count);
}
