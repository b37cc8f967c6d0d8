#define _GNU_SOURCE
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * What the executable's file permits is in effect from the start, for all threads. So the file may say "permitted" alone
 * (setcap cap_net_admin,cap_bpf,cap_perfmon=p): with "effective" too, the kernel would refuse to start it wherever one of
 * them is not to be had, as in a container that was given only some.
 */
__attribute__((constructor)) static void use_what_is_permitted(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, sets))
		return;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		sets[i].effective |= sets[i].permitted;
	syscall(SYS_capset, &header, sets);
}
