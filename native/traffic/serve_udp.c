/* The UDP side of `traffic serve`: each datagram is answered by one, from the address it was sent to. */
#include "fail.h"
#include "serve.h"
#include "sockets.h"

#include <errno.h>
#include <string.h>

enum { BATCH = 64, RECEIVE_BUFFER_BYTES = 8 << 20, CONTROL_BYTES = CMSG_SPACE(sizeof(struct in6_pktinfo)) };

/* Requests are read, and answers written, BATCH at a time through one set of buffers:
 * an answer is the name, then the request where it lies, to where and from where the request says. */
struct responder {
	struct watched watched; /* first, so that one pointer is both */
	struct server *server;
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH][2];
	struct sockaddr_in6 clients[BATCH];
	_Alignas(struct cmsghdr) char control[BATCH][CONTROL_BYTES];
	char requests[BATCH][EXCHANGE_REQUEST_MAX];
};

static void prepare_receive(struct responder *responder)
{
	for (int i = 0; i < BATCH; i++) {
		responder->vectors[i][1] = (struct iovec){ responder->requests[i], EXCHANGE_REQUEST_MAX };
		responder->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &responder->clients[i],
			.msg_namelen = sizeof responder->clients[i],
			.msg_iov = &responder->vectors[i][1],
			.msg_iovlen = 1,
			.msg_control = responder->control[i],
			.msg_controllen = CONTROL_BYTES,
		};
	}
}

/* Turns received messages into answers in place. */
static void prepare_send(struct responder *responder, int count)
{
	for (int i = 0; i < count; i++) {
		struct msghdr *message = &responder->messages[i].msg_hdr;
		responder->vectors[i][1].iov_len = responder->messages[i].msg_len;
		message->msg_iov = responder->vectors[i];
		message->msg_iovlen = 2;
		/* The answer keeps the address that was asked, but routing chooses its interface. */
		struct cmsghdr *control = CMSG_FIRSTHDR(message);
		if (control && control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO)
			((struct in6_pktinfo *)(void *)CMSG_DATA(control))->ipi6_ifindex = 0;
	}
}

/* A datagram that cannot be sent (its client has no route, say) must not keep the next ones back. */
static void send_answers(struct responder *responder, int count)
{
	struct server *server = responder->server;
	for (int done = 0; done < count;) {
		int sent = sendmmsg(responder->watched.fd, responder->messages + done, (unsigned)(count - done), 0);
		if (sent < 0 && errno == EINTR)
			continue;
		server->udp_answers += sent > 0 ? (uint64_t)sent : 0;
		server->unsent += sent < 0;
		done += sent > 0 ? sent : 1;
	}
}

static void on_datagrams(struct watched *self)
{
	struct responder *responder = (struct responder *)self;
	prepare_receive(responder);
	int count = recvmmsg(self->fd, responder->messages, BATCH, MSG_DONTWAIT, NULL);
	/* An error here is one that an earlier answer met on its way; reading it has cleared it. */
	if (count <= 0)
		return;
	prepare_send(responder, count);
	send_answers(responder, count);
}

void serve_udp_open(struct server *server)
{
	static struct responder responder;
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		fail_errno("UDP socket");
	/* On a dual-stack socket IPV6_PKTINFO speaks for IPv4 too, with mapped addresses. */
	if (!socket_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0) ||
	    !socket_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1))
		fail_errno("UDP socket options");
	socket_receive_buffer(fd, RECEIVE_BUFFER_BYTES);
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(server->port) };
	if (bind(fd, (struct sockaddr *)&any, sizeof any) < 0)
		fail_errno("UDP port %u", server->port);

	responder = (struct responder){ .watched = { fd, on_datagrams }, .server = server };
	for (int i = 0; i < BATCH; i++)
		responder.vectors[i][0] = (struct iovec){ server->prefix, server->prefix_length };
	server_watch(server, &responder.watched);
}
