/*
 * The fast path's program: loaded, tried, attached.
 *
 * Why C: libbpf speaks C. Nothing here knows what the maps hold; layout.h says that, and C# writes it.
 *
 * All functions return a value >= 0 or -errno. One thread at a time may load; the rest any thread may call.
 */
#ifndef NFQLB_FASTPATH_H
#define NFQLB_FASTPATH_H

#include <stdint.h>

#include "layout.h"

/* Exported from the shared library; everything else in it is hidden. */
#define NFQLB_API __attribute__((visibility("default")))

struct nfqlb_fastpath;

/* The maps, as nfqlb_fastpath_map() takes them. */
#define NFQLB_FASTPATH_CONTROL 0
#define NFQLB_FASTPATH_IMAGE 1
#define NFQLB_FASTPATH_POOLS 2
#define NFQLB_FASTPATH_OUTCOMES 3
#define NFQLB_FASTPATH_FLOWS 4
#define NFQLB_FASTPATH_TARGETS 5
#define NFQLB_FASTPATH_EXITS 6
#define NFQLB_FASTPATH_MAPS 7

/* A packet to try the program with, and what became of it. */
struct nfqlb_fastpath_trial {
	const uint8_t *frame;  /* from the Ethernet header on; at least that */
	uint32_t frame_length;
	uint32_t repeat;       /* times; 0 is once */
	uint32_t mark;         /* before; and after */
	uint32_t gso_segments; /* as if so many packets had been put together; 0 for none */
	int32_t action;        /* what the program returned: TC_ACT_UNSPEC */
	uint32_t nanoseconds;  /* a run, on average */
};

/*
 * Loads the program with its maps. The object is the one built in when its size is 0. What libbpf and the kernel's
 * verifier complain of is written to complaint, ended by a NUL.
 *
 * -EPERM: CAP_BPF, CAP_PERFMON or CAP_NET_ADMIN is missing. -EINVAL, -EACCES: this kernel does not accept the program.
 */
NFQLB_API int nfqlb_fastpath_load(const void *object, uint64_t object_size, char *complaint, uint32_t complaint_size,
				  struct nfqlb_fastpath **loaded);

/* The descriptor of a map, NFQLB_FASTPATH_*. It stays the fast path's own. */
NFQLB_API int nfqlb_fastpath_map(const struct nfqlb_fastpath *fastpath, uint32_t map);

/* How many rows of counts there are: one for each processor this kernel may ever have. */
NFQLB_API int nfqlb_fastpath_rows(const struct nfqlb_fastpath *fastpath);

/* Instructions the verifier has looked at (Linux 5.16; 0 before). */
NFQLB_API int nfqlb_fastpath_verified_instructions(const struct nfqlb_fastpath *fastpath);

/* Runs the program on a packet that comes from nowhere and goes nowhere (BPF_PROG_TEST_RUN). */
NFQLB_API int nfqlb_fastpath_try(const struct nfqlb_fastpath *fastpath, struct nfqlb_fastpath_trial *trial);

/*
 * Attaches the program to the ingress of a link in front of others, by a tcx link (Linux 6.6). Returns its descriptor:
 * the program is detached when that is closed, at the latest by the end of the process. -EINVAL: no tcx here.
 */
NFQLB_API int nfqlb_fastpath_attach(const struct nfqlb_fastpath *fastpath, int link_index);

/* The index of the link that a tcx link is attached to; 0 when that is gone, or somebody has detached it. */
NFQLB_API int nfqlb_fastpath_link_of(int descriptor);

/*
 * The program of others that packets of a link come by before this one, by tcx: its id, and that of the tcx link that
 * attaches it, 0 without one. Returns 1, or 0 when there is none; it is not for everybody to see (-EPERM).
 */
NFQLB_API int nfqlb_fastpath_in_front(const struct nfqlb_fastpath *fastpath, int link_index, uint32_t *program,
				      uint32_t *link);

/*
 * The same where there is no tcx: a clsact filter, which takes the place of one that a process before us has left. It
 * passes every packet from the end of this process on.
 */
NFQLB_API int nfqlb_fastpath_attach_filter(const struct nfqlb_fastpath *fastpath, int link_index);

/* Whose filter is in the place of ours: nobody's, this program's, or that of one that has taken its place. */
#define NFQLB_FASTPATH_NONE 0
#define NFQLB_FASTPATH_OURS 1
#define NFQLB_FASTPATH_OTHERS 2
NFQLB_API int nfqlb_fastpath_filter_at(const struct nfqlb_fastpath *fastpath, int link_index);

/* Takes that filter away again, unless another process has taken its place. */
NFQLB_API int nfqlb_fastpath_detach_filter(const struct nfqlb_fastpath *fastpath, int link_index);

/*
 * Waits until every run that has begun, on any processor, is over. -EINVAL: processors run without ticks (nohz_full);
 * -ENOSYS or -EPERM: this system call is not to be had.
 */
NFQLB_API int nfqlb_fastpath_wait_for_running(void);

/* Closes the program and its maps; what is still attached passes every packet from now on. */
NFQLB_API void nfqlb_fastpath_free(struct nfqlb_fastpath *fastpath);

#endif
