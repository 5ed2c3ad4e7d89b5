/* Calls as the far end sees them: 50 packets a second to each port, and what comes back counted and timed.
 *
 * generator BASE COUNT PEER SECONDS [PACKETS]   (ports as in bare_loop.c)
 * PACKETS is a file of datagrams to send in turn, each behind its length in two octets; else RTP of silence is sent.
 * After SECONDS prints: sent received p50_us p99_us delay_p50_us delay_p99_us: the distance of intervals from 20 ms,
 * and how long after they were sent those packets came back that hold the moment of their sending. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { SOURCES = 4, SLOTS = 20, SLOT_NS = 1000000, BATCH = 64, SIZE = 172, ROOM = 512, BUCKETS = 20001 };

static const char MAGIC[8] = "moment:";

static long long now_ns(void)
{
	struct timespec time;
	clock_gettime(CLOCK_REALTIME, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long long received, histogram[BUCKETS], delays[BUCKETS], last[65536];
static unsigned char *stock;
static int *starts, stocked;

static void note(long long *buckets, long long microseconds)
{
	buckets[microseconds < BUCKETS ? microseconds : BUCKETS - 1]++;
}

static void drain(int fd)
{
	static char data[BATCH][ROOM], control[BATCH][64];
	static struct sockaddr_in from[BATCH];
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	for (;;) {
		for (int i = 0; i < BATCH; i++) {
			vectors[i] = (struct iovec){data[i], sizeof data[i]};
			messages[i].msg_hdr = (struct msghdr){.msg_name = &from[i], .msg_namelen = sizeof from[i],
				.msg_iov = &vectors[i], .msg_iovlen = 1, .msg_control = control[i], .msg_controllen = 64};
		}
		int count = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < count; i++) {
			struct cmsghdr *head = CMSG_FIRSTHDR(&messages[i].msg_hdr);
			struct timespec stamp;
			memcpy(&stamp, CMSG_DATA(head), sizeof stamp);
			long long arrival = stamp.tv_sec * 1000000000LL + stamp.tv_nsec;
			long long *before = &last[ntohs(from[i].sin_port)];
			if (*before)
				note(histogram, llabs(arrival - *before - 20000000) / 1000);
			if (messages[i].msg_len == SIZE && !memcmp(data[i] + 12, MAGIC, 8)) {
				long long sent;
				memcpy(&sent, data[i] + 20, 8);
				note(delays, llabs(arrival - sent) / 1000);
			}
			*before = arrival;
			received++;
		}
		if (count < BATCH)
			return;
	}
}

static int percentile(const long long *buckets, double share)
{
	long long total = 0, seen = 0;
	for (int i = 0; i < BUCKETS; i++)
		total += buckets[i];
	for (int i = 0; i < BUCKETS; i++)
		if ((seen += buckets[i]) >= total * share)
			return i;
	return 0;
}

static void send_slot(const int *sockets, const struct sockaddr_in *targets, int count, int slot, uint32_t tick)
{
	static char data[BATCH][SIZE];
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	long long moment = now_ns();
	for (int source = 0; source < SOURCES; source++) {
		int filled = 0;
		for (int i = slot; i < count; i += SLOTS) {
			if (i % SOURCES != source)
				continue;
			char *packet = data[filled];
			uint16_t sequence = htons(tick);
			uint32_t timestamp = htonl(tick * 160), ssrc = htonl(i + 1);
			memset(packet, 0xff, SIZE);
			packet[0] = (char)0x80;
			packet[1] = 0;
			memcpy(packet + 2, &sequence, 2);
			memcpy(packet + 4, &timestamp, 4);
			memcpy(packet + 8, &ssrc, 4);
			memcpy(packet + 12, MAGIC, 8);
			memcpy(packet + 20, &moment, 8);
			vectors[filled] = (struct iovec){packet, SIZE};
			if (stocked) {
				unsigned char *one = stock + starts[tick % stocked];
				vectors[filled] = (struct iovec){one + 2, one[0] << 8 | one[1]};
			}
			messages[filled].msg_hdr = (struct msghdr){.msg_name = (void *)&targets[i],
				.msg_namelen = sizeof targets[i], .msg_iov = &vectors[filled], .msg_iovlen = 1};
			if (++filled == BATCH) {
				sendmmsg(sockets[source], messages, filled, 0);
				filled = 0;
			}
		}
		if (filled)
			sendmmsg(sockets[source], messages, filled, 0);
	}
}

static void take_stock(const char *name)
{
	FILE *file = fopen(name, "rb");
	if (!file || fseek(file, 0, SEEK_END))
		exit(1);
	long length = ftell(file);
	rewind(file);
	stock = malloc(length);
	starts = calloc(length / 2 + 1, sizeof *starts);
	if (fread(stock, 1, length, file) != (size_t)length)
		exit(1);
	for (long at = 0; at + 2 <= length; at += 2 + (stock[at] << 8 | stock[at + 1]))
		starts[stocked++] = at;
	fclose(file);
}

int main(int argc, char **argv)
{
	if (argc != 5 && argc != 6)
		return 2;
	if (argc == 6)
		take_stock(argv[5]);
	int base = atoi(argv[1]), count = atoi(argv[2]), peer = atoi(argv[3]), on = 1, room = 8 << 20;
	double seconds = atof(argv[4]);
	int sockets[SOURCES];
	for (int i = 0; i < SOURCES; i++) {
		struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(peer + i)};
		here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		sockets[i] = socket(AF_INET, SOCK_DGRAM, 0);
		setsockopt(sockets[i], SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
		setsockopt(sockets[i], SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
		setsockopt(sockets[i], SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
		if (bind(sockets[i], (void *)&here, sizeof here) < 0) {
			perror("bind");
			return 1;
		}
	}
	struct sockaddr_in *targets = calloc(count, sizeof *targets);
	for (int i = 0; i < count; i++) {
		targets[i] = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(base + 2 * i)};
		targets[i].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	}
	long long sent = 0, end = now_ns() + (long long)(seconds * 1e9);
	struct timespec next;
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (uint32_t slot = 0; now_ns() < end; slot++) {
		send_slot(sockets, targets, count, slot % SLOTS, slot / SLOTS);
		for (int i = slot % SLOTS; i < count; i += SLOTS)
			sent++;
		if (slot % 2 == 0)
			for (int i = 0; i < SOURCES; i++)
				drain(sockets[i]);
		next.tv_nsec += SLOT_NS;
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	printf("%lld %lld %d %d %d %d\n", sent, received, percentile(histogram, 0.5), percentile(histogram, 0.99),
		percentile(delays, 0.5), percentile(delays, 0.99));
}
