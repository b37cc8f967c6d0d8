/*
 * Descriptors that go from one process to another over a unix socket (SCM_RIGHTS).
 *
 * Why C: the control messages of sendmsg(2) are laid out by macros, which C# would have to repeat.
 */
#ifndef NFQLB_DESCRIPTOR_H
#define NFQLB_DESCRIPTOR_H

#include "nfqlb_queue.h"

/* Sends one byte with a descriptor, which stays open here. 0 or -errno; -ETIMEDOUT when nobody makes room in time. */
NFQLB_API int nfqlb_descriptor_send(int connection, int descriptor, int limit_milliseconds);

/*
 * Takes one byte with a descriptor, which is the caller's to close. The descriptor or -errno; -EPROTO without one,
 * -ETIMEDOUT when nothing comes in time.
 */
NFQLB_API int nfqlb_descriptor_receive(int connection, int limit_milliseconds);

#endif
