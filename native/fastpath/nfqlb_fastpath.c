#include "nfqlb_fastpath.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/membarrier.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

/* Linux 6.6's linux/bpf.h; that of Debian 12 is older. */
#define TCX_INGRESS 46
#define IN_FRONT (1U << 3)
#define TCX_PROGRAMS_MAX 64 /* at a link (BPF_MPROG_MAX) */

/* Which clsact filter is ours: in front, under a handle that nobody would choose by chance. */
#define FILTER_PRIORITY 1
#define FILTER_HANDLE 0x6e66

/* The object that clang made, as it is. */
asm(".section .rodata\n"
    ".balign 16\n"
    "built_in_object:\n"
    ".incbin \"" PROGRAM_OBJECT "\"\n"
    "built_in_object_end:\n"
    ".byte 0\n"
    ".previous\n");
extern const char built_in_object[] __attribute__((visibility("hidden")));
extern const char built_in_object_end[] __attribute__((visibility("hidden")));

static const char *const map_names[NFQLB_FASTPATH_MAPS] = {
	"control", "image", "pools", "outcomes", "flow_packets", "target_counts", "exits",
};

struct nfqlb_fastpath {
	struct bpf_object *object;
	int program;       /* descriptor */
	int while_alive;   /* descriptor of the program that jumps to it */
	int rows;
	int maps[NFQLB_FASTPATH_MAPS];
};

/* What libbpf complains of, one load at a time. */
static struct {
	char *text;
	size_t room;
} complaints;

static int complain(enum libbpf_print_level level, const char *format, va_list arguments)
{
	int written;

	if (level != LIBBPF_WARN || complaints.room <= 1)
		return 0;
	written = vsnprintf(complaints.text, complaints.room, format, arguments);
	if (written > 0) {
		size_t taken = (size_t)written < complaints.room ? (size_t)written : complaints.room - 1;

		complaints.text += taken;
		complaints.room -= taken;
	}
	return 0;
}

static int set_rows(struct bpf_object *object, const char *name, uint64_t entries)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, name);

	if (!map)
		return -ENOENT;
	return entries > UINT32_MAX ? -E2BIG : bpf_map__set_max_entries(map, (uint32_t)entries);
}

static int find(struct nfqlb_fastpath *fastpath)
{
	struct bpf_program *program = bpf_object__find_program_by_name(fastpath->object, "fastpath");
	struct bpf_program *while_alive = bpf_object__find_program_by_name(fastpath->object, "fastpath_while_alive");
	const uint32_t first = 0;

	if (!program || !while_alive)
		return -ENOENT;
	fastpath->program = bpf_program__fd(program);
	fastpath->while_alive = bpf_program__fd(while_alive);
	for (int i = 0; i < NFQLB_FASTPATH_MAPS; i++) {
		fastpath->maps[i] = bpf_object__find_map_fd_by_name(fastpath->object, map_names[i]);
		if (fastpath->maps[i] < 0)
			return fastpath->maps[i];
	}
	return bpf_map_update_elem(bpf_object__find_map_fd_by_name(fastpath->object, "alive"), &first,
				   &fastpath->program, BPF_ANY);
}

static int open_and_load(struct nfqlb_fastpath *fastpath, const void *object, size_t size)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "nfqlb");
	uint64_t rows;
	int result;

	fastpath->object = bpf_object__open_mem(object, size, &options);
	if (!fastpath->object)
		return -errno;
	fastpath->rows = libbpf_num_possible_cpus();
	if (fastpath->rows < 0)
		return fastpath->rows;
	rows = (uint64_t)fastpath->rows;
	if ((result = set_rows(fastpath->object, "outcomes", rows * FASTPATH_LINKS_MAX * FASTPATH_OUTCOMES))
	    || (result = set_rows(fastpath->object, "flow_packets", rows * FASTPATH_FLOWS_MAX))
	    || (result = set_rows(fastpath->object, "target_counts", rows * FASTPATH_TARGETS_MAX))
	    || (result = bpf_object__load(fastpath->object)))
		return result;
	return find(fastpath);
}

int nfqlb_fastpath_load(const void *object, uint64_t object_size, char *complaint, uint32_t complaint_size,
			struct nfqlb_fastpath **loaded)
{
	struct nfqlb_fastpath *fastpath = calloc(1, sizeof(*fastpath));
	libbpf_print_fn_t before;
	int result;

	if (!fastpath)
		return -ENOMEM;
	if (object_size == 0) {
		object = built_in_object;
		object_size = (uint64_t)(built_in_object_end - built_in_object);
	}
	if (complaint_size > 0)
		complaint[0] = 0;
	complaints.text = complaint;
	complaints.room = complaint_size;
	before = libbpf_set_print(complain);
	result = open_and_load(fastpath, object, object_size);
	libbpf_set_print(before);
	if (result < 0) {
		nfqlb_fastpath_free(fastpath);
		return result;
	}
	*loaded = fastpath;
	return 0;
}

int nfqlb_fastpath_map(const struct nfqlb_fastpath *fastpath, uint32_t map)
{
	return map < NFQLB_FASTPATH_MAPS ? fastpath->maps[map] : -EINVAL;
}

int nfqlb_fastpath_rows(const struct nfqlb_fastpath *fastpath)
{
	return fastpath->rows;
}

/* struct bpf_prog_info of Linux 5.16; an older one leaves the end of the bytes at 0. */
int nfqlb_fastpath_verified_instructions(const struct nfqlb_fastpath *fastpath)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fastpath->program, &info, &size))
		return -errno;
	return (int)info.verified_insns;
}

