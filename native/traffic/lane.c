#include "lane.h"

#include "fail.h"
#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { SEND_BUFFER_BYTES = 4 << 20 };

static struct lane *lane_create(int fd)
{
	struct lane *lane = calloc(1, sizeof *lane);
	if (!lane)
		fail_errno("packet buffers");
	lane->fd = fd;
	/* A larger buffer only saves waiting; a system that grants less still sends everything. */
	if (!socket_option(fd, SOL_SOCKET, SO_SNDBUFFORCE, SEND_BUFFER_BYTES))
		socket_option(fd, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER_BYTES);
	return lane;
}

struct lane *lane_open_routed(bool ipv6, const uint8_t *destination)
{
	/* IPPROTO_RAW sends what we write, IP header included, and receives nothing. */
	int fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0)
		fail_errno("raw %s socket", ipv6 ? "IPv6" : "IPv4");
	struct address to = { 0 };
	if (ipv6) {
		to.v6.sin6_family = AF_INET6;
		memcpy(&to.v6.sin6_addr, destination, sizeof to.v6.sin6_addr);
	} else {
		to.v4.sin_family = AF_INET;
		memcpy(&to.v4.sin_addr, destination, sizeof to.v4.sin_addr);
	}
	char text[INET6_ADDRSTRLEN];
	if (connect(fd, &to.any, ipv6 ? sizeof to.v6 : sizeof to.v4) < 0)
		fail_errno("route to %s", address_text(&to, text));
	return lane_create(fd);
}

struct lane *lane_open_device(const char *device, const uint8_t station[ETH_ALEN])
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		fail_errno("packet socket");
	struct ifreq request = { 0 };
	if (strlen(device) >= sizeof request.ifr_name)
		fail_usage("--dev=%s: too long for a device", device);
	strcpy(request.ifr_name, device);
	struct sockaddr_ll link = { .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(device) };
	if (!link.sll_ifindex || ioctl(fd, SIOCGIFHWADDR, &request) < 0 ||
	    bind(fd, (struct sockaddr *)&link, sizeof link) < 0)
		fail_errno("device %s", device);
	if (!socket_option(fd, SOL_PACKET, PACKET_QDISC_BYPASS, 1))
		fail_errno("PACKET_QDISC_BYPASS");

	struct lane *lane = lane_create(fd);
	lane->header_bytes = ETHER_HDR_LEN;
	lane_set_station(lane, station);
	memcpy(lane->header + ETH_ALEN, request.ifr_hwaddr.sa_data, ETH_ALEN);
	return lane;
}

void lane_set_station(struct lane *lane, const uint8_t station[ETH_ALEN])
{
	memcpy(lane->header, station, ETH_ALEN);
}

uint8_t *lane_next(struct lane *lane)
{
	return lane->packets[lane->used] + lane->header_bytes;
}

void lane_add(struct lane *lane, bool ipv6, size_t packet_bytes)
{
	unsigned place = lane->used++;
	if (lane->header_bytes) {
		uint16_t type = htons(ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);
		memcpy(lane->header + 2 * ETH_ALEN, &type, sizeof type);
		memcpy(lane->packets[place], lane->header, lane->header_bytes);
	}
	lane->vectors[place] = (struct iovec){ lane->packets[place], lane->header_bytes + packet_bytes };
	lane->messages[place].msg_hdr = (struct msghdr){ .msg_iov = &lane->vectors[place], .msg_iovlen = 1 };
	if (lane->used == LANE_BATCH)
		lane_flush(lane);
}

void lane_flush(struct lane *lane)
{
	for (unsigned done = 0; done < lane->used;) {
		int sent = sendmmsg(lane->fd, lane->messages + done, lane->used - done, 0);
		if (sent > 0) {
			lane->sent += (unsigned)sent;
			done += (unsigned)sent;
		} else if (errno != EINTR) {
			lane->errors++;
			lane->last_error = errno;
			done++;
		}
	}
	lane->used = 0;
}

void lane_close(struct lane *lane)
{
	close(lane->fd);
	free(lane);
}