int nfqlb_fastpath_try(const struct nfqlb_fastpath *fastpath, struct nfqlb_fastpath_trial *trial)
{
	struct __sk_buff packet = { .mark = trial->mark, .gso_segs = trial->gso_segments };
	LIBBPF_OPTS(bpf_test_run_opts, options,
		.data_in = trial->frame,
		.data_size_in = trial->frame_length,
		.ctx_in = &packet,
		.ctx_size_in = sizeof(packet),
		.ctx_out = &packet,
		.ctx_size_out = sizeof(packet),
		.repeat = (int)trial->repeat);
	int result = bpf_prog_test_run_opts(fastpath->program, &options);

	if (result)
		return result;
	trial->mark = packet.mark;
	trial->action = (int32_t)options.retval;
	trial->nanoseconds = options.duration;
	return 0;
}

int nfqlb_fastpath_attach(const struct nfqlb_fastpath *fastpath, int link_index)
{
	/* The begin of union bpf_attr for BPF_LINK_CREATE, with what tcx added to it. */
	struct {
		uint32_t program;
		uint32_t link_index;
		uint32_t attach_type;
		uint32_t flags;
		uint32_t relative;
		uint32_t unused;
		uint64_t expected_revision;
	} request = {
		.program = (uint32_t)fastpath->program,
		.link_index = (uint32_t)link_index,
		.attach_type = TCX_INGRESS,
		.flags = IN_FRONT,
	};
	long link = syscall(SYS_bpf, BPF_LINK_CREATE, &request, sizeof(request));

	return link < 0 ? -errno : (int)link;
}

int nfqlb_fastpath_link_of(int descriptor)
{
	/* The begin of struct bpf_link_info, with what tcx added to it. */
	struct {
		uint32_t type;
		uint32_t id;
		uint32_t program;
		uint32_t unused;
		uint32_t link_index;
		uint32_t attach_type;
	} info = { 0 };
	uint32_t size = sizeof(info);

	return bpf_obj_get_info_by_fd(descriptor, &info, &size) ? -errno : (int)info.link_index;
}

static int id_of(int program, uint32_t *id)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(program, &info, &size))
		return -errno;
	*id = info.id;
	return 0;
}

int nfqlb_fastpath_in_front(const struct nfqlb_fastpath *fastpath, int link_index, uint32_t *program, uint32_t *link)
{
	uint32_t programs[TCX_PROGRAMS_MAX] = { 0 }, links[TCX_PROGRAMS_MAX] = { 0 }, ours = 0;
	/* The begin of union bpf_attr for BPF_PROG_QUERY, with what tcx added to it. */
	struct {
		uint32_t link_index;
		uint32_t attach_type;
		uint32_t flags;
		uint32_t attach_flags;
		uint64_t programs;
		uint32_t count;
		uint32_t unused;
		uint64_t program_flags;
		uint64_t links;
		uint64_t link_flags;
		uint64_t revision;
	} query = {
		.link_index = (uint32_t)link_index,
		.attach_type = TCX_INGRESS,
		.programs = (uintptr_t)programs,
		.count = TCX_PROGRAMS_MAX,
		.links = (uintptr_t)links,
	};
	int result = id_of(fastpath->program, &ours);

	if (result)
		return result;
	if (syscall(SYS_bpf, BPF_PROG_QUERY, &query, sizeof(query)))
		return errno == ENOENT ? 0 : -errno;
	if (query.count == 0 || programs[0] == ours)
		return 0;
	*program = programs[0];
	*link = links[0];
	return 1;
}

#define INGRESS_OF(hook, index) \
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (index), .attach_point = BPF_TC_INGRESS)

int nfqlb_fastpath_attach_filter(const struct nfqlb_fastpath *fastpath, int link_index)
{
	INGRESS_OF(hook, link_index);
	LIBBPF_OPTS(bpf_tc_opts, filter,
		.prog_fd = fastpath->while_alive,
		.flags = BPF_TC_F_REPLACE,
		.handle = FILTER_HANDLE,
		.priority = FILTER_PRIORITY);
	libbpf_print_fn_t before = libbpf_set_print(NULL);
	int result = bpf_tc_hook_create(&hook);

	if (result == 0 || result == -EEXIST)
		result = bpf_tc_attach(&hook, &filter);
	libbpf_set_print(before);
	return result;
}

int nfqlb_fastpath_filter_at(const struct nfqlb_fastpath *fastpath, int link_index)
{
	INGRESS_OF(hook, link_index);
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = FILTER_HANDLE, .priority = FILTER_PRIORITY);
	libbpf_print_fn_t before = libbpf_set_print(NULL);
	int result = bpf_tc_query(&hook, &filter);
	uint32_t ours = 0;

	libbpf_set_print(before);
	if (result) /* no such filter, no clsact, no such link */
		return result == -ENOENT || result == -EINVAL || result == -ENODEV ? NFQLB_FASTPATH_NONE : result;
	result = id_of(fastpath->while_alive, &ours);
	return result ? result : filter.prog_id == ours ? NFQLB_FASTPATH_OURS : NFQLB_FASTPATH_OTHERS;
}

int nfqlb_fastpath_detach_filter(const struct nfqlb_fastpath *fastpath, int link_index)
{
	INGRESS_OF(hook, link_index);
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = FILTER_HANDLE, .priority = FILTER_PRIORITY);
	int result = nfqlb_fastpath_filter_at(fastpath, link_index);

	if (result < 0)
		return result;
	return result == NFQLB_FASTPATH_OURS ? bpf_tc_detach(&hook, &filter) : 0;
}

int nfqlb_fastpath_wait_for_running(void)
{
	/* synchronize_rcu(): a program runs within one read-side section. */
	return syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) ? -errno : 0;
}

void nfqlb_fastpath_free(struct nfqlb_fastpath *fastpath)
{
	bpf_object__close(fastpath->object);
	free(fastpath);
}
